"""What each part of the search adds: the ranking fitted again without it, on the development questions.

``python -m indexer.evaluate ablation --folds FOLDER`` prints the table of knowledge/README.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from indexer.fit import RANKED, Found, fit_ranking, rescored
from indexer.question_sets import PLAN, SERVICE
from knowledge.ranking import Ranking

PARTS: Mapping[str, frozenset[str]] = {
    "nothing": frozenset(),
    "fused score of both searches": frozenset(["fused"]),
    "encoder (cosine of the best row and of three)": frozenset(["cosine", "cosine_support"]),
    "words and pairs covered": frozenset(
        ["coverage", "words", "pairs", "written", "written_pairs", "row", "rarest", "title"]
    ),
    "likeness to phrasings": frozenset(["likeness", "support"]),
    "classifier of questions": frozenset(["asked", "chance"]),
    "patterns of topics, numbers, headings": frozenset(
        ["topic", "number", "figure", "opening", "subject", "whole", "part"]
    ),
    "whose plan, plan or guide": frozenset(["about", "named", "own"]),
}
"""The features of each part; the rest is fitted again without them."""


def ablation(found: Sequence[Found]) -> Iterator[tuple[str, float, float]]:
    """Each part, with the percentage of plan and of service questions whose first unit is right without it."""
    for part, features in PARTS.items():
        network = fit_ranking(found, [name for name in RANKED if name not in features])
        ranking = Ranking(network)
        ranked = [rescored(item, ranking) for item in found if item.case.inside]
        yield part, _first_right(ranked, PLAN), _first_right(ranked, SERVICE)


def _first_right(ranked: Sequence[Found], kind: str) -> float:
    some = [item for item in ranked if item.case.kind == kind]
    return 100 * sum(bool(item.right) and item.right[0] for item in some) / len(some)
