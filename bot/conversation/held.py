"""Everything held about a resident, as text and as a file."""

from __future__ import annotations

from bot.channels.message import FileNote, Reply
from bot.conversation import certificates, place
from bot.conversation import position as positions
from bot.conversation.address import form
from bot.conversation.ages import band_name
from bot.conversation.buttons import button, consent_buttons, short, to_menu
from bot.conversation.learned import progress_of
from bot.conversation.linking import channel_name
from bot.conversation.notes import local_day, worded_day
from bot.conversation.payloads import Verb
from bot.conversation.ports import PersonView
from bot.conversation.purposes import purposes
from bot.conversation.turn import ASKED, PLACED, REMIND, Turn
from bot.conversation.volunteer import ROLE_NAMES
from bot.texts import text


def my_data(turn: Turn, args: tuple[str, ...] = ()) -> list[Reply]:
    """Everything that is held."""
    person = turn.person
    in_chat = _kept_in_chat(turn)
    delete = button("button.delete", Verb.DELETE)
    turn.repositories.rights.note(turn.chat.ward_code, "access", turn.message.received_at)
    if person is None:
        said = text("data.anonymous", **in_chat)
        return [Reply(said, (consent_buttons()[0], delete, to_menu()), files=_file(turn))]
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
    if sessions := turn.repositories.team.attended(person.id):
        said = f"{said}\n{text('team.attended', count=sessions)}"
    if turn.repositories.desk.tells_staff(turn.chat):
        said = f"{said}\n{text('staff.kept')}"
    buttons = (button("button.correct", Verb.RENAME), agreed, link, delete, to_menu())
    return [Reply("\n".join([said, *_beside(turn, person)]), buttons, files=_file(turn))]


def _beside(turn: Turn, person: PersonView) -> list[str]:
    """What only few have: several accounts, a role, children they agreed for."""
    accounts = turn.repositories.linking.accounts(person.id)
    role = turn.repositories.team.role(turn.chat)
    children = turn.repositories.people.children(person.id)
    lines = []
    if len(accounts) > 1:
        lines.append(text("data.accounts", accounts=", ".join(channel_name(one.channel) for one in accounts)))
    if role is not None:
        lines.append(text("data.role", role=text(ROLE_NAMES[role.role])))
    if children:
        lines.append(text("data.children", count=len(children)))
    return lines


def _file(turn: Turn) -> tuple[FileNote, ...]:
    """Everything as a file, where a file or a link arrives."""
    if not turn.offers.papers_reach(turn.chat.channel):
        return ()
    path = turn.repositories.rights.export(turn.chat, turn.message.received_at)
    return (FileNote(path, text("data.file")),)


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
        "remind": text("data.switched_off" if turn.recall(REMIND) is None else "data.switched_on"),
        "questions": _quoted([str(question["text"]) for question in turn.recall(ASKED) or []]),
    }


def _quoted(questions: list[str]) -> str:
    """Questions, each begun and in quotes."""
    return "; ".join(f"“{short(question)}”" for question in questions) or text("data.nothing")
