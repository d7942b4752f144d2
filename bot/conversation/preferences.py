"""What a resident sets for themselves: easy reading, the form of address; and the way to place and data."""

from __future__ import annotations

from bot.channels.message import Button, Reply
from bot.conversation.address import FORMS, NEUTRAL, words
from bot.conversation.buttons import button, easy_button, sentence_case, to_menu
from bot.conversation.menu import old_button, with_menu
from bot.conversation.payloads import Verb, make
from bot.conversation.questions import resume_buttons
from bot.conversation.reminders import remind_button
from bot.conversation.turn import ADDRESS, EASY, Turn
from bot.texts import text


def settings(turn: Turn, args: tuple[str, ...] = ()) -> list[Reply]:
    """Everything that can be set."""
    buttons = (
        easy_button(turn.easy),
        button("button.address", Verb.ADDRESSES),
        button("button.group", Verb.GROUPS),
        button("button.consents", Verb.CONSENTS),
        button("button.my_data", Verb.MY_DATA),
        *((remind_button(turn),) if turn.chat.person_id is not None else ()),
        to_menu(),
    )
    return [Reply(text("settings.ask"), buttons)]


def easy(turn: Turn, args: tuple[str, ...]) -> list[Reply]:
    """Easy reading on or off."""
    if args not in (("0",), ("1",)):
        return old_button(turn)
    return set_easy(turn, args == ("1",))


def set_easy(turn: Turn, on: bool) -> list[Reply]:
    """Switch easy reading; kept with the chat alone."""
    turn.remember(EASY, True if on else None)
    said = text("easy.begun" if on else "easy.ended")
    if on and turn.chat.channel == "web":
        said = "\n".join([said, text("easy.larger")])
    going_on = resume_buttons(turn)
    if going_on:
        return [Reply(said, (*going_on, to_menu()))]
    return [with_menu(turn, said)]


def addresses(turn: Turn, args: tuple[str, ...] = ()) -> list[Reply]:
    """Ask for the form of address."""
    offered = tuple(Button(sentence_case(text(key)), make(Verb.ADDRESS, name)) for name, key in FORMS.items())
    return [Reply(text("address.ask"), (*offered, to_menu()))]


def address(turn: Turn, args: tuple[str, ...]) -> list[Reply]:
    """A form of address was tapped."""
    if not args or args[0] not in FORMS:
        return old_button(turn)
    turn.remember(ADDRESS, None if args[0] == NEUTRAL else args[0])
    return [with_menu(turn, text("address.set", **words(turn)))]
