"""The definitions: equal on SQLite and PostgreSQL, whatever the order and repeats, and what the daily table holds."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import Session

from bot.indicators import daily
from bot.indicators.definitions import definition_sets, shipped_definitions
from bot.indicators.standing import EVER, WHOLE_WARD, standing
from bot.store.database import Database
from bot.store.figure_inputs import keep_course_sizes
from bot.store.forget import forget_person
from bot.store.measure_views import MEASURES, PASS_PERCENT
from bot.store.sql import insert_ignoring
from bot.store.tables import Attempt, ClassSession, Person, ResidentialGroup
from bot.store.wards import register_wards
from knowledge.wards import load_wards
from lessons.progress import PASS_MARK
from tests.support.database import _migrate

WARD = "hung-dao"
START = datetime(2026, 9, 1, 3, tzinfo=UTC)
DAY = date(2026, 9, 1)
GROUPS = (1, 2, 3)
COURSES = {"vneid": 2, "an-toan": 3}
QUESTIONS = 3
NOON = datetime(2026, 12, 1, 5, tzinfo=UTC)


def settle(session: Session) -> None:
    for group in GROUPS:
        session.add(ResidentialGroup(id=group, ward_code=WARD, name=f"Tổ {group}", join_code=f"c{group}", adults=20))
    session.flush()
    for number in range(1, 13):
        session.add(Person(id=number, ward_code=WARD, group_id=None))
    session.flush()
    keep_course_sizes(session, {"vneid": 1, "an-toan": 3}, DAY)
    keep_course_sizes(session, COURSES, DAY + timedelta(days=20))


def random_answers(seed: int, count: int = 500) -> list[dict[str, Any]]:
    """Answers over two months by people who now and then move or choose no group."""
    chance = random.Random(seed)
    found: list[dict[str, Any]] = []
    for number in range(count):
        course = chance.choice(list(COURSES))
        lesson = f"{course}-{chance.randint(1, COURSES[course])}"
        found.append(
            {
                "key": f"k{number}",
                "person_id": chance.randint(1, 12),
                "ward_code": chance.choice([WARD, WARD, WARD, "tu-ky", None]),
                "group_id": chance.choice([1, 1, 1, 2, 3, None]),
                "course_id": course,
                "lesson_id": lesson,
                "lesson_version": chance.choice(["1", "1", "1", "2"]),
                "question_id": f"{lesson}-{chance.randint(1, QUESTIONS)}",
                "question_count": QUESTIONS,
                "chosen": "a",
                "correct": chance.random() < 0.7,
                "answered_at": START + timedelta(hours=chance.randint(0, 60 * 24), seconds=chance.randint(0, 5)),
            }
        )
    return found


def log(session: Session, answers: list[dict[str, Any]]) -> None:
    for one in answers:
        insert_ignoring(session, Attempt, one)
    session.flush()


def view_rows(database: Database, view: str) -> list[tuple[Any, ...]]:
    statement = text(
        "SELECT ward_code, group_id, cast(day AS varchar(10)), course_id, numerator, denominator "
        f"FROM measure_{view} ORDER BY 1, 2, 3, 4"
    )
    with database.engine.connect() as connection:
        return sorted((w, int(g), str(d), c, int(n), int(m)) for w, g, d, c, n, m in connection.execute(statement))


def all_rows(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    return {name: view_rows(database, name) for name in MEASURES}


@pytest.mark.postgres
def test_both_databases_say_the_same(
    sqlite_database_url: str, postgres_copy: Callable[[str, Callable[[str], None]], str]
) -> None:
    said = []
    for url in (sqlite_database_url, postgres_copy("migrated", _migrate)):
        database = Database(url)
        database.write_now(lambda session: register_wards(session, load_wards().wards))

        def unit(session: Session) -> None:
            settle(session)
            log(session, random_answers(1))
            for number in range(5):
                session.add(
                    ClassSession(
                        key=f"s{number}", ward_code=WARD, group_id=1 + number % 3, lesson_id="x", present=number,
                        held_at=START + timedelta(hours=13 * number),
                    )
                )  # fmt: skip
            forget_person(session, 3)

        database.write_now(unit)
        said.append(all_rows(database))
        database.close()
    assert said[0] == said[1]
    assert [name for name, found in said[0].items() if not found] == ["contests"]  # none was frozen


@pytest.mark.parametrize("seed", [2, 3])
def test_neither_order_nor_repeats_change_anything(sqlite_database_url: str, seed: int) -> None:
    database = Database(sqlite_database_url)
    database.write_now(lambda session: register_wards(session, load_wards().wards))
    database.write_now(settle)
    answers = random_answers(seed)
    said = []
    for order in (1, 2):
        shuffled = [*answers, *answers[:100]]
        random.Random(order).shuffle(shuffled)

        def unit(session: Session, given: list[dict[str, Any]] = shuffled) -> None:
            session.execute(Attempt.__table__.delete())  # type: ignore[attr-defined]
            log(session, given)

        database.write_now(unit)
        said.append(all_rows(database))
    database.close()
    assert said[0] == said[1]


def test_a_deletion_moves_no_figure_and_a_day_that_was_stays(database: Database) -> None:
    database.write_now(settle)
    database.write_now(lambda session: log(session, random_answers(4)))
    before = all_rows(database)
    for person in (1, 5, 9):
        database.write_now(lambda session, one=person: forget_person(session, one))  # type: ignore[misc]
        assert all_rows(database) == before
    database.write_now(lambda session: daily.make(session, None, NOON))
    then = [database.read_now(lambda s, d=day: standing(s, WARD, MEASURES, d)) for day in days()]  # type: ignore[misc]
    later = [
        dict(one, key=f"later-{one['key']}", answered_at=one["answered_at"] + timedelta(days=61))
        for one in random_answers(5)
    ]
    living = [one for one in later if one["person_id"] not in (1, 5, 9)]
    database.write_now(lambda session: log(session, living))
    database.write_now(lambda session: daily.make(session, None, NOON))
    assert [database.read_now(lambda s, d=day: standing(s, WARD, MEASURES, d)) for day in days()] == then  # type: ignore[misc]


def days() -> list[date]:
    """Days before the later answers. ``active`` ends of stretches may still change in the last ACTIVE_DAYS."""
    return [DAY + timedelta(days=number) for number in (3, 17, 30)]


def test_the_daily_table_is_what_the_views_say_and_is_made_once(database: Database) -> None:
    database.write_now(settle)
    database.write_now(lambda session: log(session, random_answers(6)))
    database.write_now(lambda session: daily.make(session, None, NOON))
    again = database.read_now(lambda session: daily.changes(session))
    assert (again.gone, again.written) == ([], [])
    for day in (DAY + timedelta(days=10), DAY + timedelta(days=70)):
        held = database.read_now(lambda s, d=day: standing(s, WARD, set(MEASURES) - {"courses"}, d))  # type: ignore[misc]
        summed: dict[tuple[str, int], tuple[int, int]] = {}
        for name in set(MEASURES) - {"courses"}:
            for ward, group, when, _, numerator, denominator in view_rows(database, name):
                if ward == WARD and when <= day.isoformat():
                    for place in (group, WHOLE_WARD):
                        top, bottom = summed.get((name, place), (0, 0))
                        summed[(name, place)] = (top + numerator, bottom + denominator)
        assert held == summed
    assert EVER.year == 9999


def test_one_ward_alone_is_made_as_with_all(database: Database) -> None:
    database.write_now(settle)
    database.write_now(lambda session: log(session, random_answers(7)))
    database.write_now(lambda session: daily.make(session, WARD, NOON))
    left = database.read_now(lambda session: daily.changes(session))
    assert left.written
    assert {row["ward_code"] for row in left.written} == {"tu-ky"}


def test_every_measure_named_is_there_and_passing_is_what_residents_are_told() -> None:
    for one in shipped_definitions().values():
        assert one.measure is None or one.measure in MEASURES
    assert round(100 * PASS_MARK) == PASS_PERCENT
    assert [len(one.indicators) for one in definition_sets()] == [9, 11, 5, 4]
