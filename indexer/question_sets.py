"""Our own question sets: reading them, asking them, and judging the answers."""

from __future__ import annotations

import random
import re
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from indexer.query_forms import in_form
from knowledge.answer import Answerer
from knowledge.answer_types import Answer, AnswerKind
from knowledge.text import strip_diacritics
from knowledge.wards import load_wards
from knowledge.yaml_loader import load_yaml

QUESTIONS_FOLDER = Path("tests/questions")
NOISE_SEED = 20_261_121


@dataclass(frozen=True, slots=True)
class Case:
    """A question and what its answer must be: a fact of a ward's plan, one of some guides, or nothing at all.

    ``ward`` is the asker's; ``of`` the ward whose plan must answer, with one of ``facts``; with ``national`` a guide
    that says it is right as well. ``detail`` marks an outside question on the very subject of a guide or plan that
    lacks what it asks for. ``origin`` is the question before it was typed in a form.
    """

    kind: str
    text: str
    ward: str | None
    of: str | None = None
    facts: tuple[str, ...] = ()
    national: bool = False
    guides: tuple[str, ...] = ()
    detail: bool = False
    origin: str = ""

    @property
    def inside(self) -> bool:
        """Whether the material answers the question."""
        return self.kind != OUTSIDE

    def says(self, ward: str | None, text: str) -> bool:
        """Whether a text of a ward (None: national) holds the right fact."""
        return (ward == self.of or (ward is None and self.national)) and any(holds(text, fact) for fact in self.facts)


@dataclass(frozen=True, slots=True)
class Verdict:
    """How an answer did: ``right`` as a resident sees it, ``cited`` whether the first citation holds the fact."""

    right: bool
    cited: bool
    answered: bool


PLAN, SERVICE, OUTSIDE = "plan", "service", "outside"
DETAIL_NOTES = ("detail", "near-detail", "near miss")
"""How the notes of outside questions begin that ask for a detail which the material on their subject lacks."""


def load_cases(folder: Path, split: str) -> list[Case]:
    """The cases of ``dev`` or ``heldout``; a file that is absent has none.

    A plan's question: ``question``, ``ward`` of the asker (or null), ``of`` when another ward is asked about,
    ``expect`` (words of the plan, or a list of which one must be said), ``national`` when a guide may answer too. A
    service's: ``question``, ``guide``, ``also`` (guides that answer as well). One outside: ``question``, ``ward``.
    Who has no ``ward`` asks from every ward in turn. Raises KeyError or TypeError when a field is missing or wrong.
    """
    by = askers()
    return [
        *(_plan_case(entry) for entry in _read(folder, f"plans_{split}")),
        *(_service_case(entry, by[n % len(by)]) for n, entry in enumerate(_read(folder, f"services_{split}"))),
        *(_outside_case(entry, by[n % len(by)]) for n, entry in enumerate(_read(folder, f"outside_{split}"))),
    ]


def _read(folder: Path, name: str) -> list[dict[str, Any]]:
    path = folder / f"{name}.yaml"
    if not path.exists():
        return []
    questions: list[dict[str, Any]] = load_yaml(path.read_text(encoding="utf-8"))["questions"]
    return questions


def _plan_case(entry: Mapping[str, Any]) -> Case:
    expect = entry["expect"]
    facts = (expect,) if isinstance(expect, str) else tuple(expect)
    of = entry.get("of") or entry["ward"]
    return Case(PLAN, entry["question"], entry["ward"], of, facts, bool(entry.get("national")))


def _service_case(entry: Mapping[str, Any], ward: str | None) -> Case:
    return Case(SERVICE, entry["question"], ward, guides=(entry["guide"], *entry.get("also", ())))


def _outside_case(entry: Mapping[str, Any], ward: str | None) -> Case:
    detail = entry.get("note", "").startswith(DETAIL_NOTES)
    return Case(OUTSIDE, entry["question"], entry.get("ward", ward), detail=detail)


def askers() -> list[str | None]:
    """Nobody's ward and every ward: questions that do not depend on it are asked by each in turn."""
    return [None, *(ward.code for ward in load_wards().wards)]


FOLDS = 3  # parts of the development questions; more take longer to train and change little


def fold_of(case: Case) -> int:
    """The part a development question belongs to: the same for all forms that it is asked in."""
    return zlib.crc32((case.origin or case.text).encode()) % FOLDS


def fold_file(folder: Path, fold: int) -> Path:
    """Where the classifier of a part is kept."""
    return folder / f"asked-{fold}.npz"


def in_forms(cases: Iterable[Case], form: str) -> list[Case]:
    """The cases as they are typed in a form; the same in every run."""
    rng = random.Random(NOISE_SEED)
    return [replace(case, text=in_form(case.text, form, rng), origin=case.text) for case in cases]


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
    if case.kind == SERVICE:
        hit = first.document in case.guides
        return Verdict(hit, hit, True)
    return Verdict(case.says(first.ward, answer.text), case.says(first.ward, first.passage), True)


def holds(text: str, fact: str) -> bool:
    """Whether a text has the words of a fact, whatever the marks, capitals, quotes and spaces."""
    return _bare(fact) in _bare(text)


@lru_cache(maxsize=64)  # whole plans are looked through again and again
def _bare(text: str) -> str:
    return re.sub(r"[\s\"“”'‘’]+", "", strip_diacritics(text).lower().replace("–", "-"))
