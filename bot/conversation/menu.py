"""The main menu, help, and the fixed replies to what is no question."""

from __future__ import annotations

from bot.channels.message import Attachment, Reply
from bot.conversation.address import words
from bot.conversation.buttons import menu_buttons, offered_buttons
from bot.conversation.turn import Turn
from bot.texts import text

_ATTACHMENTS = {
    Attachment.PHOTO: "fixed.photo",
    Attachment.VOICE: "fixed.voice",
    Attachment.STICKER: "fixed.sticker",
    Attachment.FILE: "fixed.file",
    Attachment.LOCATION: "fixed.location",
    Attachment.OTHER: "fixed.other",
}


def with_menu(turn: Turn, said: str) -> Reply:
    """A text with the main menu below."""
    return Reply(said, menu_buttons(turn.easy))


def menu(turn: Turn) -> list[Reply]:
    """The main menu."""
    return [with_menu(turn, text("menu.text"))]


def hello(turn: Turn) -> list[Reply]:
    """A greeting to somebody who was here before."""
    return [with_menu(turn, text("menu.hello", **words(turn)))]


def how_to_ask(turn: Turn) -> list[Reply]:
    """How to ask a question."""
    return [Reply(text("menu.how_to_ask"))]


def help_(turn: Turn) -> list[Reply]:
    """Everything the assistant can do, with the words to type."""
    return [with_menu(turn, text("menu.help"))]


def attachment(turn: Turn, kind: Attachment) -> Reply:
    """The fixed reply to a picture, a voice message and the like."""
    return with_menu(turn, text(_ATTACHMENTS[kind]))


def old_button(turn: Turn) -> list[Reply]:
    """A button of an earlier message, or text that pretends to be one."""
    return [with_menu(turn, text("fixed.old_button"))]


def unclear(turn: Turn) -> list[Reply]:
    """Emoji, punctuation, a lone letter or number: nothing to answer."""
    return [with_menu(turn, text("fixed.unclear"))]


def too_long(turn: Turn) -> list[Reply]:
    """A text that was cut when it came in."""
    return [Reply(text("fixed.too_long"))]


def unknown_command(turn: Turn) -> list[Reply]:
    """A command that does not exist."""
    return [with_menu(turn, text("fixed.unknown_command"))]


def which_button(turn: Turn) -> list[Reply]:
    """A number that two lists of buttons know: show all of them as one list."""
    return [Reply(text("fixed.which_button"), offered_buttons(turn))]
