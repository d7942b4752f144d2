"""Where a resident is in a lesson, as the chat's state keeps it, and the lesson in the version begun."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta

from bot.conversation.turn import LESSON, STARTED, Turn
from lessons.catalogue import Lesson

OPEN_FOR = timedelta(hours=12)  # for so long "Học tiếp" is offered under answers; later it would only disturb


@dataclass(frozen=True, slots=True)
class Position:
    """A step of a lesson: its cards, then the practice task, then its questions.

    ``run`` tells this run's buttons from those of earlier ones. ``right`` counts right answers of this run.
    ``chosen`` are the places of options chosen so far in a question with several. ``part`` is the piece of a card
    shown in easy reading.
    """

    lesson: str
    version: str
    run: int
    step: int
    right: int
    at: str
    chosen: tuple[int, ...] = ()
    part: int = 0

    def moved(self, turn: Turn, step: int, right: int) -> Position:
        """The position after a step."""
        return replace(self, step=step, right=right, at=_now(turn), chosen=(), part=0)

    def at_part(self, turn: Turn, part: int) -> Position:
        """The position at another piece of the same card."""
        return replace(self, part=part, at=_now(turn))

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
    """Keep the position; None: the lesson is over."""
    turn.remember(LESSON, None if position is None else {**asdict(position), "chosen": list(position.chosen)})


def begin(turn: Turn, lesson: Lesson) -> Position:
    """The first step of a lesson in the version of today, which is kept: its file may change meanwhile."""
    position = Position(lesson.id, lesson.version, turn.next_count(), 0, 0, _now(turn))
    turn.repositories.lessons.keep(lesson)
    turn.remember(STARTED, True)
    save(turn, position)
    return position


def lesson_begun(turn: Turn, position: Position) -> Lesson | None:
    """The lesson in the version the resident began, also after its file has changed.

    None when the lesson was withdrawn, and when the version begun cannot be read any more.
    """
    current = turn.catalogue.lesson(position.lesson)
    if current is None or current.version == position.version:
        return current
    return turn.repositories.lessons.get(position.lesson, position.version)


def lately(turn: Turn, at: str) -> bool:
    """Whether a moment in ISO format is so recent that going on is worth offering."""
    return turn.message.received_at - datetime.fromisoformat(at) <= OPEN_FOR


def _now(turn: Turn) -> str:
    return turn.message.received_at.isoformat()
