"""The weeks of a chart: every figure is the one of the table, digit by digit, though read in one query."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import product

from sqlmodel import Session

from bot.indicators.choosing import Given, enter
from bot.indicators.daily import make
from bot.indicators.definitions import shipped_definitions
from bot.indicators.series import trend
from bot.indicators.standing import NO_GROUP, WHOLE_WARD
from bot.indicators.ward import Period, indicator_table, totals_of_days
from bot.store.database import Database
from bot.store.figure_inputs import keep_course_sizes
from bot.store.tables import GroupAdults, Person, ResidentialGroup, WardIndicator
from tests.indicators.lives import WARD, answer

LAST = date(2026, 11, 20)
NOON = datetime(2026, 11, 20, 5, 0, tzinfo=UTC)
IN_USE, GONE, EMPTY = 1, 2, 3  # a group, one that is no more but in which was learnt, one in which never
PLACES = (WHOLE_WARD, IN_USE, GONE, EMPTY, NO_GROUP)
DAYS = [LAST - timedelta(days=days) for days in (44, 25, 9, 0)]


def fill(session: Session) -> None:
    """Weeks of answers, adults that were counted again, figures entered for the ward and for groups."""
    for number, active in ((IN_USE, True), (GONE, False), (EMPTY, False)):
        session.add(
            ResidentialGroup(id=number, ward_code=WARD, name=f"Tổ {number}", join_code=f"c{number}", active=active)
        )
    session.flush()
    keep_course_sizes(session, {"an-toan": 1, "vneid": 1}, date(2020, 1, 1))
    for number, adults in ((IN_USE, 7), (GONE, 3)):
        session.add(GroupAdults(group_id=number, since=LAST - timedelta(days=60), adults=adults))
        session.add(GroupAdults(group_id=number, since=LAST - timedelta(days=20), adults=adults + 4))
    for person in range(1, 13):
        place = (IN_USE, GONE, None)[person % 3]
        session.add(Person(id=person, ward_code=WARD, group_id=place))
        session.flush()
        at = NOON - timedelta(days=person * 7)
        for question in (1, 2):
            answer(session, person, place, ("an-toan", "vneid")[person % 2], "l", question, person % 4 > 0, at)
    for position, code in enumerate(shipped_definitions()):
        session.add(WardIndicator(ward_code=WARD, code=code, position=position, set_by="Lan", set_at=NOON))
    session.flush()
    for number, one in enumerate(one for one in shipped_definitions().values() if not one.measured):
        for days, group in ((70, None), (40, IN_USE), (30, GONE), (10, None) if number % 2 else (9, IN_USE)):
            percent = Decimal("41.25") if one.unit == "percent" and days == 40 else None
            count = None if percent is not None else 3 + days
            given = Given(one.code, group, LAST - timedelta(days=days), count, count and 91, percent, "Sổ của phường")
            enter(session, WARD, given, "Lan", NOON)
    session.flush()
    make(session, WARD, NOON)


def test_every_figure_of_every_day_is_the_tables(database: Database) -> None:
    def differing(session: Session) -> list[object]:
        fill(session)
        found: list[object] = []
        for place, first in product(PLACES, (None, LAST - timedelta(days=45))):
            tables = [indicator_table(session, WARD, Period(first, day), None, place) for day in DAYS]
            for number, code in enumerate(shipped_definitions()):
                expected = [table.total.figures[number] for table in tables]
                if totals_of_days(session, WARD, code, first, DAYS, place) != expected:
                    found.append((code, place, first))
        values = {figure.value for table in tables for figure in table.total.figures}
        return found if len(values) > 3 else ["there was nothing to compare"]

    assert database.write_now(differing) == []


def test_a_chart_begins_with_the_period(database: Database) -> None:
    def days(session: Session) -> list[date]:
        fill(session)
        return [day for day, _ in trend(session, WARD, "K1", LAST - timedelta(days=20), LAST)]

    assert database.write_now(days) == [LAST - timedelta(days=14), LAST - timedelta(days=7), LAST]
