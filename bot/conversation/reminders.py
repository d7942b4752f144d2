"""Reminders a resident asked for: the questions due for review, the lesson left half done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from bot.channels.message import Button, Reply
from bot.conversation.buttons import button, consent_buttons, to_menu
from bot.conversation.menu import with_menu
from bot.conversation.payloads import Verb
from bot.conversation.turn import LESSON, REMIND, STOPPED, Turn
from bot.texts import text
from lessons.catalogue import Catalogue
from lessons.progress import Attempt, local_day
from lessons.review import daily_review, memories

# A lesson left this morning is no half-done lesson yet; one left two weeks ago is given up.
LEFT_FOR, GIVEN_UP_AFTER = timedelta(hours=20), timedelta(days=14)
AT_LEAST_BETWEEN = timedelta(hours=20)  # one a day at most
UNANSWERED = 3  # reminders in a row that brought nobody back: no more until the resident writes


def wants(turn: Turn) -> bool:
    """Whether the resident asked for reminders in this chat."""
    return turn.recall(REMIND) is not None


def remind_button(turn: Turn) -> Button:
    """Into reminders, or out of them."""
    on = wants(turn)
    return button("button.remind_off" if on else "button.remind_on", Verb.REMIND, 0 if on else 1)


def offered(turn: Turn) -> tuple[Button, ...]:
    """The way to be reminded, for who is not yet."""
    return () if wants(turn) or turn.recall(STOPPED) or turn.chat.person_id is None else (remind_button(turn),)


def remind(turn: Turn, args: tuple[str, ...]) -> list[Reply]:
    """The button was tapped."""
    return begin(turn) if args == ("1",) else end(turn)


def begin(turn: Turn) -> list[Reply]:
    """Remind me, in this chat."""
    if turn.chat.person_id is None:
        return [Reply(text("remind.anonymous"), (consent_buttons()[0], to_menu()))]
    if turn.recall(STOPPED):
        return [Reply(text("remind.stopped"), (button("button.unstop", Verb.UNSTOP), to_menu()))]
    if not wants(turn):
        turn.remember(REMIND, {})
    return [with_menu(turn, text("remind.begun"))]


def end(turn: Turn) -> list[Reply]:
    """Remind me no more."""
    turn.remember(REMIND, None)
    return [with_menu(turn, text("remind.ended"))]


def may_remind(state: Mapping[str, Any], last_seen_at: datetime, now: datetime) -> bool:
    """Whether a reminder may be sent by what the chat keeps: asked for, rested, and not unanswered again and again."""
    kept = state.get(REMIND)
    if kept is None or state.get(STOPPED) or now - last_seen_at < AT_LEAST_BETWEEN:
        return False
    if "last" not in kept:
        return True
    last = datetime.fromisoformat(kept["last"])
    return now - last >= AT_LEAST_BETWEEN and (last_seen_at > last or int(kept["unanswered"]) < UNANSWERED)


def reminded(state: Mapping[str, Any], last_seen_at: datetime, now: datetime) -> dict[str, Any]:
    """The chat's state after a reminder."""
    kept = state[REMIND]
    came_back = "last" not in kept or last_seen_at > datetime.fromisoformat(kept["last"])
    unanswered = 1 if came_back else int(kept["unanswered"]) + 1
    return {**state, REMIND: {"last": now.isoformat(), "unanswered": unanswered}}


def reminder(
    state: Mapping[str, Any], attempts: Sequence[Attempt], catalogue: Catalogue, now: datetime
) -> Reply | None:
    """What there is to be reminded of, the lesson half done before the review; None when there is nothing."""
    stop = button("button.remind_off", Verb.REMIND, 0)
    left = state.get(LESSON) or {}
    lesson = catalogue.lesson(left["lesson"]) if left else None
    if lesson is not None and LEFT_FOR <= now - datetime.fromisoformat(left["at"]) <= GIVEN_UP_AFTER:
        return Reply(text("remind.lesson", lesson=lesson.title), (button("button.resume", Verb.RESUME), stop))
    known, today = memories(attempts, now), local_day(now)
    due = [question for question in daily_review(attempts, catalogue, now) if known[question.id].due <= today]
    if due:
        return Reply(text("remind.review", count=len(due)), (button("button.review", Verb.REVIEW), stop))
    return None
