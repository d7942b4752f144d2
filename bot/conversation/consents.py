"""What a resident agreed to, purpose by purpose: agreeing to one more, taking one back."""

from __future__ import annotations

from bot.channels.message import Button, Reply
from bot.conversation.buttons import button, consent_buttons, to_menu
from bot.conversation.menu import old_button, with_menu
from bot.conversation.notes import local_day, worded_day
from bot.conversation.payloads import Verb
from bot.conversation.ports import PersonView
from bot.conversation.purposes import LEARNING, MESSAGES, Purpose, offered, purposes
from bot.conversation.turn import DRILL, LESSON, PLACED, STOPPED, WITHDRAWING, Turn
from bot.texts import text


def consents(turn: Turn, args: tuple[str, ...] = ()) -> list[Reply]:
    """Every purpose with its state; of one that is not agreed to its wording."""
    person = turn.person
    if person is None:
        return [Reply(text("consents.anonymous"), (consent_buttons()[0], to_menu()))]
    lines = [_line(one, person) for one in offered(person)]
    lead = text("consents.lead" if len(lines) > 1 else "consents.lead_child")
    children = tuple(
        button("button.child_end", Verb.CHILD_END, child.id, name=child.called or text("minor.unnamed"))
        for child in turn.repositories.people.children(person.id)
    )
    toggles = tuple(_toggle(one, person) for one in offered(person))
    return [Reply("\n".join([lead, *lines]), (*toggles, *children, to_menu()))]


def offer_messages(turn: Turn, first: str) -> list[Reply]:
    """While enrolling: messages are the one thing to decide now; the rest waits until somebody looks for it."""
    person, wanted = turn.person, purposes()[MESSAGES]
    if person is None or person.agreed_to(MESSAGES):
        return _noted(turn, first)
    said = text("consents.offer_messages", terms=wanted.text)
    return [Reply(f"{first}\n\n{said}", (_toggle(wanted, person), *_name(person), to_menu()))]


def _noted(turn: Turn, said: str) -> list[Reply]:
    """Said in a line; the page of all purposes is a tap away."""
    person = turn.person
    name = () if person is None else _name(person)
    return [Reply(said, (*name, button("button.consents", Verb.CONSENTS), to_menu()))]


def _name(person: PersonView) -> tuple[Button, ...]:
    return () if person.called else (button("button.give_name", Verb.RENAME),)


def _line(purpose: Purpose, person: PersonView) -> str:
    given = next((at for name, _, at in person.consents if name == purpose.id), None)
    if given is None:
        return text("consents.not_given", title=purpose.title, terms=purpose.text)
    return text("consents.given", title=purpose.title, day=worded_day(local_day(given)))


def _toggle(purpose: Purpose, person: PersonView) -> Button:
    given = person.agreed_to(purpose.id)
    key, verb = ("button.withdraw", Verb.WITHDRAW) if given else ("button.agree_to", Verb.AGREE_TO)
    return button(key, verb, purpose.id, title=purpose.title)


def agree_to(turn: Turn, args: tuple[str, ...]) -> list[Reply]:
    """Agreed to one purpose."""
    person = turn.person
    purpose = None if person is None else _named(person, args)
    if person is None or purpose is None:
        return old_button(turn)
    turn.repositories.people.agree(person.id, purpose.id, purpose.version, turn.message.received_at)
    if purpose.id == MESSAGES:
        turn.remember(STOPPED, None)
    return _noted(turn, text("consents.agreed", title=purpose.title))


def withdraw(turn: Turn, args: tuple[str, ...]) -> list[Reply]:
    """Take one back; the one to learning is asked about first, because it cannot be undone."""
    person = turn.person
    purpose = None if person is None else _named(person, args)
    if person is None or purpose is None:
        return old_button(turn)
    if purpose.id == LEARNING:
        turn.remember(WITHDRAWING, True)
        yes = button("button.withdraw_yes", Verb.WITHDRAW_YES)
        return [Reply(text("consents.learning_ask"), (yes, button("button.delete_no", Verb.DELETE_NO)))]
    return _withdrawn(turn, purpose)


def withdraw_yes(turn: Turn, args: tuple[str, ...]) -> list[Reply]:
    """Keep no results any more, when it was asked just before."""
    asked, person = turn.recall(WITHDRAWING), turn.person
    turn.remember(WITHDRAWING, None)
    if not asked or person is None:
        return old_button(turn)
    return _withdrawn(turn, purposes()[LEARNING])


def _withdrawn(turn: Turn, purpose: Purpose) -> list[Reply]:
    turn.repositories.rights.note(turn.chat.ward_code, "withdraw", turn.message.received_at)
    left = turn.repositories.people.withdraw(turn.chat, purpose.id, turn.message.received_at)
    if purpose.id == MESSAGES:
        turn.remember(STOPPED, True)
    if purpose.id == LEARNING:
        for key in (LESSON, DRILL, PLACED):
            turn.remember(key, None)
    if left is None:
        return [with_menu(turn, text("consents.none_left"))]
    return _noted(turn, text("consents.withdrawn", title=purpose.title))


def _named(person: PersonView, args: tuple[str, ...]) -> Purpose | None:
    return next((one for one in offered(person) if args == (one.id,)), None)
