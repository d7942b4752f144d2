"""How learning went week by week, from the daily table."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func
from sqlmodel import Session, col, select

from bot.indicators.standing import NO_GROUP, WHOLE_WARD, course_of_days, standing
from bot.store.tables import Person
from lessons.progress import local_day

WEEKS = 8  # as far back as a look at a trend goes: about two months
WEEK = timedelta(days=7)
LEARNERS = "weekly"  # the measure that counts who answered a question in the last seven days


@dataclass(frozen=True, slots=True)
class Week:
    """Seven days that end with ``last_day``; ``learners`` answered a quiz question, ``joined`` were first remembered.

    Who deleted their data since is in learners and answers, not in joined.
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
    """The weeks that end with this day, the oldest first."""
    today = local_day(now)
    ends = [today - WEEK * number for number in range(WEEKS - 1, -1, -1)]
    place = WHOLE_WARD if only_group is None else only_group
    learners = course_of_days(session, ward_code, LEARNERS, ends, place)
    answers = course_of_days(session, ward_code, "answers", [ends[0] - WEEK, *ends], place)
    return [
        Week(
            day,
            learners[number][0],
            answers[number + 1][1] - answers[number][1],
            _joined(session, ward_code, now - WEEK * (WEEKS - number), only_group),
        )
        for number, day in enumerate(ends)
    ]


def _joined(session: Session, ward_code: str, after: datetime, only_group: int | None) -> int:
    """Who was first remembered in the week after a moment."""
    when = col(Person.created_at)
    statement = select(func.count()).where(Person.ward_code == ward_code, when > after, when <= after + WEEK)
    if only_group is not None:
        statement = statement.where(Person.group_id == only_group)
    return session.exec(statement).one()


def changes(session: Session, ward_code: str, now: datetime) -> dict[int | None, Change]:
    """This week and the one before, by group; groups in which nobody learnt are left out."""
    today = local_day(now)
    this = standing(session, ward_code, {LEARNERS}, today)
    before = standing(session, ward_code, {LEARNERS}, today - WEEK)
    found: dict[int | None, Change] = {}
    for measure, group in {*this, *before}:
        counts = this.get((measure, group), (0, 0))[0], before.get((measure, group), (0, 0))[0]
        if group != WHOLE_WARD and any(counts):
            number = None if group == NO_GROUP else group
            found[number] = Change(number, *counts)
    return found
