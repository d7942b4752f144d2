"""Participation per residential group: what the staff site's page, its CSV and its XLSX all show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import case, func
from sqlmodel import Session, col, select

from bot.store.naming import natural_key
from bot.store.tables import Attempt, Person, RemovedActivity, ResidentialGroup

ACTIVE_DAYS = 30  # a learner is active who answered a quiz question within this many days


@dataclass(frozen=True, slots=True)
class GroupFigures:
    """One residential group; ``group_id`` None is for residents who chose the ward but no group.

    ``adults`` is what the ward entered, None when it has not. ``answers`` and ``right_answers`` count quiz questions
    answered, those of people who deleted their data included (as counts tied to nobody).
    """

    group_id: int | None
    name: str
    adults: int | None
    residents: int
    active_learners: int
    lessons_done: int
    answers: int
    right_answers: int


@dataclass(frozen=True, slots=True)
class WardFigures:
    """Every group of a ward in natural order, and their sum."""

    ward_code: str
    groups: tuple[GroupFigures, ...]
    total: GroupFigures


def ward_figures(session: Session, ward_code: str, now: datetime, only_group: int | None = None) -> WardFigures:
    """The figures of a ward at this moment; ``only_group`` narrows them for a group leader."""
    residents = _count_by_group(session, ward_code)
    activity = _activity(session, ward_code, now)
    finished = _lessons_done(session, ward_code)
    removed = _removed(session, ward_code)
    rows = session.exec(select(ResidentialGroup).where(ResidentialGroup.ward_code == ward_code)).all()
    named: list[tuple[int | None, str, int | None]] = [
        (row.id, row.name, row.adults) for row in sorted(rows, key=lambda row: natural_key(row.name)) if row.active
    ]
    loose = (None, "Chưa chọn tổ", None)
    seen = {group_id for group_id, _, _ in named}
    if only_group is not None:
        named = [one for one in named if one[0] == only_group]
    elif any(group_id not in seen for group_id in (*residents, *activity, *finished, *removed)):
        named.append(loose)
    groups = []
    for group_id, name, adults in named:
        learners, answers, right = activity.get(group_id, (0, 0, 0))
        gone_answers, gone_right, gone_lessons = removed.get(group_id, (0, 0, 0))
        groups.append(
            GroupFigures(
                group_id,
                name,
                adults,
                residents.get(group_id, 0),
                learners,
                finished.get(group_id, 0) + gone_lessons,
                answers + gone_answers,
                right + gone_right,
            )
        )
    return WardFigures(ward_code, tuple(groups), _sum(groups))


def _sum(groups: Sequence[GroupFigures]) -> GroupFigures:
    adults = [one.adults for one in groups if one.adults is not None]
    return GroupFigures(
        None,
        "Cộng",
        sum(adults) if adults else None,
        sum(one.residents for one in groups),
        sum(one.active_learners for one in groups),
        sum(one.lessons_done for one in groups),
        sum(one.answers for one in groups),
        sum(one.right_answers for one in groups),
    )


def _count_by_group(session: Session, ward_code: str) -> dict[int | None, int]:
    statement = (
        select(Person.group_id, func.count(col(Person.id)))
        .where(Person.ward_code == ward_code)
        .group_by(col(Person.group_id))
    )
    return dict(session.exec(statement).all())


def _activity(session: Session, ward_code: str, now: datetime) -> dict[int | None, tuple[int, int, int]]:
    since = now - timedelta(days=ACTIVE_DAYS)
    recent = case((col(Attempt.answered_at) > since, col(Attempt.person_id)))
    statement = (
        select(
            Attempt.group_id,
            func.count(func.distinct(recent)),
            func.count(col(Attempt.id)),
            func.sum(case((col(Attempt.correct).is_(True), 1), else_=0)),
        )
        .where(Attempt.ward_code == ward_code)
        .group_by(col(Attempt.group_id))
    )
    return {group: (learners, answers, int(right or 0)) for group, learners, answers, right in session.exec(statement)}


def _lessons_done(session: Session, ward_code: str) -> dict[int | None, int]:
    """Lessons finished: as many different questions answered as the version of the lesson has.

    A lesson counts in the group in which its last question was answered, once a person.
    """
    finished = (
        select(Attempt.person_id, Attempt.lesson_id, func.max(col(Attempt.id)).label("last_id"))
        .where(Attempt.ward_code == ward_code)
        .group_by(col(Attempt.person_id), col(Attempt.lesson_id), col(Attempt.lesson_version))
        .having(func.count(func.distinct(col(Attempt.question_id))) >= func.max(col(Attempt.question_count)))
        .subquery()
    )
    once = (
        select(func.max(finished.c.last_id).label("last_id"))
        .group_by(finished.c.person_id, finished.c.lesson_id)
        .subquery()
    )
    statement = (
        select(Attempt.group_id, func.count())
        .join(once, once.c.last_id == col(Attempt.id))
        .group_by(col(Attempt.group_id))
    )
    return dict(session.exec(statement).all())


def _removed(session: Session, ward_code: str) -> dict[int | None, tuple[int, int, int]]:
    statement = (
        select(
            RemovedActivity.group_id,
            func.sum(col(RemovedActivity.attempts)),
            func.sum(col(RemovedActivity.correct)),
            func.sum(col(RemovedActivity.lessons_done)),
        )
        .where(RemovedActivity.ward_code == ward_code)
        .group_by(col(RemovedActivity.group_id))
    )
    return {group: (int(a), int(c), int(d)) for group, a, c, d in session.exec(statement)}
