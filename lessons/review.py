"""Spaced repetition: which questions come back today. Built on FSRS, whole days, no randomness."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from fsrs import Card, Rating, Scheduler

from lessons.catalogue import Catalogue, Question
from lessons.progress import Attempt, local_day, ordered

DAILY_REVIEW = 3  # questions a day: two minutes, so that it becomes a habit ("ôn tập 3 câu")
RETENTION = 0.9  # share of questions that should still be known when they come back; FSRS's own default
LONGEST_INTERVAL = 180  # days; the ways of apps and of fraud change, nothing rests longer than half a year

# Steps of minutes suit flash cards; a resident looks in once a day, so the shortest interval is a day. Fuzz off:
# the same log must always give the same plan.
_SCHEDULER = Scheduler(
    desired_retention=RETENTION,
    learning_steps=(),
    relearning_steps=(),
    maximum_interval=LONGEST_INTERVAL,
    enable_fuzzing=False,
)


@dataclass(frozen=True, slots=True)
class Memory:
    """What is expected to be remembered of one question.

    ``due`` is the day to ask again; ``recall`` the probability (0..1) that it would be answered rightly today.
    """

    question_id: str
    first_day: date
    last_day: date
    last_correct: bool
    due: date
    recall: float


def memories(attempts: Iterable[Attempt], now: datetime) -> dict[str, Memory]:
    """The memory of every answered question as of the local day of ``now``; later answers are not looked at."""
    today = local_day(now)
    cards: dict[str, Card] = {}
    found: dict[str, Memory] = {}
    for attempt in ordered(attempts):
        day = local_day(attempt.answered_at)
        if day > today:
            continue
        before = found.get(attempt.question_id)
        card = cards.get(attempt.question_id) or Card(card_id=len(cards), due=_noon(day))
        rating = Rating.Good if attempt.correct else Rating.Again
        card, _ = _SCHEDULER.review_card(card, rating, _noon(day))
        cards[attempt.question_id] = card
        found[attempt.question_id] = Memory(
            question_id=attempt.question_id,
            first_day=before.first_day if before else day,
            last_day=day,
            last_correct=attempt.correct,
            due=card.due.date(),
            recall=_SCHEDULER.get_card_retrievability(card, _noon(today)),
        )
    return found


def daily_review(
    attempts: Iterable[Attempt], catalogue: Catalogue, now: datetime, count: int = DAILY_REVIEW
) -> list[Question]:
    """The questions still to be reviewed today, at most ``count`` a day.

    Due questions come first, those last answered wrongly before all; then, so that there is something every
    day, those most likely to be forgotten. A question answered today does not come again today; one that was
    also answered on an earlier day counts as reviewed.
    """
    today = local_day(now)
    known = memories(attempts, now)
    reviewed = sum(memory.last_day == today > memory.first_day for memory in known.values())
    waiting = [memory for memory in known.values() if memory.last_day < today]
    waiting.sort(key=lambda memory: _urgency(memory, today))
    questions = [catalogue.question(memory.question_id) for memory in waiting]
    return [question for question in questions if question is not None][: max(0, count - reviewed)]


def _urgency(memory: Memory, today: date) -> tuple[bool, bool, float, str]:
    return memory.due > today, memory.last_correct, memory.recall, memory.question_id


def _noon(day: date) -> datetime:
    return datetime.combine(day, time(12), tzinfo=UTC)
