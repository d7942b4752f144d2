"""Measures search and answers, and fits their numbers on development questions.

``python -m indexer.evaluate questions [--test]``  our own question sets, by kind and form
``python -m indexer.evaluate fit``                 ranking and confidence -> knowledge/calibration.json
``python -m indexer.evaluate file FILE…``          retrieval sets; with several, fusion is fitted on the others
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any, TextIO

from indexer.build import build_index
from indexer.fit import (
    Found,
    expected_calibration_error,
    find,
    fit_confidence,
    fit_ranking,
    fit_threshold,
    rescored,
)
from indexer.query_forms import FORMS
from indexer.question_sets import QUESTIONS_FOLDER, Case, ask, in_forms, judge, load_cases, wrong_cases
from indexer.retrieval_sets import METHODS, fit_share, measure, read_set, search_set
from knowledge.answer import Answerer
from knowledge.confidence import KINDS, confidence_inputs, confidence_kind
from knowledge.encoder import Encoder, load_encoder
from knowledge.index import load_index
from knowledge.ranking import CALIBRATION_FILE, CONFIDENCE_INPUTS, Logistic, load_ranking
from knowledge.search import Searcher

MATERIAL = Path("knowledge")


def evaluate_file(path: Path, encoder: Encoder, lexical_share: float | None = None) -> dict[str, Any]:
    """R@1, R@5, R@10, MRR@10 of lexical, dense and hybrid search in the three forms, over one retrieval set.

    ``lexical_share`` is the fusion weight; the shipped one when None. Raises SetFormatError or FileNotFoundError.
    """
    retrieval = read_set(path)
    share = load_ranking().lexical_share if lexical_share is None else lexical_share
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


def own_questions(split: str, encoder: Encoder, folder: Path = QUESTIONS_FOLDER) -> list[dict[str, Any]]:
    """Our question sets asked of the shipped material: a row a kind and form, and the calibration of each form."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as place:
        build_index(MATERIAL, Path(place) / "index", encoder=encoder)
        answerer = Answerer(load_index(Path(place) / "index"), encoder)
        cases = load_cases(folder, split)
        return [row for form in FORMS for row in _rows(answerer, form, in_forms(cases, form))]


def _rows(answerer: Answerer, form: str, cases: Sequence[Case]) -> list[dict[str, Any]]:
    asked = [(case, ask(answerer, case)) for case in cases]
    verdicts = [(case, answer, judge(case, answer)) for case, answer in asked]
    rows = []
    for kind in dict.fromkeys(case.kind for case in cases):
        of_kind = [verdict for case, _, verdict in verdicts if case.kind == kind]
        right = sum(verdict.right for verdict in of_kind)
        answered = sum(verdict.answered for verdict in of_kind)
        rows.append({"form": form, "kind": kind, "n": len(of_kind), "right": right, "answered": answered})
    error = expected_calibration_error(
        [answer.confidence for _, answer, _ in verdicts], [verdict.cited for _, _, verdict in verdicts]
    )
    rows.append({"form": form, "kind": "calibration", "n": len(verdicts), "error": round(error, 4)})
    return rows


def fit(encoder: Encoder, folder: Path = QUESTIONS_FOLDER) -> dict[str, Any]:
    """Fits ranking and confidence on the development questions; the content of calibration.json."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as place:
        build_index(MATERIAL, Path(place) / "index", encoder=encoder)
        searcher = Searcher(load_index(Path(place) / "index"), encoder)
        cases = load_cases(folder, "dev")
        found = [find(searcher, case) for form in FORMS for case in in_forms(cases, form)]
    ranking = fit_ranking(found, load_ranking())
    ranked = [rescored(item, ranking) for item in found]
    confidence = {kind: _confidence(kind, ranked) for kind in KINDS}
    return {
        "fitted": {
            "on": date.today().isoformat(),
            "with": "python -m indexer.evaluate fit",
            "model_fingerprint": encoder.fingerprint,
            "questions": {kind: sum(case.kind == kind for case in cases) for kind in ("plan", "service", "outside")},
            "forms": list(FORMS),
        },
        "ranking": {"lexical_share": ranking.lexical_share, "weights": dict(ranking.weights)},
        "confidence": confidence,
        "answer_threshold": _threshold(ranked, confidence),
    }


def _threshold(ranked: Sequence[Found], confidence: dict[str, dict[str, Any]]) -> float:
    models = {kind: Logistic(fields["intercept"], fields["weights"]) for kind, fields in confidence.items()}
    stated = []
    for item in ranked:
        model = models.get(confidence_kind(item.hits[0])) if item.hits else None
        stated.append(model.of(confidence_inputs(item.question, item.hits)) if model else 0.0)
    return fit_threshold(stated, [item.case.inside for item in ranked])


def _confidence(kind: str, ranked: Sequence[Found]) -> dict[str, Any]:
    of_kind = [item for item in ranked if item.hits and confidence_kind(item.hits[0]) == kind]
    intercept, weights = fit_confidence(of_kind, CONFIDENCE_INPUTS)
    return {
        "intercept": round(intercept, 4),
        "weights": {name: round(weight, 4) for name, weight in weights.items()},
    }


def _show_wrong(encoder: Encoder, form: str) -> None:
    """Writes the development questions answered wrong, with what was answered."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as place:
        build_index(MATERIAL, Path(place) / "index", encoder=encoder)
        answerer = Answerer(load_index(Path(place) / "index"), encoder)
        cases = in_forms(load_cases(QUESTIONS_FOLDER, "dev"), form)
        for case, answer in wrong_cases(answerer, cases):
            cited = answer.citations[0].document if answer.citations else "-"
            print(f"{case.kind} {case.ward} | {case.text} | {answer.kind.value} {cited} {answer.confidence:.2f}")


def main(arguments: Sequence[str] | None = None) -> None:
    """The commands of this module."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    questions = commands.add_parser("questions")
    questions.add_argument("--test", action="store_true", help="the questions nothing was fitted on")
    questions.add_argument("--wrong", metavar="FORM", help="show what went wrong (development questions only)")
    commands.add_parser("fit")
    files = commands.add_parser("file")
    files.add_argument("files", nargs="+", type=Path)
    chosen = parser.parse_args(arguments)
    encoder = load_encoder()
    if chosen.command == "fit":
        text = json.dumps(fit(encoder), ensure_ascii=False, indent=1) + "\n"
        CALIBRATION_FILE.write_text(text, encoding="utf-8")
        print(f"wrote {CALIBRATION_FILE}", file=sys.stderr)
    elif chosen.command == "file":
        results = (
            evaluate_files(chosen.files, encoder)
            if len(chosen.files) > 1
            else [evaluate_file(chosen.files[0], encoder)]
        )
        for result in results:
            print(json.dumps(result, ensure_ascii=False))
    elif chosen.wrong:
        _show_wrong(encoder, chosen.wrong)
    else:
        for row in own_questions("test" if chosen.test else "dev", encoder):
            print(json.dumps(row, ensure_ascii=False))


if __name__ == "__main__":
    main()
