"""Asking for a human: what is typed goes to the ward's staff until they, or the resident, close it."""

from __future__ import annotations

from bot.channels.message import Button, Reply
from bot.conversation import offices
from bot.conversation.buttons import button, to_menu
from bot.conversation.masking import mask
from bot.conversation.menu import with_menu
from bot.conversation.payloads import Verb
from bot.conversation.turn import TALKING, Turn
from bot.texts import text

LINE_LIMIT = 1000  # characters of a message passed on: what staff read on one screen


def human(turn: Turn, args: tuple[str, ...] = ()) -> list[Reply]:
    """Hand the chat over."""
    if turn.chat.ward_code is None:
        return [Reply(text("human.needs_ward"), (button("button.choose_ward", Verb.WARDS), to_menu()))]
    desk = turn.repositories.desk.ask(turn.chat, turn.message.received_at)
    turn.remember(TALKING, True)
    if desk.there:
        said = text("human.there", opens=desk.opens, closes=desk.closes)
        return [Reply(said, (_back(),))]
    said = text("human.away", opens=desk.opens, closes=desk.closes)
    said = f"{said}\n{desk.away}" if desk.away else said
    if office := offices.known_office(turn, turn.text, turn.chat.ward_code):
        said = f"{said}\n\n{office}"
    return [Reply(said, (_back(), *offices.more_offices(turn, turn.chat.ward_code)))]


def passed_on(turn: Turn) -> list[Reply] | None:
    """Pass a typed text on while staff have the chat; None when they have not. Commands stay the bot's."""
    if not turn.recall(TALKING):
        return None
    if not turn.repositories.desk.is_open(turn.chat):
        turn.remember(TALKING, None)
        return None
    if turn.text.startswith("/") or not turn.text:
        return None
    turn.repositories.desk.say(turn.chat, mask(turn.text).text[:LINE_LIMIT], turn.message.received_at)
    return [Reply(text("human.passed_on"), (_back(),))]


def end(turn: Turn, args: tuple[str, ...]) -> list[Reply]:
    """Back to the bot."""
    turn.remember(TALKING, None)
    turn.repositories.desk.end(turn.chat, turn.message.received_at)
    return [with_menu(turn, text("human.ended"))]


def _back() -> Button:
    return button("button.human_end", Verb.HUMAN_END)


def join(turn: Turn, typed: str) -> list[Reply]:
    """A member of staff wants to be told in this chat: the code comes from the staff site."""
    code = "".join(typed.split())
    good = bool(code) and turn.repositories.desk.join(turn.chat, code, turn.message.received_at)
    return [with_menu(turn, text("staff.joined" if good else "staff.bad_code"))]


def leave(turn: Turn) -> list[Reply]:
    """Staff are told here no more."""
    left = turn.repositories.desk.leave(turn.chat)
    return [with_menu(turn, text("staff.left" if left else "staff.never"))]
