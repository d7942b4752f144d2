"""Answers of residents, for tests of figures."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Session

from bot.store.tables import Attempt

WARD = "hung-dao"


def answer(
    session: Session,
    person: int,
    group: int | None,
    course: str,
    lesson: str,
    question: int,
    correct: bool,
    at: datetime,
    questions: int = 2,
    key: str = "",
) -> None:
    """One answer to a question of a lesson that has so many."""
    session.add(
        Attempt(
            key=key or f"{person}-{lesson}-{question}-{at.isoformat()}",
            person_id=person,
            ward_code=WARD,
            group_id=group,
            course_id=course,
            lesson_id=lesson,
            lesson_version="1",
            question_id=f"{lesson}-{question}",
            question_count=questions,
            chosen="a",
            correct=correct,
            answered_at=at,
        )
    )
