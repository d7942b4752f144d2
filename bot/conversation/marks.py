"""What residents say of an answer: right, wrong, tell me when there is one, tell me when it changes."""

from __future__ import annotations

from dataclasses import replace

from bot.channels.message import Button, Reply
from bot.conversation import asked
from bot.conversation.buttons import button, consent_buttons, to_menu
from bot.conversation.menu import old_button, with_menu
from bot.conversation.payloads import Verb, number
from bot.conversation.ports import AnsweredFrom, ChatContext
from bot.conversation.questions import resume_buttons
from bot.conversation.turn import Turn
from bot.texts import text

MARKED = "marked"
"""Key of a remembered question: it was marked before."""


def feedback(turn: Turn, count: int, staff_answer: bool) -> tuple[Button, ...]:
    """The buttons under an answer; one that staff wrote may change, and who agreed can be told."""
    marks = (button("button.right", Verb.RIGHT, count), button("button.wrong", Verb.WRONG, count))
    if not staff_answer or turn.person is None:
        return marks
    return (*marks, button("button.follow", Verb.FOLLOW, count))


def right(turn: Turn, args: tuple[str, ...]) -> list[Reply]:
    """The answer helped: staff see how often, and a question it was offered for is settled."""
    question = asked.find(turn, number(args, 0))
    if question is None:
        return old_button(turn)
    if not question.get(MARKED):
        _mark(turn, question["text"], question["ward"], asked.source_of(question), right=True)
        asked.note(turn, question["n"], marked=True)
        if question.get("settles") is not None:
            turn.repositories.questions.settle(question["settles"], turn.message.received_at)
    return [Reply(text("ask.thanks_right"), (*resume_buttons(turn), to_menu()))]


def wrong(turn: Turn, args: tuple[str, ...]) -> list[Reply]:
    """The answer was wrong: the masked question goes to staff, once."""
    question = asked.find(turn, number(args, 0))
    if question is None:
        return old_button(turn)
    if question["staff"] is not None:
        return [with_menu(turn, text("ask.already_wrong"))]
    kept = _mark(turn, question["text"], question["ward"], asked.source_of(question), right=False)
    asked.note(turn, question["n"], staff=kept, marked=True)
    tell = (button("button.tell_me", Verb.TELL_ME, question["n"]),) if turn.person is not None else ()
    return [Reply(text("ask.thanks_wrong"), (*tell, *resume_buttons(turn), to_menu()))]


def tell_me(turn: Turn, args: tuple[str, ...]) -> list[Reply]:
    """The asker wants to be told when staff answer; needs a person who agreed."""
    question = asked.find(turn, number(args, 0))
    if question is None or question["staff"] is None:
        return old_button(turn)
    if turn.person is None:
        return [Reply(text("ask.tell_needs_consent"), (*consent_buttons(), to_menu()))]
    told = turn.repositories.questions.tell_me(question["staff"], turn.chat)
    return [with_menu(turn, text("ask.will_tell" if told else "ask.cannot_tell"))]


def follow(turn: Turn, args: tuple[str, ...]) -> list[Reply]:
    """The resident wants to be told when the staff answer changes; needs a person who agreed."""
    question = asked.find(turn, number(args, 0))
    if question is None or question.get("answer") is None:
        return old_button(turn)
    if turn.person is None:
        return [Reply(text("ask.tell_needs_consent"), (*consent_buttons(), to_menu()))]
    follows = turn.repositories.questions.follow(question["answer"], turn.chat, turn.message.received_at)
    return [with_menu(turn, text("ask.will_tell_change" if follows else "ask.cannot_tell"))]


def told_right(turn: Turn, args: tuple[str, ...]) -> list[Reply]:
    """An answer that was sent later helped."""
    return _told(turn, args, right=True)


def told_wrong(turn: Turn, args: tuple[str, ...]) -> list[Reply]:
    """An answer that was sent later was wrong."""
    return _told(turn, args, right=False)


def _told(turn: Turn, args: tuple[str, ...], right: bool) -> list[Reply]:
    """Only who was sent a staff answer may mark it so."""
    answers = dict(turn.repositories.questions.following(turn.chat))
    if not args or args[0] not in answers:
        return old_button(turn)
    _mark(turn, answers[args[0]], turn.chat.ward_code, AnsweredFrom(None, args[0]), right=right)
    return [with_menu(turn, text("ask.thanks_right" if right else "ask.thanks_wrong"))]


def _mark(turn: Turn, question: str, ward: str | None, source: AnsweredFrom, *, right: bool) -> int:
    chat: ChatContext = turn.chat
    if ward != chat.ward_code:
        chat = replace(chat, ward_code=ward, group_id=None)
    questions = turn.repositories.questions
    return questions.marked(chat, question, turn.message.received_at, right=right, answered_from=source)
