"""Restoring scans: readable plans damaged as a real scan was, with and without their sister plans.

The plan of the real scan cannot judge itself: its noise was counted, the others are damaged with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from benchmarks.harness import Row
from indexer.repair.text import SISTERS_FOLDER
from indexer.repair_evaluate import Outcome, evaluate_plan
from indexer.sections import read_plan

SEEDS = 2  # times each plan is damaged anew; one scan may be kind by chance
WITH_SISTERS, ALONE = 0.5, 5.0  # percent of syllables wrong, at most


def rows(scale: float) -> Iterable[Row]:
    """Each plan left out in turn; a part of ``scale`` takes the first plan only."""
    plans = [read_plan(path) for path in sorted(SISTERS_FOLDER.glob("*.md"))]
    bodies = {document.id: body for document, body in plans if not document.restored}
    wards = list(bodies)[: max(1, round(len(bodies) * scale))]
    seeds = range(1, 1 + max(1, round(SEEDS * scale)))
    for with_sisters, limit in ((True, WITH_SISTERS), (False, ALONE)):
        outcomes = [evaluate_plan(ward, bodies, with_sisters, seed) for seed in seeds for ward in wards]
        yield from judged(outcomes, with_sisters, limit)


def judged(outcomes: Sequence[Outcome], with_sisters: bool, limit: float) -> Iterable[Row]:
    """Syllables, and tokens with digits."""
    syllables, wrong = sum(one.syllables for one in outcomes), sum(one.wrong for one in outcomes)
    damaged, seconds = sum(one.damaged for one in outcomes), sum(one.seconds for one in outcomes)
    share = 100 * wrong / syllables
    title = "a scan whose sister plans are known" if with_sisters else "a scan never seen, no sisters"
    yield Row(
        "Search",
        f"{title}: at most {limit:.1f} % of syllables wrong",
        f"{share:.2f} % ({wrong} of {syllables}), {seconds / len(outcomes):.1f} s a plan",
        f"as scanned {100 * damaged / syllables:.1f} %",
        share / limit,
        share <= limit,
        f"{len(outcomes)} damaged plans, each left out of what is known; noise counted on the Tứ Kỳ scan; ratio to the "
        "limit; seconds of one core",
    )
    numbers, mistaken = sum(one.numbers for one in outcomes), sum(one.wrong_numbers for one in outcomes)
    yield Row(
        "Search",
        f"{title}: no error in numbers, dates, codes",
        f"{mistaken} of {numbers}",
        holds=mistaken == 0,
        how="the same restorations, every token with a digit",
    )
