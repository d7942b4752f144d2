"""What is sent to residents who asked to be told: an answer by staff, its correction, its withdrawal."""

from __future__ import annotations

from datetime import date

from bot.channels.message import Reply
from bot.conversation.buttons import button
from bot.conversation.notes import citation_notes
from bot.conversation.payloads import Verb
from bot.texts import text
from knowledge.answer_types import StaffAnswer
from knowledge.overrides import staff_citation, staff_title


def answered(answer: StaffAnswer, today: date) -> Reply:
    """Staff answered the question."""
    return _notice("told.answered", answer, today)


def corrected(answer: StaffAnswer, today: date) -> Reply:
    """Staff changed an answer that was given before."""
    return _notice("told.corrected", answer, today)


def withdrawn(answer: StaffAnswer) -> Reply:
    """Staff took an answer back."""
    return Reply(text("told.withdrawn", question=answer.question))


def _notice(key: str, answer: StaffAnswer, today: date) -> Reply:
    said = text(key, question=answer.question, answer=answer.text)
    signed = text("told.signed", title=staff_title(answer))
    marks = (
        button("button.right", Verb.TOLD_RIGHT, answer.id),
        button("button.wrong", Verb.TOLD_WRONG, answer.id),
    )
    return Reply(f"{said}\n\n{signed}", marks, citation_notes((staff_citation(answer),), today))
