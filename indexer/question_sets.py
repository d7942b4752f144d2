"""Our own question sets: reading them, asking them, and judging the answers."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from indexer.query_forms import in_form
from knowledge.answer import Answerer
from knowledge.answer_types import Answer, AnswerKind
from knowledge.text import strip_diacritics
from knowledge.wards import load_wards

QUESTIONS_FOLDER = Path("tests/questions")
NOISE_SEED = 20_261_121


@dataclass(frozen=True, slots=True)
class Case:
    """A question and what its answer must be: a fact of a ward's plan, one of some guides, or nothing at all."""

    kind: str
    text: str
    ward: str | None
    expected_ward: str | None = None
    fact: str = ""
    guides: tuple[str, ...] = ()

    @property
    def inside(self) -> bool:
        """Whether the material answers the question."""
        return self.kind != "outside"


@dataclass(frozen=True, slots=True)
class Verdict:
    """How an answer did: ``right`` as a resident sees it, ``cited`` whether the first citation holds the fact."""

    right: bool
    cited: bool
    answered: bool


def load_cases(folder: Path, split: str) -> list[Case]:
    """The cases of ``dev`` or ``test``. Raises FileNotFoundError or KeyError when a file is missing or wrong."""
    plans = sorted(folder.glob(f"plans_{split}*.yaml"))
    return [
        *(case for path in plans for case in _plan_cases(_read(path))),
        *_service_cases(_read(folder / f"services_{split}.yaml")),
        *(case for path in sorted(folder.glob(f"outside_{split}*.yaml")) for case in _outside_cases(_read(path))),
    ]


def _read(path: Path) -> dict[str, Any]:
    fields = yaml.safe_load(path.read_text(encoding="utf-8"))
    if not isinstance(fields, dict):
        raise ValueError(f"{path}: must be fields, one a line")
    return fields


def _plan_cases(fields: dict[str, Any]) -> Iterator[Case]:
    for ward, questions in fields["asked_by"].items():
        for question, fact in questions:
            yield Case("plan", question, ward, ward, fact)
    for ward, question, fact in fields["named"]:
        yield Case("plan", question, None, ward, fact)
    for asker, ward, question, fact in fields["across"]:
        yield Case("plan", question, asker, ward, fact)


def askers() -> list[str | None]:
    """Nobody's ward and every ward: questions that do not depend on it are asked by each in turn."""
    return [None, *(ward.code for ward in load_wards().wards)]


def _service_cases(fields: dict[str, Any]) -> Iterator[Case]:
    by = askers()
    for number, (ids, question) in enumerate(fields["questions"]):
        yield Case("service", question, by[number % len(by)], guides=tuple(ids.split("|")))


def _outside_cases(fields: dict[str, Any]) -> Iterator[Case]:
    by = askers()
    for number, question in enumerate(fields["anyone"]):
        yield Case("outside", question, by[number % len(by)])
    for ward, question in fields["ward"]:
        yield Case("outside", question, ward)


def in_forms(cases: Iterable[Case], form: str) -> list[Case]:
    """The cases as they are typed in a form; the same in every run."""
    rng = random.Random(NOISE_SEED)
    return [replace(case, text=in_form(case.text, form, rng)) for case in cases]


def ask(answerer: Answerer, case: Case) -> Answer:
    """The answer to a case."""
    return answerer.answer(case.text, case.ward)


def judge(case: Case, answer: Answer) -> Verdict:
    """Whether an answer is right. An outside question is right when it is neither answered nor taken as a request."""
    answered = answer.kind is AnswerKind.ANSWER
    if not case.inside:
        return Verdict(answer.kind not in (AnswerKind.ANSWER, AnswerKind.ACTION), False, answered)
    if not answered or not answer.citations:
        return Verdict(False, False, answered)
    first = answer.citations[0]
    if case.kind == "service":
        hit = first.document in case.guides
        return Verdict(hit, hit, True)
    ward = first.ward == case.expected_ward
    cited = ward and holds(first.passage, case.fact)
    return Verdict(ward and holds(answer.text, case.fact), cited, True)


def holds(text: str, fact: str) -> bool:
    """Whether a text has the words of a fact, whatever the marks, capitals, quotes and spaces."""
    return _bare(fact) in _bare(text)


def _bare(text: str) -> str:
    return re.sub(r"[\s\"“”'‘’]+", "", strip_diacritics(text).lower().replace("–", "-"))


def wrong_cases(answerer: Answerer, cases: Sequence[Case]) -> list[tuple[Case, Answer]]:
    """The cases that are answered wrong, with the answers: what to look at next (of development questions)."""
    asked = [(case, ask(answerer, case)) for case in cases]
    return [(case, answer) for case, answer in asked if not judge(case, answer).right]
