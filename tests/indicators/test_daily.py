"""The daily table says what the views say, on SQLite and PostgreSQL alike."""

from __future__ import annotations

from datetime import UTC, date, datetime

from sqlmodel import Session

from bot.indicators import daily
from bot.indicators.standing import WHOLE_WARD, standing
from bot.indicators.ward import Period, indicator_table
from bot.store.database import Database
from bot.store.figure_inputs import keep_course_sizes
from bot.store.measure_views import MEASURES
from bot.store.tables import Person, ResidentialGroup
from tests.indicators.lives import WARD, answer

NOON = datetime(2026, 11, 20, 5, tzinfo=UTC)


def test_first_figures(database: Database) -> None:
    def unit(session: Session) -> None:
        session.add(ResidentialGroup(id=1, ward_code=WARD, name="Tổ 1", join_code="a", adults=8))
        session.flush()
        keep_course_sizes(session, {"vneid": 1, "an-toan": 2}, date(2026, 11, 1))
        session.add(Person(id=1, ward_code=WARD, group_id=1))
        session.flush()
        for number in (1, 2):
            answer(session, 1, 1, "vneid", "v1", number, True, NOON)
            answer(session, 1, 1, "an-toan", "s1", number, number == 1, NOON)
        session.flush()
        daily.make(session, None, NOON)

    database.write_now(unit)
    with Session(database.engine) as session:
        found = standing(session, WARD, set(MEASURES), date(2026, 11, 20))
        whole = {measure: pair for (measure, group), pair in found.items() if group == WHOLE_WARD}
        assert whole == {
            "answers": (3, 4),
            "safety": (1, 2),
            "lessons": (2, 0),
            "starters": (1, 0),
            "learners": (1, 0),
            "finishers": (1, 1),
            "passers": (1, 0),
            "active": (1, 0),
            "weekly": (1, 0),
        }
        assert not standing(session, WARD, set(MEASURES), date(2026, 11, 19))
        later = standing(session, WARD, {"active"}, date(2026, 12, 20))
        assert later[("active", WHOLE_WARD)] == (0, 0)
        table = indicator_table(session, WARD, Period(None, date(2026, 11, 20)))
        shown = {
            one.definition.code: figure.value for one, figure in zip(table.indicators, table.total.figures, strict=True)
        }
        assert str(shown["K1"]) == "12.5"
