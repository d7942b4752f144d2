"""Measures how well questions are told to be the same, and fits the two thresholds that rest on it.

``python -m indexer.likeness`` prints, on the development questions that only staff can answer
(tests/questions/staff_dev.yaml), for every threshold: how many paraphrases find their staff answer, how many questions
with the same words but another meaning do, and how many of the ordinary development questions; then how pure and whole
groups are. The thresholds it would choose stand below; ``--set heldout`` only measures.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from indexer.query_forms import FORMS, in_form
from indexer.question_sets import NOISE_SEED, OUTSIDE, QUESTIONS_FOLDER, load_cases
from knowledge.encoder import Encoder, load_encoder
from knowledge.grouping import group_questions
from knowledge.likeness import KnownQuestions
from knowledge.question import read_question
from knowledge.yaml_loader import load_yaml

ORDINARY = 1500  # questions of the other development sets, enough to see a rate of one in 300
# A staff answer given to another question puts words in staff's mouth: rarer than this where the documents answer …
ORDINARY_LIMIT = 0.003
# … and among questions made to be mistaken, where the answer shown names the question it was written for.
MISTAKEN_LIMIT = 0.2
# Of two questions in one group this share must belong together where none was made to be mistaken: staff read every
# question before they answer, and take out what does not belong.
PAIRS_TOGETHER = 0.96
STEPS = np.arange(0.30, 0.91, 0.02)


@dataclass(frozen=True, slots=True)
class StaffGroup:
    """A question only staff can answer, its paraphrases, and questions that only look like it."""

    question: str
    same: tuple[str, ...]
    other: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rates:
    """At a threshold: paraphrases that find their answer and those that find another's; likeness mistaken; ordinary."""

    least: float
    found: float
    confused: float
    mistaken: float
    ordinary: float


def read_groups(folder: Path, split: str) -> list[StaffGroup]:
    """The groups of ``dev`` or ``heldout``."""
    raw = load_yaml((folder / f"staff_{split}.yaml").read_text(encoding="utf-8"))
    return [StaffGroup(one["question"], tuple(one["same"]), tuple(one["other"])) for one in raw["groups"]]


def answer_rates(groups: Sequence[StaffGroup], ordinary: Sequence[str], encoder: Encoder) -> list[Rates]:
    """How staff answers to ``groups`` would be given at each threshold, asked in all forms."""
    known = KnownQuestions([group.question for group in groups], encoder)
    lowest = float(STEPS[0])

    def best(text: str) -> tuple[int, float]:
        found = known.likeness(read_question(text), lowest)
        return found[0] if found else (-1, 0.0)

    rng = random.Random(NOISE_SEED)
    same = [(n, *best(in_form(text, form, rng))) for n, g in enumerate(groups) for text in g.same for form in FORMS]
    other = [(n, *best(in_form(text, form, rng))) for n, g in enumerate(groups) for text in g.other for form in FORMS]
    plain = [best(text) for text in ordinary]
    return [
        Rates(
            least=float(least),
            found=float(np.mean([place == n and score >= least for n, place, score in same])),
            confused=float(np.mean([place != n and score >= least for n, place, score in same])),
            mistaken=float(np.mean([place == n and score >= least for n, place, score in other])),
            ordinary=float(np.mean([score >= least for _, score in plain])) if plain else 0.0,
        )
        for least in STEPS
    ]


def choose(rates: Sequence[Rates]) -> float:
    """The lowest threshold within both limits."""
    fit = [one for one in rates if one.ordinary <= ORDINARY_LIMIT and one.mistaken <= MISTAKEN_LIMIT]
    return fit[0].least


def group_rates(
    groups: Sequence[StaffGroup], encoder: Encoder, least: float, with_mistakable: bool
) -> tuple[float, float]:
    """(share of pairs in one group that belong together, share of pairs that belong together and are in one group)."""
    texts = [(text, n) for n, group in enumerate(groups) for text in (group.question, *group.same)]
    if with_mistakable:
        texts += [(text, -1 - n) for n, text in enumerate(text for group in groups for text in group.other)]
    random.Random(NOISE_SEED).shuffle(texts)
    made = group_questions([text for text, _ in texts], encoder, least)
    place = {member: number for number, group in enumerate(made) for member in group}
    together = right = wanted = 0
    for one in range(len(texts)):
        for two in range(one):
            is_same, joined = texts[one][1] == texts[two][1], place[one] == place[two]
            wanted += is_same
            together += joined
            right += is_same and joined
    return right / max(together, 1), right / max(wanted, 1)


def ordinary_questions() -> list[str]:
    """Development questions that the documents answer, the same in every run."""
    texts = [case.text for case in load_cases(QUESTIONS_FOLDER, "dev") if case.kind != OUTSIDE]
    return random.Random(NOISE_SEED).sample(texts, min(ORDINARY, len(texts)))


def main() -> None:
    """The command line of this module."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--set", choices=("dev", "heldout"), default="dev")
    arguments = parser.parse_args()
    encoder = load_encoder()
    groups = read_groups(QUESTIONS_FOLDER, arguments.set)
    rates = answer_rates(groups, ordinary_questions(), encoder)
    print("threshold  found  confused  mistaken  ordinary")
    for one in rates:
        print(f"{one.least:9.2f} {one.found:6.3f} {one.confused:9.3f} {one.mistaken:9.3f} {one.ordinary:9.4f}")
    if arguments.set == "dev":
        print(f"knowledge.overrides.LEAST_LIKENESS = {choose(rates):.2f}")
    print("\nthreshold  pairs right  pairs found  right among mistakable")
    chosen = None
    for least in STEPS:
        right, found = group_rates(groups, encoder, float(least), with_mistakable=False)
        among, _ = group_rates(groups, encoder, float(least), with_mistakable=True)
        chosen = float(least) if chosen is None and right >= PAIRS_TOGETHER else chosen
        print(f"{least:9.2f} {right:12.3f} {found:12.3f} {among:23.3f}")
    if arguments.set == "dev" and chosen is not None:
        print(f"knowledge.grouping.GROUP_COSINE = {chosen:.2f}")


if __name__ == "__main__":
    main()
