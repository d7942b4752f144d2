"""Questions: the answer with its sources, a choice of readings, or an honest "not in the documents"."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from bot.channels.message import Button, Reply
from bot.conversation import asked, place
from bot.conversation.abstain import abstain
from bot.conversation.buttons import button, sentence_case, to_menu
from bot.conversation.choices import choice_buttons
from bot.conversation.marks import feedback
from bot.conversation.masking import Masked, Private, mask
from bot.conversation.menu import old_button
from bot.conversation.notes import citation_notes, local_day
from bot.conversation.payloads import Verb, number
from bot.conversation.ports import AnsweredFrom
from bot.conversation.questions import resume_buttons
from bot.conversation.turn import Turn
from bot.texts import text
from knowledge.answer_types import Answer, AnswerKind, Choice

Act = Callable[[Turn, Answer], list[Reply]]
"""What is done when the question is a wish ("học bài", "xóa dữ liệu của tôi")."""


def ask(turn: Turn, question: str, act: Act) -> list[Reply]:
    """Answer a typed question for the resident's ward."""
    return _ask(turn, question, turn.chat.ward_code or place.only_ward(turn), act)


def choose(turn: Turn, args: tuple[str, ...], act: Act) -> list[Reply]:
    """An offered reading was tapped. A ward chosen here is this question's, not the resident's."""
    found = asked.find_choice(turn, number(args, 0), number(args, 1))
    if found is None:
        return old_button(turn)
    question, ward, offered_for = found
    if ward is None or turn.chat.ward_code is not None:
        return _ask(turn, question, ward or turn.chat.ward_code, act, settles=offered_for)
    name = place.ward_name(turn, ward)
    replies = _ask(turn, question, ward, act)
    first = replace(replies[0], text="\n".join([text("ask.for_ward", ward=name), replies[0].text]))
    replies = [first, *replies[1:]]
    keep_it = button("button.my_ward", Verb.WARD, ward)
    return [*replies[:-1], replace(replies[-1], buttons=(*replies[-1].buttons, keep_it))]


def _ask(turn: Turn, question: str, ward: str | None, act: Act, settles: int | None = None) -> list[Reply]:
    masked = mask(question)
    secret = bool(masked.secrets)
    answer = turn.answerer.answer(masked.text if secret else question, ward, asked.previous(turn))
    warning = [Reply(_warning(masked))] if secret else []
    if answer.kind is AnswerKind.ACTION:
        return [*warning, *act(turn, answer)]
    if secret:
        # Nothing of this message is kept: no follow-up, no feedback, no question to staff.
        shown = [_shown(turn, answer, (to_menu(),))] if answer.kind is AnswerKind.ANSWER else []
        return [*warning, *shown]
    if answer.kind is AnswerKind.CLARIFY:
        return [_clarify(turn, answer, question)]
    if answer.kind is AnswerKind.ABSTAIN:
        return [abstain(turn, answer, masked, ward)]
    source = AnsweredFrom(
        answer.citations[0].title if answer.citations else None, next(iter(answer.staff_answers), None)
    )
    count = asked.keep(turn, masked.text, ward, answered_from=source, settles=settles)
    elsewhere = ward is None and any(citation.ward is not None for citation in answer.citations)
    where = (button("button.choose_ward", Verb.WARDS),) if elsewhere else ()
    marks = feedback(turn, count, bool(answer.staff_answers))
    others = choice_buttons(turn, [(choice, None) for choice in answer.choices])
    worded = replace(answer, text="\n".join([text("ask.unsure"), answer.text])) if others else answer
    return [_shown(turn, worded, (*marks, *others, *where, *resume_buttons(turn)))]


def _shown(turn: Turn, answer: Answer, buttons: tuple[Button, ...]) -> Reply:
    today = local_day(turn.message.received_at)
    return Reply(answer.text, buttons, citation_notes(answer.citations, today))


def _clarify(turn: Turn, answer: Answer, question: str) -> Reply:
    if answer.wards:
        served = {ward.code for ward in turn.repositories.wards.all()}
        offered: list[tuple[Choice, str | None]] = [
            (Choice(sentence_case(place.ward_name(turn, code)), question), code)
            for code in answer.wards
            if code in served
        ]
    else:
        offered = [(choice, None) for choice in answer.choices]
    return Reply(answer.text, (*choice_buttons(turn, offered), *resume_buttons(turn)))


def _warning(masked: Masked) -> str:
    names = {
        Private.OTP: text("secret.otp"),
        Private.PASSWORD: text("secret.password"),
        Private.CARD: text("secret.card"),
    }
    kinds = names[masked.secrets[0]]
    for kind in masked.secrets[1:]:
        kinds = text("secret.and", first=kinds, second=names[kind])
    return text("secret.warning", kinds=kinds)
