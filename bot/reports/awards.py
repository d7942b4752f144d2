"""Who may be proposed for an award: groups and residents by stated criteria, named only where they agreed to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, func
from sqlalchemy import select as select_any
from sqlmodel import Session, col, select

from bot.conversation.purposes import BOARD, CHILD
from bot.reports.snapshot import IndicatorFigures, PlaceFigure, Snapshot
from bot.store.consents import agreed_to
from bot.store.naming import natural_key
from bot.store.tables import Attempt, Person, ResidentialGroup


@dataclass(frozen=True, slots=True)
class Criteria:
    """What staff state: how many groups and residents at most, and what a resident must have done in the period."""

    groups: int = 3
    residents: int = 10
    lessons: int = 5
    right_percent: int = 80


@dataclass(frozen=True, slots=True)
class Learner:
    """A resident who meets the criteria and may be named."""

    called: str
    group: str
    lessons: int
    right_percent: float


@dataclass(frozen=True, slots=True)
class Proposal:
    """``unnamed``: others who meet the criteria but are children, of unknown age, without a name or without consent."""

    indicator: IndicatorFigures | None
    groups: tuple[PlaceFigure, ...]
    learners: tuple[Learner, ...]
    unnamed: int


def propose(session: Session, snapshot: Snapshot, since: datetime, until: datetime, criteria: Criteria) -> Proposal:
    """The proposal of a ward from the figures of a period and the answers in [since, until)."""
    indicator = next(
        (one for one in snapshot.indicators if one.unit == "percent" and one.measured and one.groups), None
    )
    groups = _best(indicator.groups, criteria.groups) if indicator else ()
    learners, unnamed = _learners(session, snapshot.ward_code, since, until, criteria)
    return Proposal(indicator, groups, tuple(learners[: criteria.residents]), unnamed)


def _best(places: Sequence[PlaceFigure], count: int) -> tuple[PlaceFigure, ...]:
    """The groups with the highest figures; one whose figure is hidden or is not known is none."""
    known = [one for one in places if one.group_id and not one.hidden and one.value]
    return tuple(sorted(known, key=lambda one: -(one.value or 0))[:count])


def _learners(
    session: Session, ward_code: str, since: datetime, until: datetime, criteria: Criteria
) -> tuple[list[Learner], int]:
    inside = (Attempt.ward_code == ward_code, col(Attempt.answered_at) >= since, col(Attempt.answered_at) < until)
    versions = (
        select(Attempt.person_id, Attempt.lesson_id)
        .where(*inside)
        .group_by(col(Attempt.person_id), col(Attempt.lesson_id), col(Attempt.lesson_version))
        .having(func.count(func.distinct(col(Attempt.question_id))) >= func.max(col(Attempt.question_count)))
        .subquery()
    )
    lessons = (
        select(versions.c.person_id, func.count(func.distinct(versions.c.lesson_id)).label("lessons"))
        .group_by(versions.c.person_id)
        .having(func.count(func.distinct(versions.c.lesson_id)) >= criteria.lessons)
        .subquery()
    )
    right = func.sum(case((col(Attempt.correct).is_(True), 1), else_=0))
    answers = (
        select(Attempt.person_id, func.count(col(Attempt.id)).label("answers"), right.label("right_answers"))
        .where(*inside)
        .group_by(col(Attempt.person_id))
        .subquery()
    )
    known_age = (col(Person.age_band).is_not(None)) & (col(Person.age_band) != CHILD)
    named = agreed_to(BOARD) & known_age & col(Person.called).is_not(None)
    statement = (
        select_any(
            col(Person.called),
            col(ResidentialGroup.name),
            lessons.c.lessons,
            answers.c.answers,
            answers.c.right_answers,
            named.label("named"),
        )
        .join(lessons, lessons.c.person_id == col(Person.id))
        .join(answers, answers.c.person_id == col(Person.id))
        .outerjoin(ResidentialGroup, col(ResidentialGroup.id) == col(Person.group_id))
    )
    found, unnamed = [], 0
    for called, group, done, given, good, may_be_named in session.execute(statement):
        percent = round(100 * int(good) / given, 1)
        if percent < criteria.right_percent:
            continue
        if may_be_named:
            found.append(Learner(called or "", group or "", int(done), percent))
        else:
            unnamed += 1
    return sorted(found, key=lambda one: (-one.lessons, -one.right_percent, natural_key(one.called))), unnamed
