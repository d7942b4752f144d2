"""Neighbours without a phone: what a volunteer wrote down, handing it over to a phone, deleting it at their wish."""

from __future__ import annotations

from bot.channels.message import Button, Reply
from bot.conversation import ages
from bot.conversation.ages import band_at, band_buttons, band_name
from bot.conversation.buttons import button, page_of, short, to_menu
from bot.conversation.menu import old_button, with_menu
from bot.conversation.payloads import Verb, make, number
from bot.conversation.ports_team import LearnerView
from bot.conversation.purposes import CHILD
from bot.conversation.turn import ENDING, LINKING, MINOR, Turn
from bot.texts import text

CODE_KIND = "learner"
SKIP = "-"


def learners(turn: Turn, args: tuple[str, ...] = ()) -> list[Reply]:
    """Everybody without a phone in the volunteer's groups."""
    role = turn.repositories.team.role(turn.chat)
    if role is None:
        return [with_menu(turn, text("team.stranger"))]
    found = turn.repositories.learners.all(role)
    if not found:
        return [with_menu(turn, text("learner.none"))]
    listed = [
        Button(short(text("learner.listed", called=one.called, group=one.group)), make(Verb.LEARNER, one.id))
        for one in found
    ]
    return [Reply(text("learner.which"), (*page_of(listed, number(args, 0) or 0, Verb.LEARNERS), to_menu()))]


def learner(turn: Turn, args: tuple[str, ...]) -> list[Reply]:
    """One of them."""
    found = _mine(turn, args)
    return old_button(turn) if found is None else [_shown(found)]


def _shown(found: LearnerView, first: str = "") -> Reply:
    said = text("learner.shown", called=found.called, group=found.group, age=band_name(found.age_band))
    buttons = (
        button("button.learner_code", Verb.LEARNER_CODE, found.id),
        button("button.age", Verb.LEARNER_AGES, found.id),
        button("button.learner_delete", Verb.LEARNER_DELETE, found.id),
        to_menu(),
    )
    return Reply("\n\n".join(filter(None, (first, said))), buttons)


def enrolled(turn: Turn, group_id: int, called: str) -> list[Reply]:
    """Just written down: their age band is asked for, because a child's results go to no public board."""
    role = turn.repositories.team.role(turn.chat)
    said = text("team.enrolled", called=called)
    groups = {} if role is None else {group.name: group.id for group in role.groups}
    known = [] if role is None else turn.repositories.learners.all(role)
    found = next((one for one in known if one.called == called and groups.get(one.group) == group_id), None)
    return [with_menu(turn, said)] if found is None else [_ask_age(found, said)]


def ages_of(turn: Turn, args: tuple[str, ...]) -> list[Reply]:
    """Ask for the age band of one of them."""
    found = _mine(turn, args)
    return old_button(turn) if found is None else [_ask_age(found)]


def _ask_age(found: LearnerView, first: str = "") -> Reply:
    said = text("learner.age", called=found.called)
    skip = button("button.skip", Verb.LEARNER_AGE, found.id, SKIP)
    return Reply("\n\n".join(filter(None, (first, said))), (*band_buttons(Verb.LEARNER_AGE, found.id), skip))


def age(turn: Turn, args: tuple[str, ...]) -> list[Reply]:
    """Their age band was tapped."""
    found, band = _mine(turn, args[:1]), band_at(number(args, 1))
    if found is None or len(args) != 2 or (band is None and args[1] != SKIP):
        return old_button(turn)
    if band is None:
        return [_shown(found)]
    turn.repositories.people.set_age(found.id, band)
    again = _mine(turn, args[:1])
    return old_button(turn) if again is None else [_shown(again, text("age.set", band=ages.band_name(band)))]


def code(turn: Turn, args: tuple[str, ...]) -> list[Reply]:
    """They have a phone now: a code that hands their record over."""
    found = _mine(turn, args)
    if found is None:
        return old_button(turn)
    made = turn.repositories.linking.make_code(found.id, turn.message.received_at, CODE_KIND)
    return [with_menu(turn, text("learner.code", called=found.called, code=made))]


def delete(turn: Turn, args: tuple[str, ...]) -> list[Reply]:
    """They want to be deleted: asked first."""
    found = _mine(turn, args)
    if found is None:
        return old_button(turn)
    turn.remember(ENDING, found.id)
    yes, no = button("button.delete_yes", Verb.LEARNER_END, found.id), button("button.delete_no", Verb.DELETE_NO)
    return [Reply(text("learner.delete_ask", called=found.called), (yes, no))]


def delete_yes(turn: Turn, args: tuple[str, ...]) -> list[Reply]:
    """Confirmed, when it was asked just before."""
    found, role, asked = _mine(turn, args), turn.repositories.team.role(turn.chat), turn.recall(ENDING)
    turn.remember(ENDING, None)
    if found is None or role is None or asked != found.id:
        return old_button(turn)
    turn.repositories.rights.note(role.ward_code, "delete", turn.message.received_at)
    turn.repositories.learners.forget(role, found.id)
    return [with_menu(turn, text("learner.deleted", called=found.called))]


def _mine(turn: Turn, args: tuple[str, ...]) -> LearnerView | None:
    role, wanted = turn.repositories.team.role(turn.chat), number(args, 0)
    known = [] if role is None else turn.repositories.learners.all(role)
    return next((one for one in known if one.id == wanted), None)


def ask(turn: Turn, typed: str, person_id: int) -> list[Reply]:
    """A volunteer's code was typed on a phone: is it this resident?"""
    person = turn.repositories.people.get(person_id)
    if person is None:
        return old_button(turn)
    group = None if person.group_id is None else turn.repositories.wards.group(person.group_id)
    turn.remember(LINKING, typed)
    yes, no = button("button.learner_yes", Verb.LINK_YES), button("button.cancel", Verb.MENU)
    said = text("learner.ask", called=person.called or "", group=group.name if group is not None else "")
    return [Reply(said, (yes, no))]


def taken_over(turn: Turn) -> None:
    """After linking: who said to be under 16 is a child in the record too."""
    if turn.recall(MINOR) and turn.chat.person_id is not None:
        turn.repositories.people.set_age(turn.chat.person_id, CHILD)
    turn.remember(MINOR, None)
