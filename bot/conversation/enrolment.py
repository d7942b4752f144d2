"""What is asked of who agreed, after the place: the age band, then what else they would like. All can be skipped."""

from __future__ import annotations

from bot.channels.message import Reply
from bot.conversation import consents, contest, minors
from bot.conversation.ages import band_at, band_buttons, band_name
from bot.conversation.buttons import button
from bot.conversation.menu import old_button, with_menu
from bot.conversation.payloads import Verb, number
from bot.conversation.purposes import CHILD
from bot.conversation.turn import ENROLLING, Turn
from bot.texts import text

SKIP = "-"
FIRST_TIME = "e"  # the last argument of an age button shown while enrolling


def go_on(turn: Turn, said: str) -> list[Reply]:
    """The place is known, or was skipped: who has just agreed is asked for the age band, others get the menu."""
    person = turn.person if turn.recall(ENROLLING) else None
    turn.remember(ENROLLING, None)
    if person is None or person.age_band is not None:
        return contest.resume(turn, said) or [with_menu(turn, said)]
    return [ask_age(FIRST_TIME, first=said)]


def ask_age(*first_time: str, first: str = "") -> Reply:
    """The question for the age band."""
    bands = band_buttons(Verb.AGE, *(first_time or (SKIP,)))
    skip = button("button.skip", Verb.AGE, *(first_time or (SKIP,)), SKIP)
    return Reply("\n\n".join(filter(None, (first, text("age.ask")))), (*bands, skip))


def ages(turn: Turn, args: tuple[str, ...]) -> list[Reply]:
    """Change the age band; a child's is settled by who agreed for the child."""
    if turn.person is None:
        return old_button(turn)
    if turn.person.age_band == CHILD:
        return [with_menu(turn, text("minor.age_fixed"))]
    return [ask_age()]


def age(turn: Turn, args: tuple[str, ...]) -> list[Reply]:
    """An age band was tapped. Who turns out to be a child is not remembered without an adult."""
    person, band = turn.person, band_at(number(args, 1))
    if person is None or len(args) != 2 or person.age_band == CHILD or (band is None and args[1] != SKIP):
        return old_button(turn)
    if band == CHILD:
        return minors.undo(turn)
    if band is not None:
        turn.repositories.people.set_age(person.id, band)
    said = text("age.set", band=band_name(band)) if band is not None else text("age.skipped")
    waiting = contest.resume(turn, said)
    if waiting is not None:
        return waiting
    if args[0] == FIRST_TIME:
        return consents.offer_messages(turn, first=said)
    return [with_menu(turn, said)]
