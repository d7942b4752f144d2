"""What is lost below each floor of confidence: fits ``LEAST_SHOWN`` of knowledge/confidence.py.

    python -m indexer.floor --folds FOLDER     # the folder of indexer.train_asked --folds

Each line counts the development answers that would be shown, did their coverage alone decide, though their confidence
lies below the floor: with the right fact in one of the two best units (which may both be quoted), without it, and to
questions outside the material.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from indexer.evaluate import searched, with_unseen_evidence
from indexer.fit import Found, rescored
from indexer.question_sets import QUESTIONS_FOLDER, load_cases
from knowledge.confidence import NO_CALIBRATION, confidence_inputs
from knowledge.encoder import load_encoder
from knowledge.ranking import answer_threshold, load_confidence, load_coverage, load_ranking

FLOORS = (0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5)
QUOTED = 2  # units that an answer may quote


def confidences(found: Iterable[Found]) -> list[tuple[float, str]]:
    """The confidence of every answer whose coverage is enough, and what became of it."""
    shown = []
    for item in found:
        if item.kind == NO_CALIBRATION:
            continue
        inputs = confidence_inputs(item.question, item.hits)
        if load_coverage(item.kind).probability(inputs) >= answer_threshold(item.kind):
            fate = ("right" if any(item.right[:QUOTED]) else "wrong") if item.case.inside else "outside"
            shown.append((load_confidence(item.kind).probability(inputs), fate))
    return shown


def main(arguments: Sequence[str] | None = None) -> None:
    """The command of this module."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folds", type=Path, required=True, help="the folder of indexer.train_asked --folds")
    chosen = parser.parse_args(arguments)
    ranking = load_ranking()
    cases = load_cases(QUESTIONS_FOLDER, "dev")
    ranked, _ = with_unseen_evidence([rescored(one, ranking) for one in searched(cases, load_encoder(), chosen.folds)])
    shown = confidences(ranked)
    print(f"{len(shown)} answers shown\nfloor    right    wrong  outside")
    for floor in FLOORS:
        below = Counter(fate for confidence, fate in shown if confidence < floor)
        print(f"{floor:5.2f}{below['right']:9}{below['wrong']:9}{below['outside']:9}")


if __name__ == "__main__":
    main()
