"""How learning went week by week, from the attempt log."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import case, func
from sqlmodel import Session, col, select

from bot.store.tables import Attempt, Person
from lessons.progress import local_day

WEEKS = 8  # as far back as a look at a trend goes: about two months
WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Week:
    """Seven days that end with ``last_day``; ``learners`` answered a quiz question, ``joined`` were first remembered.

    People who deleted their data since are not in it.
    """

    last_day: date
    learners: int
    answers: int
    joined: int


@dataclass(frozen=True, slots=True)
class Change:
    """Learners of a group in the last seven days and in the seven before."""

    group_id: int | None
    now: int
    before: int


def trend(session: Session, ward_code: str, now: datetime, only_group: int | None = None) -> list[Week]:
    """The weeks that end at this moment, the oldest first."""
    starts = [now - WEEK * number for number in range(WEEKS, 0, -1)]
    when, who = col(Attempt.answered_at), col(Attempt.person_id)
    columns = [
        column
        for start in starts
        for column in (
            func.count(func.distinct(case(((when > start) & (when <= start + WEEK), who)))),
            func.count(case(((when > start) & (when <= start + WEEK), 1))),
        )
    ]
    statement = select(*columns).where(Attempt.ward_code == ward_code, when > starts[0])
    joined = select(
        *(
            func.count(case(((col(Person.created_at) > start) & (col(Person.created_at) <= start + WEEK), 1)))
            for start in starts
        )
    ).where(Person.ward_code == ward_code, Person.created_at > starts[0])
    if only_group is not None:
        statement, joined = statement.where(Attempt.group_id == only_group), joined.where(Person.group_id == only_group)
    counted, new = session.execute(statement).one(), session.execute(joined).one()
    return [
        Week(local_day(start + WEEK), counted[2 * place], counted[2 * place + 1], new[place])
        for place, start in enumerate(starts)
    ]


def changes(session: Session, ward_code: str, now: datetime) -> dict[int | None, Change]:
    """This week and the one before, by group; groups in which nobody learnt are left out."""
    when, who = col(Attempt.answered_at), col(Attempt.person_id)
    statement = (
        select(
            Attempt.group_id,
            func.count(func.distinct(case((when > now - WEEK, who)))),
            func.count(func.distinct(case((when <= now - WEEK, who)))),
        )
        .where(Attempt.ward_code == ward_code, when > now - 2 * WEEK)
        .group_by(col(Attempt.group_id))
    )
    return {group: Change(group, this, before) for group, this, before in session.exec(statement)}
