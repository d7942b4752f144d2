"""The figures of charts: an indicator week by week, groups by courses, from enrolled to passed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func
from sqlmodel import Session, col, select

from bot.indicators.standing import WHOLE_WARD, by_course, standing
from bot.indicators.ward import Figure, totals_of_days
from bot.store.tables import Person

WEEKS = 13  # of a trend: a quarter


def week_ends(last: date, weeks: int = WEEKS) -> list[date]:
    """The last days of so many weeks, the newest being ``last``."""
    return [last - timedelta(days=7 * number) for number in reversed(range(weeks))]


def trend(
    session: Session, ward_code: str, code: str, first: date | None, last: date, group: int | None = None
) -> list[tuple[date, Figure]]:
    """An indicator as it stood at the end of each of the last weeks, as ``indicator_table`` gives it."""
    days = [day for day in week_ends(last) if first is None or day >= first]
    place = WHOLE_WARD if group is None else group
    return list(zip(days, totals_of_days(session, ward_code, code, first, days, place), strict=True))


@dataclass(frozen=True, slots=True)
class Heat:
    """How many people of each group finished each course; ``counts`` by group in the order of ``courses``."""

    courses: tuple[tuple[str, str], ...]
    counts: Mapping[int, tuple[int, ...]]
    most: int


def heat(session: Session, ward_code: str, day: date, groups: Sequence[int], courses: Mapping[str, str]) -> Heat:
    """Who finished which course up to a day; ``courses`` are their titles by id."""
    found = by_course(session, ward_code, "courses", day)
    counts = {group: tuple(found.get((course, group), (0, 0))[0] for course in courses) for group in groups}
    most = max((count for row in counts.values() for count in row), default=0)
    return Heat(tuple(courses.items()), counts, most)


def funnel(session: Session, ward_code: str, day: date, group: int | None = None) -> list[tuple[str, int]]:
    """Residents who enrolled, answered a question, finished a lesson, finished a course, passed a course.

    Who enrolled is counted at this moment (a deleted person is not enrolled any more); the rest up to ``day``.
    """
    found = standing(session, ward_code, {"starters", "finishers", "passers"}, day)
    place = WHOLE_WARD if group is None else group
    enrolled = select(func.count(col(Person.id))).where(Person.ward_code == ward_code)
    if group is not None:
        enrolled = enrolled.where(Person.group_id == group)
    counts = [
        found.get(("starters", place), (0, 0))[0],
        found.get(("finishers", place), (0, 0))[1],
        found.get(("finishers", place), (0, 0))[0],
        found.get(("passers", place), (0, 0))[0],
    ]
    names = ("started", "learnt", "finished", "passed")
    return [("enrolled", session.exec(enrolled).one()), *zip(names, counts, strict=True)]
