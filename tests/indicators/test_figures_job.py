"""When the daily figures are made by the job, and that a page sees a small ward as it is now."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from sqlmodel import Session

from bot.indicators import daily
from bot.indicators.standing import WHOLE_WARD, standing
from bot.jobs.figures import Figures, due_wards
from bot.store.database import Database
from bot.store.figure_inputs import make_stale
from bot.store.tables import FigureBuild, Person
from tests.indicators.lives import WARD, answer

NOON = datetime(2026, 11, 20, 5, tzinfo=UTC)
DAY = date(2026, 11, 20)


def learns(session: Session, number: int) -> None:
    if session.get(Person, 1) is None:
        session.add(Person(id=1, ward_code=WARD))
        session.flush()
    answer(session, 1, None, "vneid", "v1", number, True, NOON)


def answered(database: Database) -> int:
    found = database.read_now(lambda session: standing(session, WARD, {"answers"}, DAY))
    return found.get(("answers", WHOLE_WARD), (0, 0))[1]


async def test_the_night_asking_and_new_answers_make_figures_due(database: Database) -> None:
    job = Figures(database)
    await job.step(NOON)
    assert not database.read_now(lambda session: due_wards(session, NOON + timedelta(hours=13)))
    assert database.read_now(lambda session: due_wards(session, NOON + timedelta(hours=15)))  # it is past 2 at night
    database.write_now(lambda session: make_stale(session, WARD))
    assert database.read_now(lambda session: due_wards(session, NOON)) == [WARD]
    assert await job.step(NOON) == 0
    database.write_now(lambda session: learns(session, 1))
    assert database.read_now(lambda session: due_wards(session, NOON + timedelta(minutes=9))) == [WARD]
    assert await job.step(NOON + timedelta(minutes=9)) > 0
    assert answered(database) == 1


async def test_a_large_ward_is_left_to_the_job_which_takes_a_rest(database: Database) -> None:
    await Figures(database).step(NOON)

    def slow(session: Session) -> None:
        session.get_one(FigureBuild, WARD).seconds = 30.0
        learns(session, 1)

    database.write_now(slow)
    await daily.bring_up(database, WARD, NOON)
    assert answered(database) == 0
    assert not database.read_now(lambda session: due_wards(session, NOON + timedelta(minutes=9)))
    assert database.read_now(lambda session: due_wards(session, NOON + timedelta(minutes=10))) == [WARD]


async def test_a_page_shows_a_small_ward_as_it_is_now(database: Database) -> None:
    for number in (1, 2, 3):
        database.write_now(lambda session, one=number: learns(session, one))  # type: ignore[misc]
        await daily.bring_up(database, WARD, NOON)
        assert answered(database) == number
