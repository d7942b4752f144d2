"""Where to ask in person: the ward's own directory, as its staff entered and checked it."""

from __future__ import annotations

from collections.abc import Sequence

from bot.channels.message import Button, Reply
from bot.conversation import place
from bot.conversation.buttons import button, to_menu
from bot.conversation.notes import worded_day
from bot.conversation.payloads import Verb
from bot.conversation.ports import OfficeView
from bot.conversation.turn import Turn
from bot.texts import text
from knowledge.text import lexical_tokens

SHOWN = 4  # offices in one message: more does not fit a phone in large type


def where_to_ask(turn: Turn, question: str, ward: str | None) -> str:
    """The office that handles what is asked, else the first one; honest words where none is entered."""
    return known_office(turn, question, ward) or _none_entered(turn, ward)


def known_office(turn: Turn, question: str, ward: str | None) -> str | None:
    """The office that handles what is asked, else the first one; None where none is entered."""
    offices = turn.repositories.wards.offices(ward) if ward is not None else ()
    if not offices:
        return None
    asked = set(lexical_tokens(question))
    best = max(offices, key=lambda office: len(asked.intersection(lexical_tokens(office.handles))))
    return "\n".join([text("office.ask_there"), _worded(best)])


def more_offices(turn: Turn, ward: str | None) -> tuple[Button, ...]:
    """The way to the rest of the directory of the resident's ward, when there is more than one office."""
    own = ward is not None and ward == turn.chat.ward_code
    several = own and len(turn.repositories.wards.offices(ward or "")) > 1
    return (button("button.offices", Verb.OFFICES),) if several else ()


def offices(turn: Turn, args: tuple[str, ...] = ()) -> list[Reply]:
    """The directory of the resident's ward."""
    ward = turn.chat.ward_code
    known: Sequence[OfficeView] = turn.repositories.wards.offices(ward) if ward is not None else ()
    said = "\n\n".join(map(_worded, known[:SHOWN])) if known else _none_entered(turn, ward)
    return [Reply(said, (to_menu(),))]


def _none_entered(turn: Turn, ward: str | None) -> str:
    if ward is None:
        return text("office.none_no_ward")
    return text("office.none", ward=place.ward_name(turn, ward))


def _worded(office: OfficeView) -> str:
    lines = [office.name]
    for key in ("handles", "address", "hours", "phone"):
        if value := getattr(office, key):
            lines.append(text(_LINES[key], value=value))
    return "\n".join([*lines, text("office.checked", day=worded_day(office.checked_on))])


_LINES = {
    "handles": "office.handles",
    "address": "office.address",
    "hours": "office.hours",
    "phone": "office.phone",
}
