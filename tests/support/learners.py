"""Residents who have learnt, for tests of figures."""

from __future__ import annotations

from typing import Any

from sqlmodel import select

from bot.store.tables import Attempt, Person, ResidentialGroup, utc_now
from tests.support.house import House


def learn(house: House, ward: str, group: str, lessons: int, right: int) -> None:
    """A resident who finished lessons of two questions each."""

    def unit(session: Any) -> None:
        row = session.exec(select(ResidentialGroup).where(ResidentialGroup.name == group)).one()
        person = Person(ward_code=ward, group_id=row.id)
        session.add(person)
        session.flush()
        for number in range(lessons * 2):
            session.add(attempt_of(person, number, correct=number < right))

    house.database.write_now(unit)


def attempt_of(person: Person, number: int = 0, correct: bool = True) -> Attempt:
    """One of the answers of a stored person, who does lessons of two questions."""
    return Attempt(
        key=f"{person.id}-{number}",
        person_id=person.id or 0,
        ward_code=person.ward_code,
        group_id=person.group_id,
        course_id="c",
        lesson_id=f"l{number // 2}",
        lesson_version="1",
        question_id=f"q{number}",
        question_count=2,
        chosen="a",
        correct=correct,
        answered_at=utc_now(),
    )
