"""Making a contest: questions chosen or drawn by a seed, kept in the words they have at that moment."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlmodel import Session

from bot.store.contest_tables import Contest, ContestQuestion
from bot.store.contests import OPEN_KIND, new_code
from lessons.catalogue import Catalogue
from lessons.contest.draw import CONTEST_KINDS, BankEntry, Wanted, bank_of, draw
from lessons.contest.rules import Rules
from lessons.versions import question_to_json

SEED_BYTES = 16
QUESTIONS_LIMIT = 60  # of a contest: half an hour at half a minute each
PEOPLE_BOARD, GROUP_BOARD = "people", "groups"


@dataclass(frozen=True, slots=True)
class ContestPlan:
    """What staff decide. ``chosen`` are ids of questions in their order, or ``wanted`` says what to draw."""

    name: str
    starts_at: datetime
    ends_at: datetime
    rules: Rules
    created_by: str
    kind: str = OPEN_KIND
    rules_text: str = ""
    prizes: tuple[str, ...] = ()
    groups: tuple[int, ...] = ()
    age_bands: tuple[str, ...] = ()
    boards: tuple[str, ...] = (PEOPLE_BOARD, GROUP_BOARD)
    chosen: tuple[str, ...] = ()
    wanted: Wanted | None = None
    practice: int = 0
    seed: str = field(default_factory=lambda: secrets.token_hex(SEED_BYTES))


class QuestionsWrongError(ValueError):
    """The chosen questions cannot be asked in a contest."""


def create(session: Session, ward_code: str, plan: ContestPlan, catalogue: Catalogue) -> Contest:
    """A draft with its questions. Raises QuestionsWrongError, BankTooSmallError."""
    bank = bank_of(catalogue.questions)
    ids = list(plan.chosen) if plan.wanted is None else draw(bank, plan.wanted, plan.seed)
    _check(ids, catalogue)
    contest = Contest(
        ward_code=ward_code,
        code=new_code(),
        kind=plan.kind,
        name=plan.name,
        rules_text=plan.rules_text,
        prizes=list(plan.prizes),
        starts_at=plan.starts_at,
        ends_at=plan.ends_at,
        groups=sorted(plan.groups),
        age_bands=sorted(plan.age_bands),
        boards=list(plan.boards),
        rules=plan.rules.to_json(),
        seed=plan.seed,
        salt=secrets.token_hex(SEED_BYTES),
        wanted=None if plan.wanted is None else plan.wanted.to_json(),
        bank=[] if plan.wanted is None else [[one.id, one.skill, one.difficulty] for one in bank],
        created_by=plan.created_by,
    )
    session.add(contest)
    session.flush()
    practice = _practice(bank, ids, plan)
    contest.practice = len(practice)
    for number, name in [*enumerate(ids, 1), *((-place, name) for place, name in enumerate(practice, 1))]:
        session.add(_snapshot(contest.id or 0, number, name, catalogue))
    session.flush()
    return contest


def _check(ids: list[str], catalogue: Catalogue) -> None:
    questions = [catalogue.question(name) for name in ids]
    wrong = any(one is None or one.kind not in CONTEST_KINDS for one in questions)
    if wrong or not 1 <= len(ids) <= QUESTIONS_LIMIT or len(set(ids)) < len(ids):
        raise QuestionsWrongError("the questions of a contest must be there, be answered by one tap, and differ")


def _practice(bank: list[BankEntry], ids: list[str], plan: ContestPlan) -> list[str]:
    """Easy questions that the contest does not ask."""
    left = [one for one in bank if one.id not in ids and one.difficulty == 1]
    return draw(left, Wanted({1: min(plan.practice, len(left))}), f"{plan.seed}|practice")


def _snapshot(contest_id: int, number: int, name: str, catalogue: Catalogue) -> ContestQuestion:
    question = catalogue.question(name)
    assert question is not None
    body: dict[str, Any] = question_to_json(question)
    return ContestQuestion(contest_id=contest_id, number=number, question_id=name, body=body)
