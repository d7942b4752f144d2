"""Where a resident is in a lesson, as the chat's state keeps it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta

from bot.conversation.turn import LESSON, Turn
from lessons.catalogue import Lesson

OPEN_FOR = timedelta(hours=12)  # for so long "Học tiếp" is offered under answers; later it would only disturb


@dataclass(frozen=True, slots=True)
class Position:
    """A step of a lesson: its cards, then the practice task, then its questions.

    ``run`` tells this run's buttons from those of earlier ones. ``right`` counts right answers of this run.
    ``chosen`` are the places of options chosen so far in a question with several.
    """

    lesson: str
    version: str
    run: int
    step: int
    right: int
    at: str
    chosen: tuple[int, ...] = ()

    def moved(self, turn: Turn, step: int, right: int) -> Position:
        """The position after a step."""
        return replace(self, step=step, right=right, at=turn.message.received_at.isoformat(), chosen=())

    def card_number(self, lesson: Lesson) -> int | None:
        """Which card is shown, from 0; None past the cards."""
        return self.step if self.step < len(lesson.cards) else None

    def question_number(self, lesson: Lesson) -> int | None:
        """Which question is asked, from 0; None before the questions and past the end."""
        number = self.step - len(lesson.cards) - 1
        return number if 0 <= number < len(lesson.questions) else None


def load(turn: Turn) -> Position | None:
    """Where the resident is, or None outside a lesson."""
    kept = turn.recall(LESSON)
    return Position(**{**kept, "chosen": tuple(kept["chosen"])}) if kept else None


def save(turn: Turn, position: Position | None) -> None:
    """Keep the position."""
    kept = None if position is None else {**asdict(position), "chosen": list(position.chosen)}
    turn.remember(LESSON, kept)


def begin(turn: Turn, lesson: Lesson) -> Position:
    """The first step of a lesson in the version of today."""
    position = Position(lesson.id, lesson.version, turn.next_count(), 0, 0, turn.message.received_at.isoformat())
    save(turn, position)
    return position


def lately(turn: Turn) -> Position | None:
    """The position when the lesson was touched lately."""
    position = load(turn)
    if position is None or turn.message.received_at - datetime.fromisoformat(position.at) > OPEN_FOR:
        return None
    return position
