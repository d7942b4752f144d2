"""No answer in the documents: first the closest topics, then a named office; the question goes to staff."""

from __future__ import annotations

from dataclasses import replace

from bot.channels.message import Button, Reply
from bot.conversation import asked, offices
from bot.conversation.buttons import button, to_menu
from bot.conversation.choices import choice_buttons
from bot.conversation.masking import Masked
from bot.conversation.menu import old_button
from bot.conversation.payloads import Verb, number
from bot.conversation.questions import resume_buttons
from bot.conversation.turn import Turn
from bot.texts import text
from knowledge.answer_types import Answer
from knowledge.replies import reply

STAFF_TEXT_LIMIT = 1000  # characters of a question kept for staff


def abstain(turn: Turn, answer: Answer, masked: Masked, ward: str | None) -> Reply:
    """Say that the documents do not tell. The question is kept for staff even when the resident leaves here."""
    # A question about a ward chosen for it alone goes to that ward's staff.
    chat = turn.chat if ward == turn.chat.ward_code else replace(turn.chat, ward_code=ward, group_id=None)
    kept = turn.repositories.questions.unanswered(chat, masked.text[:STAFF_TEXT_LIMIT], turn.message.received_at)
    count = asked.keep(turn, masked.text, ward, kept)
    if not answer.choices:
        where = [offices.where_to_ask(turn, masked.text, ward)] if answer.ask_office else []
        return Reply("\n\n".join([answer.text, *where, _kept(ward)]), _last_buttons(turn, ward, count))
    offered = choice_buttons(turn, [(choice, None) for choice in answer.choices], offered_for=kept)
    none = button("button.none_of_these", Verb.NONE_OF_THESE, count)
    closest = reply("abstain", "closest")  # stands last, above the topics it speaks of
    said = [answer.text.removesuffix(closest).rstrip(), _kept(ward), closest]
    return Reply("\n\n".join(said), (*offered, none, *resume_buttons(turn), to_menu()))


def none_of_these(turn: Turn, args: tuple[str, ...]) -> list[Reply]:
    """None of the topics offered is meant: an office may know."""
    question = asked.find(turn, number(args, 0))
    if question is None or question["staff"] is None:
        return old_button(turn)
    ward = question["ward"]
    said = [offices.where_to_ask(turn, question["text"], ward), _kept(ward)]
    return [Reply("\n\n".join(said), _last_buttons(turn, ward, question["n"]))]


def _kept(ward: str | None) -> str:
    return text("ask.kept" if ward else "ask.kept_no_ward")


def _last_buttons(turn: Turn, ward: str | None, count: int) -> tuple[Button, ...]:
    tell = (button("button.tell_me", Verb.TELL_ME, count),) if turn.person is not None else ()
    where = (button("button.group", Verb.GROUPS),) if ward is None else ()
    return (*tell, *offices.more_offices(turn, ward), *where, *resume_buttons(turn), to_menu())
