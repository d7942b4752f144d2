"""Which quiz questions a ward finds hard, and which wrong answers are chosen: first tries of the last 90 days."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlmodel import Session, col

from bot.store.tables import Attempt

DAYS = 90
FEWEST_PEOPLE = 5  # below it a figure says something about persons, and nothing about a question


@dataclass(frozen=True, slots=True)
class QuestionFigures:
    """A question by first tries: how many people, how many were right, and each wrong choice by its option ids."""

    question_id: str
    lesson_id: str
    people: int
    right: int
    wrong: Mapping[str, int]

    @property
    def share(self) -> float:
        """Percent of people who were right."""
        return 100 * self.right / self.people


def question_figures(session: Session, ward_code: str, now: datetime) -> list[QuestionFigures]:
    """Every question that enough people answered, the hardest first."""
    first = (
        select(func.min(col(Attempt.id)).label("id"))
        .where(col(Attempt.ward_code) == ward_code, col(Attempt.answered_at) > now - timedelta(days=DAYS))
        .group_by(col(Attempt.person_id), col(Attempt.question_id))
        .subquery()
    )
    statement = (
        select(
            col(Attempt.lesson_id), col(Attempt.question_id), col(Attempt.chosen), col(Attempt.correct), func.count()
        )
        .join(first, first.c.id == col(Attempt.id))
        .group_by(col(Attempt.lesson_id), col(Attempt.question_id), col(Attempt.chosen), col(Attempt.correct))
    )
    right: Counter[tuple[str, str]] = Counter()
    wrong: defaultdict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for lesson_id, question_id, chosen, correct, count in session.execute(statement):
        if correct:
            right[lesson_id, question_id] += count
        else:
            wrong[lesson_id, question_id][chosen] += count
    found = [
        QuestionFigures(place[1], place[0], right[place] + wrong[place].total(), right[place], wrong[place])
        for place in {*right, *wrong}
    ]
    return sorted(
        (one for one in found if one.people >= FEWEST_PEOPLE),
        key=lambda one: (one.share, -one.people, one.question_id),
    )
