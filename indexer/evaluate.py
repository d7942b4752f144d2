"""Measures search and answers, and fits their numbers on development questions.

``python -m indexer.evaluate questions [--dev]``    the held-out questions nothing was fitted on (or the others)
``python -m indexer.evaluate fit --folds FOLDER``  ranking and confidence -> knowledge/calibration.json
``python -m indexer.evaluate ablation --folds FOLDER``  what each part of the ranking adds
``python -m indexer.evaluate file FILE…``          retrieval sets; with several, fusion is fitted on the others
"""

from __future__ import annotations

import argparse
import itertools
import json
import math
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, TextIO

import numpy as np

from indexer.ablation import ablation
from indexer.build import build_index
from indexer.fit import (
    UNRANKED,
    Found,
    Truth,
    asked_as_often,
    expected_calibration_error,
    find,
    fit_probability,
    fit_ranking,
    fit_thresholds,
    rescored,
    unseen_probabilities,
    with_word_evidence,
)
from indexer.query_forms import FORMS
from indexer.question_sets import (
    FOLDS,
    QUESTIONS_FOLDER,
    Case,
    ask,
    fold_file,
    fold_of,
    in_forms,
    judge,
    load_cases,
)
from indexer.retrieval_sets import METHODS, fit_share, measure, read_set, search_set
from indexer.word_evidence import learn_word_evidence, unseen_word_evidence
from knowledge.answer import Answerer
from knowledge.answer_types import Answer
from knowledge.asked_model import AskedModel
from knowledge.confidence import KINDS
from knowledge.encoder import Encoder, load_encoder
from knowledge.index import load_index
from knowledge.network import as_fields
from knowledge.ranking import CALIBRATION_FILE, Ranking, lexical_share
from knowledge.search import Searcher
from knowledge.word_evidence import EVIDENCE_FILE, WordEvidence, save_word_evidence

MATERIAL = Path("knowledge")
WILSON_Z = 1.96  # 95 % of the normal distribution lies within this many standard deviations


def evaluate_file(path: Path, encoder: Encoder, given_share: float | None = None) -> dict[str, Any]:
    """R@1, R@5, R@10, MRR@10 of lexical, dense and hybrid search in the three forms, over one retrieval set.

    ``given_share`` is the lexical share of the fusion; the shipped one when None.
    Raises SetFormatError or FileNotFoundError.
    """
    retrieval = read_set(path)
    share = lexical_share() if given_share is None else given_share
    found = search_set(retrieval, encoder)
    return {
        "name": retrieval.name,
        "passages": len(retrieval.passages),
        "questions": len(retrieval.questions),
        "model": encoder.name,
        "lexical_share": share,
        "forms": {form: measure(ranked, share) for form, ranked in found.items()},
    }


def evaluate_command(path: Path, encoder: Encoder, as_json: bool, out: TextIO) -> None:
    """``bdhvs index evaluate``: the figures of a file as one JSON object, or as a table."""
    result = evaluate_file(path, encoder)
    out.write(json.dumps(result, ensure_ascii=False) + "\n" if as_json else _table(result))


def _table(result: dict[str, Any]) -> str:
    lines = [f"{result['name']}: {result['questions']} questions, {result['passages']} passages"]
    lines.append(f"{'':24}{'R@1':>8}{'R@5':>8}{'R@10':>8}{'MRR@10':>8}")
    for form, methods in result["forms"].items():
        for method in METHODS:
            figures = "".join(f"{value:8.2f}" for value in methods[method].values())
            lines.append(f"{form:<14}{method:<10}{figures}")
    return "\n".join(lines) + "\n"


def evaluate_files(paths: Sequence[Path], encoder: Encoder) -> list[dict[str, Any]]:
    """Every set with its fusion weight fitted on the other ones."""
    found = {path: search_set(read_set(path), encoder) for path in paths}
    results = []
    for path in paths:
        share = fit_share(one for other, one in found.items() if other != path)
        results.append({"name": path.stem, "lexical_share": share, "forms": {
            form: measure(ranked, share) for form, ranked in found[path].items()
        }})  # fmt: skip
    return results


