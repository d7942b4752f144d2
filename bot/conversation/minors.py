"""Who is under 16: anonymous, until an adult's code or a volunteer's record lets the results be kept."""

from __future__ import annotations

from bot.channels.message import Reply
from bot.conversation.buttons import button, consent_buttons, to_menu
from bot.conversation.menu import old_button, with_menu
from bot.conversation.payloads import Verb, number
from bot.conversation.ports import PersonView
from bot.conversation.purposes import CHILD, LEARNING, purposes
from bot.conversation.turn import ENDING, LINKING, MINOR, NOTICED, Turn
from bot.texts import text

CODE_KIND = "child"


def minor(turn: Turn, args: tuple[str, ...] = ()) -> list[Reply]:
    """Somebody says that they are under 16."""
    turn.remember(NOTICED, True)
    if turn.chat.person_id is not None:
        return old_button(turn)
    turn.remember(MINOR, True)
    return [_told(turn, text("minor.told"))]


def refused(turn: Turn) -> list[Reply]:
    """A child tapped "agree" all the same."""
    return [_told(turn, text("minor.needs_adult"))]


def undo(turn: Turn) -> list[Reply]:
    """Who agreed turns out to be a child: nothing of it stays but the place, as for who is anonymous."""
    ward, group = turn.chat.ward_code, turn.chat.group_id
    turn.repositories.people.forget(turn.chat)
    turn.chat.ward_code, turn.chat.group_id = ward, group
    turn.remember(NOTICED, True)
    turn.remember(MINOR, True)
    return [_told(turn, text("minor.undone"))]


def _told(turn: Turn, said: str) -> Reply:
    mistaken = button("button.not_minor", Verb.NOT_MINOR)
    return Reply(said, (button("button.learn", Verb.COURSES), mistaken, to_menu()))


def not_minor(turn: Turn, args: tuple[str, ...]) -> list[Reply]:
    """It was a slip: they are 16 or older."""
    turn.remember(MINOR, None)
    return [Reply(text("minor.not"), consent_buttons())]


def permit(turn: Turn, args: tuple[str, ...] = ()) -> list[Reply]:
    """An adult wants a child's results to be kept: first what that means."""
    refusal = _may_not_permit(turn.person)
    if refusal is not None:
        return [refusal]
    yes = button("button.permit_child", Verb.PERMIT_CHILD)
    return [Reply(text("minor.permit_ask", terms=purposes()[LEARNING].text), (yes, button("button.cancel", Verb.MENU)))]


def permit_yes(turn: Turn, args: tuple[str, ...]) -> list[Reply]:
    """The adult agrees for the child: a code."""
    person = turn.person
    refusal = _may_not_permit(person)
    if refusal is not None or person is None:
        return [refusal] if refusal else old_button(turn)
    code = turn.repositories.linking.make_code(person.id, turn.message.received_at, CODE_KIND)
    return [with_menu(turn, text("minor.code", code=code))]


def _may_not_permit(person: PersonView | None) -> Reply | None:
    if person is None:
        return Reply(text("minor.permit_needs_consent"), (consent_buttons()[0], to_menu()))
    return Reply(text("minor.needs_adult"), (to_menu(),)) if person.age_band == CHILD else None


def ask(turn: Turn, code: str) -> list[Reply]:
    """An adult's code was typed: the child is asked too."""
    if turn.chat.person_id is not None:
        return [with_menu(turn, text("minor.remembered_before"))]
    turn.remember(LINKING, code)
    yes, no = button("button.agree_child", Verb.CHILD_YES), button("button.cancel", Verb.MENU)
    return [Reply(text("minor.child_ask", terms=purposes()[LEARNING].text), (yes, no))]


def child_yes(turn: Turn, args: tuple[str, ...]) -> list[Reply]:
    """The child agrees."""
    code = turn.recall(LINKING)
    turn.remember(LINKING, None)
    version, at = purposes()[LEARNING].version, turn.message.received_at
    child = turn.repositories.people.enrol_child(turn.chat, str(code), version, at) if code else None
    if child is None:
        return [with_menu(turn, text("link.bad_code"))]
    turn.remember(NOTICED, True)
    turn.remember(MINOR, None)
    return [with_menu(turn, text("minor.child_done"))]


def end(turn: Turn, args: tuple[str, ...]) -> list[Reply]:
    """An adult takes the agreement for a child back: asked first, because it deletes."""
    child = _child(turn, args)
    if child is None:
        return old_button(turn)
    turn.remember(ENDING, child.id)
    yes = button("button.delete_yes", Verb.CHILD_END_YES, child.id)
    named = child.called or text("minor.unnamed")
    return [Reply(text("minor.end_ask", name=named), (yes, button("button.delete_no", Verb.DELETE_NO)))]


def end_yes(turn: Turn, args: tuple[str, ...]) -> list[Reply]:
    """Confirmed, when it was asked just before."""
    child, asked, person = _child(turn, args), turn.recall(ENDING), turn.chat.person_id
    turn.remember(ENDING, None)
    if child is None or person is None or asked != child.id:
        return old_button(turn)
    turn.repositories.people.forget_child(person, child.id)
    return [with_menu(turn, text("minor.ended"))]


def _child(turn: Turn, args: tuple[str, ...]) -> PersonView | None:
    child_id, person = number(args, 0), turn.chat.person_id
    children = [] if person is None else turn.repositories.people.children(person)
    return next((one for one in children if one.id == child_id), None)
