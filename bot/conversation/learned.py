"""What a resident has learnt, and writing an answer into the log."""

from __future__ import annotations

from collections.abc import Collection

from bot.conversation.ports import AttemptRecord
from bot.conversation.quiz import Sheet
from bot.conversation.turn import PLACED, Turn
from lessons.catalogue import Lesson
from lessons.progress import Progress, fold


def progress_of(turn: Turn) -> Progress | None:
    """The resident's progress; None for who is anonymous, of whom nothing is kept."""
    learner = turn.learner_id
    return None if learner is None else fold(turn.repositories.attempts.of_person(learner), turn.catalogue)


def next_lesson(turn: Turn, finished: Collection[str], after: str | None = None, around: bool = True) -> Lesson | None:
    """The next lesson that is not finished: after ``after``, else from the course the placement quiz found.

    When all of those are finished, with ``around`` the first unfinished one of all; None when there is none left.
    """
    everything = turn.catalogue.lessons
    start = 0
    if after is not None:
        start = next((n for n, one in enumerate(everything) if one.id == after), -1) + 1
    elif (placed := turn.recall(PLACED)) is not None:
        start = next((n for n, one in enumerate(everything) if one.course_id == placed), 0)
    later = next((one for one in everything[start:] if one.id not in finished), None)
    return later if later is not None or not around else turn.catalogue.next_lesson(finished)


def record(turn: Turn, sheet: Sheet, chosen: tuple[str, ...], correct: bool) -> None:
    """Write an answer into the log, once a message; of who is anonymous nothing is kept."""
    learner = turn.learner_id
    if learner is None:
        return
    message, question = turn.message, sheet.question
    attempt = AttemptRecord(
        key=f"{message.channel}:{message.id}:{question.id}",
        course_id=question.course_id,
        lesson_id=question.lesson_id,
        lesson_version=sheet.lesson.version,
        question_id=question.id,
        question_count=len(sheet.lesson.questions),
        chosen=",".join(chosen),
        correct=correct,
        answered_at=message.received_at,
    )
    turn.repositories.lessons.keep(sheet.lesson)
    turn.repositories.attempts.record(learner, turn.chat, attempt)