def wilson_interval(part: int, count: int) -> tuple[float, float]:
    """The 95 % interval of the share that ``part`` of ``count`` is, in percent (Wilson 1927)."""
    share, square = part / count, WILSON_Z**2
    middle = (share + square / (2 * count)) / (1 + square / count)
    spread = math.sqrt(share * (1 - share) / count + square / (4 * count**2))
    reach = WILSON_Z * spread / (1 + square / count)
    return 100 * (middle - reach), 100 * (middle + reach)


@dataclass(frozen=True, slots=True)
class Share:
    """How many of some questions went well: ``right`` ones, and those that were ``answered`` at all."""

    kind: str
    form: str
    count: int
    right: int
    answered: int

    def interval(self) -> tuple[float, float]:
        """The 95 % interval of the share right, in percent."""
        return wilson_interval(self.right, self.count)

    def __str__(self) -> str:
        low, high = self.interval()
        right, answered = 100 * self.right / self.count, 100 * self.answered / self.count
        return f"{self.kind:9}{self.form:14}{self.count:5}{right:9.1f} %{low:7.1f} - {high:5.1f} %{answered:9.1f} %"


@dataclass(frozen=True, slots=True)
class Measured:
    """Our question sets asked of the shipped material."""

    shares: tuple[Share, ...]
    calibration_error: float
    wrong: tuple[tuple[str, Case, Answer], ...]


def own_questions(split: str, encoder: Encoder, folder: Path = QUESTIONS_FOLDER) -> Measured:
    """The questions of ``dev`` or ``heldout`` in all forms; the calibration over all of them together."""
    cases = load_cases(folder, split)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as place:
        build_index(MATERIAL, Path(place) / "index", encoder=encoder)
        answerer = Answerer(load_index(Path(place) / "index"), encoder)
        asked = [(form, case, ask(answerer, case)) for form in FORMS for case in in_forms(cases, form)]
    verdicts = [(form, case, answer, judge(case, answer)) for form, case, answer in asked]
    shares = []
    for form, kind in itertools.product(FORMS, dict.fromkeys(case.kind for case in cases)):
        some = [verdict for one_form, case, _, verdict in verdicts if (one_form, case.kind) == (form, kind)]
        right, answered = sum(one.right for one in some), sum(one.answered for one in some)
        shares.append(Share(kind, form, len(some), right, answered))
    error = expected_calibration_error(
        [answer.confidence for _, _, answer, _ in verdicts], [verdict.cited for *_, verdict in verdicts]
    )
    wrong = tuple((form, case, answer) for form, case, answer, verdict in verdicts if not verdict.right)
    return Measured(tuple(shares), error, wrong)


def _print_measured(measured: Measured) -> None:
    print(f"{'kind':9}{'form':14}count    right   95 % interval     answered")
    for share in measured.shares:
        print(share)
    print(f"expected calibration error {measured.calibration_error:.3f}")


def fit(
    encoder: Encoder, folds: Path, folder: Path = QUESTIONS_FOLDER
) -> tuple[dict[str, Any], dict[str, WordEvidence]]:
    """Fits ranking, confidence and the evidence of words: the content of calibration.json and of word_evidence.npz.

    ``folds`` holds the classifiers of ``indexer.train_asked --folds``: each question is read by the one that has not
    learnt it, as a resident's question will be.
    """
    cases = load_cases(folder, "dev")
    found = searched(cases, encoder, folds)
    ranking = Ranking(fit_ranking(found))
    ranked, evidence = with_unseen_evidence([rescored(item, ranking) for item in found])
    often = asked_as_often([item.case for item in ranked])

    def probability(kind: str, truth: Truth) -> dict[str, Any]:
        places = [place for place, item in enumerate(ranked) if item.kind == kind]
        return as_fields(fit_probability([ranked[place] for place in places], truth, often[places]))

    fields = {
        "fitted": {
            "on": date.today().isoformat(),
            "with": "python -m indexer.evaluate fit --folds FOLDER",
            "model_fingerprint": encoder.fingerprint,
            "questions": {kind: sum(case.kind == kind for case in cases) for kind in ("plan", "service", "outside")},
            "forms": list(FORMS),
        },
        "lexical_share": lexical_share(),
        "answer_threshold": _thresholds(ranked, often),
        "ranking": as_fields(ranking.network),
        "confidence": {kind: probability(kind, _first_is_right) for kind in KINDS},
        "coverage": {kind: probability(kind, _is_covered) for kind in KINDS},
    }
    return fields, evidence


