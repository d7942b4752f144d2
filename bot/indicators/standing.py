"""What the daily table says of a ward on a day."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta

from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select

from bot.store.sql import table_of
from bot.store.tables import DailyFigure, GroupAdults

NO_GROUP = 0  # people of the ward without a group
WHOLE_WARD = -1
EVER = date(9999, 12, 31)  # until when the newest figures stand
Pair = tuple[int, int]  # numerator, denominator


def standing(
    session: Session, ward_code: str, measures: Collection[str], day: date, only: int | None = None
) -> Mapping[tuple[str, int], Pair]:
    """Sums of all days up to ``day`` by measure and group (or NO_GROUP, WHOLE_WARD); ``only`` one of these."""
    query = select(DailyFigure.measure, DailyFigure.group_id, DailyFigure.numerator, DailyFigure.denominator).where(
        DailyFigure.ward_code == ward_code,
        col(DailyFigure.measure).in_(sorted(measures)),
        DailyFigure.course_id == "",
        DailyFigure.day <= day,
        DailyFigure.until > day,
    )
    if only is not None:
        query = query.where(DailyFigure.group_id == only)
    return {(measure, group): (top, bottom) for measure, group, top, bottom in session.exec(query)}


def by_course(session: Session, ward_code: str, measure: str, day: date) -> Mapping[tuple[str, int], Pair]:
    """As ``standing``, of one measure that counts by course: by course and group."""
    found = session.exec(
        select(DailyFigure.course_id, DailyFigure.group_id, DailyFigure.numerator, DailyFigure.denominator).where(
            DailyFigure.ward_code == ward_code,
            DailyFigure.measure == measure,
            DailyFigure.day <= day,
            DailyFigure.until > day,
        )
    )
    return {(course, group): (numerator, denominator) for course, group, numerator, denominator in found}


def course_of_days(
    session: Session, ward_code: str, measure: str, days: Iterable[date], group_id: int = WHOLE_WARD
) -> list[Pair]:
    """The sums up to each of the days, in their order, for the whole ward or a group."""
    daily = table_of(DailyFigure).c
    rows = (
        session.connection()
        .execute(
            select(daily.day, daily.until, daily.numerator, daily.denominator)
            .where(
                daily.ward_code == ward_code,
                daily.measure == measure,
                daily.course_id == "",
                daily.group_id == group_id,
            )
            .order_by(daily.day)
        )
        .all()
    )
    return [next(((n, d) for first, until, n, d in rows if first <= day < until), (0, 0)) for day in days]


def standing_of_days(
    session: Session, ward_code: str, measures: Collection[str], days: Collection[date], only: int
) -> Mapping[date, Mapping[tuple[str, int], Pair]]:
    """As ``standing`` of one group (or NO_GROUP, WHOLE_WARD), for each of the days, in one query."""
    daily = table_of(DailyFigure).c
    found: dict[date, dict[tuple[str, int], Pair]] = {day: {} for day in days}
    query = select_columns(daily.measure, daily.day, daily.until, daily.numerator, daily.denominator).where(
        daily.ward_code == ward_code,
        daily.measure.in_(sorted(measures)),
        daily.course_id == "",
        daily.group_id == only,
        daily.day <= max(days),
        daily.until > min(days),
    )
    for measure, first, until, top, bottom in session.connection().execute(query):
        for day in days:
            if first <= day < until:
                found[day][(measure, only)] = (top, bottom)
    return found


def within(
    session: Session,
    ward_code: str,
    measures: Collection[str],
    first: date | None,
    last: date,
    only: int | None = None,
) -> Mapping[tuple[str, int], Pair]:
    """Sums of the days from ``first`` to ``last``; None: from the beginning."""
    upto = standing(session, ward_code, measures, last, only)
    if first is None:
        return upto
    return since(upto, standing(session, ward_code, measures, first - timedelta(days=1), only))


def since(
    upto: Mapping[tuple[str, int], Pair], before: Mapping[tuple[str, int], Pair]
) -> Mapping[tuple[str, int], Pair]:
    """What came to sums after those of a day before."""
    return {
        key: (numerator - before.get(key, (0, 0))[0], denominator - before.get(key, (0, 0))[1])
        for key, (numerator, denominator) in upto.items()
    }


def adults_on(session: Session, groups: Collection[int], day: date) -> Mapping[int, int | None]:
    """The number of adults of groups as the ward had said by a day; what it said first for the days before that."""
    return adults_said(adult_rows(session, groups), day)


def adult_rows(session: Session, groups: Collection[int]) -> Sequence[GroupAdults]:
    """Everything that was said of the number of adults of groups, in the order of the days."""
    return session.exec(
        select(GroupAdults).where(col(GroupAdults.group_id).in_(sorted(groups))).order_by(col(GroupAdults.since))
    ).all()


def adults_said(rows: Iterable[GroupAdults], day: date) -> Mapping[int, int | None]:
    """As ``adults_on``, of the rows of ``adult_rows``."""
    known: dict[int, int | None] = {}
    for row in rows:
        if row.group_id not in known or row.since <= day:
            known[row.group_id] = row.adults
    return known
