"""A resident's rights: correct the name, delete everything, stop messages. held.py shows what is held."""

from __future__ import annotations

from bot.channels.message import Reply
from bot.conversation.buttons import button, consent_buttons, to_menu
from bot.conversation.masking import mask
from bot.conversation.menu import with_menu
from bot.conversation.payloads import Verb
from bot.conversation.purposes import CHILD, MESSAGES, offered, purposes
from bot.conversation.questions import resume_buttons
from bot.conversation.turn import DELETING, ENDING, REMIND, STOPPED, WAITING, WITHDRAWING, Turn
from bot.texts import text

WAITS_NAME = "name"
CALLED_LIMIT = 40  # characters of a name to be called by: the store's limit (ports.People.rename)


def rename(turn: Turn, args: tuple[str, ...] = ()) -> list[Reply]:
    """Ask what the resident wants to be called."""
    person = turn.person
    if person is None:
        return [Reply(text("name.needs_consent"), (consent_buttons()[0], to_menu()))]
    turn.remember(WAITING, WAITS_NAME)
    remove = (button("button.no_name", Verb.NO_NAME),) if person.called else ()
    age = (button("button.age", Verb.AGES),) if person.age_band != CHILD else ()
    others = (*age, button("button.group", Verb.GROUPS), button("button.cancel", Verb.KEEP_NAME))
    return [Reply(text("name.ask"), (*remove, *others))]


def typed_name(turn: Turn, typed: str) -> list[Reply]:
    """A name was typed; one that is no name is refused kindly."""
    if turn.chat.person_id is None:
        return rename(turn)
    called = " ".join(typed.split())
    if not is_name(called):
        turn.remember(WAITING, WAITS_NAME)
        cancel = button("button.cancel", Verb.KEEP_NAME)
        return [Reply(text("name.refused", limit=CALLED_LIMIT), (cancel,))]
    turn.repositories.people.rename(turn.chat.person_id, called)
    turn.repositories.rights.note(turn.chat.ward_code, "correct", turn.message.received_at)
    turn.remember(WAITING, None)
    return [with_menu(turn, text("name.set", called=called))]


def is_name(typed: str) -> bool:
    """Letters, spaces and a few marks, not too long, and no private number."""
    letters = all(character.isalpha() or character in " .'-" for character in typed)
    return 0 < len(typed) <= CALLED_LIMIT and letters and any(map(str.isalpha, typed)) and not mask(typed).kinds


def no_name(turn: Turn, args: tuple[str, ...]) -> list[Reply]:
    """Take the name away."""
    turn.remember(WAITING, None)
    if turn.chat.person_id is None:
        return rename(turn)
    turn.repositories.people.rename(turn.chat.person_id, None)
    return [with_menu(turn, text("name.removed"))]


def keep_name(turn: Turn, args: tuple[str, ...]) -> list[Reply]:
    """Leave the name as it is."""
    turn.remember(WAITING, None)
    return [with_menu(turn, text("name.cancelled"))]


def delete(turn: Turn, args: tuple[str, ...] = ()) -> list[Reply]:
    """Ask before deleting."""
    turn.remember(DELETING, True)
    return [
        Reply(
            text("data.delete_ask"),
            (button("button.delete_yes", Verb.DELETE_YES), button("button.delete_no", Verb.DELETE_NO)),
        )
    ]


def delete_yes(turn: Turn, args: tuple[str, ...]) -> list[Reply]:
    """Delete everything, when it was asked for just before."""
    if not turn.recall(DELETING):
        turn.remember(DELETING, True)
        again = delete(turn)[0]
        return [Reply(text("data.not_asked"), again.buttons)]
    turn.repositories.rights.note(turn.chat.ward_code, "delete", turn.message.received_at)
    turn.repositories.people.forget(turn.chat)
    turn.forgotten = True
    return [Reply(text("data.deleted"), (button("button.start", Verb.START),))]


def delete_no(turn: Turn, args: tuple[str, ...]) -> list[Reply]:
    """Keep everything."""
    for asked in (DELETING, WITHDRAWING, ENDING):
        turn.remember(asked, None)
    return [with_menu(turn, text("data.kept"))]


def stop(turn: Turn, args: tuple[str, ...] = ()) -> list[Reply]:
    """Send nothing that was not asked for."""
    turn.remember(STOPPED, True)
    turn.remember(REMIND, None)
    turn.repositories.questions.stop_telling(turn.chat)
    if turn.person is not None and turn.person.agreed_to(MESSAGES):
        turn.repositories.people.withdraw(turn.chat, MESSAGES, turn.message.received_at)
    buttons = (button("button.unstop", Verb.UNSTOP), *resume_buttons(turn), to_menu())
    return [Reply(text("stop.done"), buttons)]


def unstop(turn: Turn, args: tuple[str, ...] = ()) -> list[Reply]:
    """Agree to messages nobody asked for; a child may not."""
    turn.remember(STOPPED, None)
    person, wanted = turn.person, purposes()[MESSAGES]
    if person is None or wanted not in offered(person):
        return [with_menu(turn, text("stop.not_offered"))]
    turn.repositories.people.agree(person.id, MESSAGES, wanted.version, turn.message.received_at)
    return [Reply(text("stop.undone"), (button("button.stop", Verb.STOP), to_menu()))]