def with_unseen_evidence(ranked: Sequence[Found]) -> tuple[list[Found], dict[str, WordEvidence]]:
    """The questions, each with the evidence of words from the parts it is not in, and what all of them teach."""
    changed, evidence = list(ranked), {}
    for kind in KINDS:
        places = [place for place, item in enumerate(ranked) if item.kind == kind]
        some = [ranked[place] for place in places]
        evidence[kind] = learn_word_evidence(some)
        for place, item, stated in zip(places, some, unseen_word_evidence(some).tolist(), strict=True):
            changed[place] = with_word_evidence(item, stated)
    return changed, evidence


def searched(cases: Sequence[Case], encoder: Encoder, folds: Path) -> list[Found]:
    """What is found for every case in every form, read by the classifier that has not learnt it."""
    classifiers = [AskedModel(fold_file(folds, fold)) for fold in range(FOLDS)]
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as place:
        build_index(MATERIAL, Path(place) / "index", encoder=encoder)
        searcher = Searcher(load_index(Path(place) / "index"), encoder, Ranking(UNRANKED))
        return [find(searcher, case, classifiers[fold_of(case)]) for form in FORMS for case in in_forms(cases, form)]


def _first_is_right(item: Found) -> bool:
    return item.right[0]


def _is_covered(item: Found) -> bool:
    return item.case.inside


def _thresholds(ranked: Sequence[Found], often: np.ndarray) -> dict[str, float]:
    stated: list[dict[str, float]] = [{} for _ in ranked]
    for kind in KINDS:
        places = [place for place, item in enumerate(ranked) if item.kind == kind]
        probabilities = unseen_probabilities([ranked[place] for place in places], _is_covered, often[places])
        for place, probability in zip(places, probabilities.tolist(), strict=True):
            stated[place] = {kind: probability}
    return fit_thresholds(stated, [item.case for item in ranked])


def _print_wrong(measured: Measured) -> None:
    for form, case, answer in measured.wrong:
        cited = answer.citations[0].document if answer.citations else "-"
        print(f"{case.kind} {form} {case.ward} | {case.text} | {answer.kind.value} {cited} {answer.confidence:.2f}")


def main(arguments: Sequence[str] | None = None) -> None:
    """The commands of this module."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    questions = commands.add_parser("questions")
    questions.add_argument("--dev", action="store_true", help="the development questions, and what went wrong")
    fitting = commands.add_parser("fit")
    fitting.add_argument("--folds", type=Path, required=True, help="the folder of indexer.train_asked --folds")
    parts = commands.add_parser("ablation")
    parts.add_argument("--folds", type=Path, required=True, help="as for fit")
    files = commands.add_parser("file")
    files.add_argument("files", nargs="+", type=Path)
    chosen = parser.parse_args(arguments)
    encoder = load_encoder()
    if chosen.command == "fit":
        fields, evidence = fit(encoder, chosen.folds)
        save_word_evidence(evidence)
        CALIBRATION_FILE.write_text(json.dumps(fields, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        print(f"wrote {EVIDENCE_FILE} and {CALIBRATION_FILE}", file=sys.stderr)
    elif chosen.command == "ablation":
        found = searched(load_cases(QUESTIONS_FOLDER, "dev"), encoder, chosen.folds)
        print("| without | plan questions | service questions |\n|---|---|---|")
        for part, plans, services in ablation(found):
            print(f"| {part} | {plans:.1f} % | {services:.1f} % |", flush=True)
    elif chosen.command == "file":
        results = (
            evaluate_files(chosen.files, encoder)
            if len(chosen.files) > 1
            else [evaluate_file(chosen.files[0], encoder)]
        )
        for result in results:
            print(json.dumps(result, ensure_ascii=False))
    else:
        measured = own_questions("dev" if chosen.dev else "heldout", encoder)
        _print_measured(measured)
        if chosen.dev:
            _print_wrong(measured)


if __name__ == "__main__":
    main()
