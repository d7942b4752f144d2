"""A resident's rights: see what is held, change the name, delete everything, stop messages."""

from __future__ import annotations

from bot.channels.message import Reply
from bot.conversation import certificates, place
from bot.conversation import position as positions
from bot.conversation.address import form
from bot.conversation.ages import band_name
from bot.conversation.buttons import button, consent_buttons, short, to_menu
from bot.conversation.learned import progress_of
from bot.conversation.masking import mask
from bot.conversation.menu import with_menu
from bot.conversation.notes import local_day, worded_day
from bot.conversation.payloads import Verb
from bot.conversation.ports import PersonView
from bot.conversation.purposes import CHILD, MESSAGES, offered, purposes
from bot.conversation.questions import resume_buttons
from bot.conversation.turn import ASKED, DELETING, ENDING, PLACED, STOPPED, WAITING, WITHDRAWING, Turn
from bot.texts import text

WAITS_NAME = "name"
CALLED_LIMIT = 40  # characters of a name to be called by: the store's limit (ports.People.rename)


def my_data(turn: Turn, args: tuple[str, ...] = ()) -> list[Reply]:
    """Everything that is held."""
    person = turn.person
    in_chat = _kept_in_chat(turn)
    delete = button("button.delete", Verb.DELETE)
    if person is None:
        said = text("data.anonymous", **in_chat)
        return [Reply(said, (consent_buttons()[0], delete, to_menu()))]
    progress = progress_of(turn)
    said = text(
        "data.person",
        called=person.called or text("data.nothing"),
        age=band_name(person.age_band),
        agreed=_agreements(person),
        answers=progress.answers if progress is not None else 0,
        lessons=len(progress.finished_lessons) if progress is not None else 0,
        certificates=certificates.held(turn),
        waiting=_quoted(turn.repositories.questions.waiting_for(turn.chat)),
        following=_quoted([question for _id, question in turn.repositories.questions.following(turn.chat)]),
        **in_chat,
    )
    agreed = button("button.consents", Verb.CONSENTS)
    link = button("button.link", Verb.LINK)
    if lines := turn.repositories.desk.lines_kept(turn.chat):
        said = f"{said}\n{text('human.kept', count=lines)}"
    return [Reply(said, (button("button.correct", Verb.RENAME), agreed, link, delete, to_menu()))]


def _agreements(person: PersonView) -> str:
    """What was agreed to, each with its day."""
    given = [
        text("data.agreement", title=purposes()[purpose].title, day=worded_day(local_day(at)))
        for purpose, _, at in person.consents
    ]
    return "; ".join(given) or text("data.nothing")


def _kept_in_chat(turn: Turn) -> dict[str, str]:
    """What the chat itself keeps, with and without consent."""
    position = positions.load(turn)
    lesson = positions.lesson_begun(turn, position) if position is not None else None
    placed = turn.catalogue.course(turn.recall(PLACED) or "")
    return {
        "place": place.place_name(turn),
        "lesson": lesson.title if lesson is not None else text("data.nothing"),
        "placed": placed.title if placed is not None else text("data.nothing"),
        "address": form(turn),
        "easy": text("data.switched_on" if turn.easy else "data.switched_off"),
        "questions": _quoted([str(question["text"]) for question in turn.recall(ASKED) or []]),
    }


def _quoted(questions: list[str]) -> str:
    """Questions, each begun and in quotes."""
    return "; ".join(f"“{short(question)}”" for question in questions) or text("data.nothing")


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
