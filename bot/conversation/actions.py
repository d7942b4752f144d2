"""What is done when a typed sentence is a wish or a mood rather than a question (knowledge tells which)."""

from __future__ import annotations

from collections.abc import Callable

from bot.channels.message import Reply
from bot.conversation import certificates, contest, held, human, menu, my_data, place, progress, review, welcome
from bot.conversation.buttons import to_menu
from bot.conversation.course_list import courses
from bot.conversation.questions import resume_buttons
from bot.conversation.turn import Turn
from bot.texts import text
from knowledge.answer_types import Action, Answer

_Do = Callable[[Turn, Answer], list[Reply]]


def _worded(turn: Turn, answer: Answer) -> list[Reply]:
    """Words for hard moments are written with the knowledge; no button, no notice: this is not the time."""
    turn.delicate = True
    return [Reply(answer.text)]


def _choose_ward(turn: Turn, answer: Answer) -> list[Reply]:
    named = place.said_wards(turn)
    return place.settle_named(turn, named) if named else place.ask_ward(turn)


_ACTIONS: dict[Action, _Do] = {
    Action.LEARN: lambda turn, answer: courses(turn),
    Action.PROGRESS: lambda turn, answer: progress.progress(turn),
    Action.REVIEW: lambda turn, answer: review.review(turn),
    Action.CERTIFICATE: lambda turn, answer: certificates.certificate(turn),
    Action.CONTEST: lambda turn, answer: contest.contests(turn),
    Action.MY_DATA: lambda turn, answer: held.my_data(turn),
    Action.DELETE_DATA: lambda turn, answer: my_data.delete(turn),
    Action.CHOOSE_WARD: _choose_ward,
    Action.CHOOSE_GROUP: lambda turn, answer: place.groups(turn, ()),
    Action.STOP_MESSAGES: lambda turn, answer: my_data.stop(turn),
    Action.HUMAN: lambda turn, answer: human.human(turn),
    Action.HELP: lambda turn, answer: menu.help_(turn),
    Action.GREETING: lambda turn, answer: welcome.greet(turn),
    Action.THANKS: lambda turn, answer: [Reply(text("fixed.thanks"), (*resume_buttons(turn), to_menu()))],
    Action.DISTRESS: _worded,
    Action.ABUSE: _worded,
    Action.HEALTH: _worded,
}


def act(turn: Turn, answer: Answer) -> list[Reply]:
    """Do what the resident wishes. Raises ValueError when the answer names no action."""
    if answer.action is None:
        raise ValueError("an answer of kind action must name one")
    return _ACTIONS[answer.action](turn, answer)
