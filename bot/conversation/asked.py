"""What is remembered of questions: the last few, masked, for follow-ups and for "Chưa đúng"; and offered readings."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from bot.conversation.ports import AnsweredFrom
from bot.conversation.turn import ASKED, CHOICES, Turn
from knowledge.answer_types import Choice

KEPT = 3  # earlier questions a follow-up may refer to
KEPT_LENGTH = 300  # characters of each; a question is rarely longer than two sentences
FOLLOW_UP = timedelta(minutes=30)  # after a longer pause a new subject is more likely than a follow-up


def previous(turn: Turn) -> list[str]:
    """The earlier questions a follow-up may refer to, oldest first; forgets those that are too old."""
    kept = _kept(turn)
    if kept and turn.message.received_at - datetime.fromisoformat(kept[-1]["at"]) > FOLLOW_UP:
        turn.remember(ASKED, None)
        return []
    return [str(question["text"]) for question in kept]


def keep(
    turn: Turn,
    masked_text: str,
    ward: str | None,
    unanswered_id: int | None = None,
    answered_from: AnsweredFrom | None = None,
    settles: int | None = None,
) -> int:
    """Remember a masked question; returns its number, which its buttons carry.

    ``unanswered_id`` is its row when staff have it, ``settles`` the row of the question it was offered for.
    """
    count = turn.next_count()
    question = {
        "n": count,
        "text": masked_text[:KEPT_LENGTH],
        "ward": ward,
        "at": turn.message.received_at.isoformat(),
        "staff": unanswered_id,
        "from": answered_from.title if answered_from else None,
        "answer": answered_from.staff_answer if answered_from else None,
        "settles": settles,
    }
    turn.remember(ASKED, [*_kept(turn), question][-KEPT:])
    return count


def find(turn: Turn, count: int | None) -> dict[str, Any] | None:
    """The remembered question with this number, or None when it is too old."""
    return next((question for question in _kept(turn) if question["n"] == count), None)


def note(turn: Turn, count: int, **values: object) -> None:
    """Note more about a remembered question."""
    turn.remember(ASKED, [{**question, **values} if question["n"] == count else question for question in _kept(turn)])


def source_of(question: dict[str, Any]) -> AnsweredFrom:
    """What the answer to a remembered question rested on."""
    return AnsweredFrom(question.get("from"), question.get("answer"))


def keep_choices(turn: Turn, choices: Sequence[tuple[Choice, str | None]], offered_for: int | None = None) -> int:
    """Remember the readings just offered, each with its ward; returns the number that their buttons carry.

    ``offered_for`` is the row of the unanswered question they were offered for.
    """
    count = turn.next_count()
    items = [[choice.question[:KEPT_LENGTH], ward] for choice, ward in choices]
    turn.remember(CHOICES, {"n": count, "items": items, "for": offered_for})
    return count


def find_choice(turn: Turn, count: int | None, position: int | None) -> tuple[str, str | None, int | None] | None:
    """Question and ward of an offered reading and the row it was offered for; None when it is no longer offered."""
    choices = turn.recall(CHOICES)
    if not choices or choices["n"] != count or position is None or position >= len(choices["items"]):
        return None
    question, ward = choices["items"][position]
    return str(question), ward, choices.get("for")


def _kept(turn: Turn) -> list[dict[str, Any]]:
    kept: list[dict[str, Any]] = turn.recall(ASKED) or []
    return kept
