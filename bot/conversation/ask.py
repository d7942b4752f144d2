"""Questions: the answer with its sources, a choice of readings, or an honest "not in the documents"."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from bot.channels.message import Button, Reply
from bot.conversation import asked, place
from bot.conversation.buttons import button, sentence_case, short, to_menu
from bot.conversation.masking import Masked, Private, mask
from bot.conversation.menu import old_button, with_menu
from bot.conversation.notes import citation_notes, local_day
from bot.conversation.payloads import Verb, make, number
from bot.conversation.questions import resume_buttons
from bot.conversation.turn import Turn
from bot.conversation.welcome import consent_buttons
from bot.texts import text
from knowledge.answer_types import Answer, AnswerKind, Choice

STAFF_TEXT_LIMIT = 1000  # characters of a question kept for staff
Act = Callable[[Turn, Answer], list[Reply]]
"""What is done when the question is a wish ("học bài", "xóa dữ liệu của tôi")."""


def ask(turn: Turn, question: str, act: Act) -> list[Reply]:
    """Answer a typed question for the resident's ward."""
    return _ask(turn, question, turn.chat.ward_code, act)


def choose(turn: Turn, args: tuple[str, ...], act: Act) -> list[Reply]:
    """An offered reading was tapped. A ward chosen here is this question's, not the resident's."""
    found = asked.find_choice(turn, number(args, 0), number(args, 1))
    if found is None:
        return old_button(turn)
    question, ward = found
    if ward is None or turn.chat.ward_code is not None:
        return _ask(turn, question, ward or turn.chat.ward_code, act)
    name = place.ward_name(turn, ward)
    replies = _ask(turn, question, ward, act)
    first = replace(replies[0], text="\n".join([text("ask.for_ward", ward=name), replies[0].text]))
    replies = [first, *replies[1:]]
    keep_it = button("button.my_ward", Verb.WARD, ward)
    return [*replies[:-1], replace(replies[-1], buttons=(*replies[-1].buttons, keep_it))]


def _ask(turn: Turn, question: str, ward: str | None, act: Act) -> list[Reply]:
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
        return [_abstain(turn, answer, masked, ward)]
    count = asked.keep(turn, masked.text, ward)
    elsewhere = ward is None and any(citation.ward is not None for citation in answer.citations)
    where = (button("button.choose_ward", Verb.WARDS),) if elsewhere else ()
    return [_shown(turn, answer, (*_feedback(count), *where, *resume_buttons(turn)))]


def _shown(turn: Turn, answer: Answer, buttons: tuple[Button, ...]) -> Reply:
    today = local_day(turn.message.received_at)
    return Reply(answer.text, buttons, citation_notes(answer.citations, today))


def _feedback(count: int) -> tuple[Button, ...]:
    return button("button.right", Verb.RIGHT, count), button("button.wrong", Verb.WRONG, count)


def _clarify(turn: Turn, answer: Answer, question: str) -> Reply:
    if answer.wards:
        offered: list[tuple[Choice, str | None]] = [
            (Choice(sentence_case(place.ward_name(turn, code)), question), code) for code in answer.wards
        ]
    else:
        offered = [(choice, None) for choice in answer.choices]
    return Reply(answer.text, (*_choice_buttons(turn, offered), *resume_buttons(turn)))


def _choice_buttons(turn: Turn, offered: list[tuple[Choice, str | None]]) -> tuple[Button, ...]:
    if not offered:
        return ()
    masked = [(replace(choice, question=mask(choice.question).text), ward) for choice, ward in offered]
    count = asked.keep_choices(turn, masked)
    return tuple(
        Button(short(choice.label), make(Verb.CHOICE, count, position))
        for position, (choice, _ward) in enumerate(offered)
    )


def _abstain(turn: Turn, answer: Answer, masked: Masked, ward: str | None) -> Reply:
    # A question about a ward chosen for it alone goes to that ward's staff.
    chat = turn.chat if ward == turn.chat.ward_code else replace(turn.chat, ward_code=ward, group_id=None)
    kept = turn.repositories.questions.unanswered(chat, masked.text[:STAFF_TEXT_LIMIT], turn.message.received_at)
    count = asked.keep(turn, masked.text, ward, kept)
    said = [answer.text, text("ask.kept" if ward else "ask.kept_no_ward")]
    choices = _choice_buttons(turn, [(choice, None) for choice in answer.choices])
    told = turn.person is not None and ward is not None and ward == turn.chat.ward_code
    tell = (button("button.tell_me", Verb.TELL_ME, count),) if told else ()
    where = (button("button.group", Verb.GROUPS),) if ward is None else ()
    return Reply("\n\n".join(said), (*choices, *tell, *where, *resume_buttons(turn), to_menu()))


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


def right(turn: Turn, args: tuple[str, ...]) -> list[Reply]:
    """The answer helped."""
    if asked.find(turn, number(args, 0)) is None:
        return old_button(turn)
    return [Reply(text("ask.thanks_right"), (*resume_buttons(turn), to_menu()))]


def wrong(turn: Turn, args: tuple[str, ...]) -> list[Reply]:
    """The answer was wrong: the masked question goes to staff, once."""
    question = asked.find(turn, number(args, 0))
    if question is None:
        return old_button(turn)
    if question["staff"] is not None:
        return [with_menu(turn, text("ask.already_wrong"))]
    ward = question["ward"]
    chat = turn.chat if ward == turn.chat.ward_code else replace(turn.chat, ward_code=ward, group_id=None)
    kept = turn.repositories.questions.unanswered(
        chat, question["text"], turn.message.received_at, reason="marked_wrong"
    )
    asked.sent_to_staff(turn, question["n"], kept)
    tellable = turn.person is not None and ward is not None and ward == turn.chat.ward_code
    tell = (button("button.tell_me", Verb.TELL_ME, question["n"]),) if tellable else ()
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
