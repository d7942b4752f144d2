"""How a resident is addressed: "bạn", unless they choose bác, cô, chú, anh, chị, ông or bà."""

from __future__ import annotations

from bot.channels.message import Button, Reply
from bot.conversation.buttons import button, sentence_case
from bot.conversation.menu import old_button, with_menu
from bot.conversation.payloads import Verb, make
from bot.conversation.turn import ADDRESS, Turn
from bot.conversation.typed import plain
from bot.texts import text

NEUTRAL = "ban"
_FORMS = {
    NEUTRAL: "address.ban",
    "bac": "address.bac",
    "co": "address.co",
    "chu": "address.chu",
    "anh": "address.anh",
    "chi": "address.chi",
    "ong": "address.ong",
    "ba": "address.ba",
}


def form(turn: Turn) -> str:
    """The form of address: the one chosen, else the one a name such as "Bác Lan" begins with, else "bạn"."""
    chosen = turn.recall(ADDRESS)
    if chosen in _FORMS:
        return text(_FORMS[chosen])
    person = turn.person
    first = person.called.split()[0].lower() if person is not None and person.called else ""
    spoken = {text(key) for key in _FORMS.values()}
    return first if first in spoken else text(_FORMS[NEUTRAL])


def words(turn: Turn) -> dict[str, str]:
    """``called`` (bác Lan) and ``you`` (Bác), for texts that greet or praise."""
    spoken = form(turn)
    person = turn.person
    name = person.called if person is not None else None
    if name is None:
        called = spoken
    elif plain(name).startswith(plain(spoken) + " ") or spoken == text(_FORMS[NEUTRAL]):
        called = name
    else:
        called = f"{spoken} {name}"
    return {"called": called, "you": sentence_case(spoken)}


def forms(turn: Turn, args: tuple[str, ...] = ()) -> list[Reply]:
    """Ask for the form of address."""
    offered = tuple(Button(sentence_case(text(key)), make(Verb.ADDRESS, name)) for name, key in _FORMS.items())
    return [Reply(text("address.ask"), (*offered, button("button.menu", Verb.MENU)))]


def choose(turn: Turn, args: tuple[str, ...]) -> list[Reply]:
    """A form was tapped."""
    if not args or args[0] not in _FORMS:
        return old_button(turn)
    turn.remember(ADDRESS, None if args[0] == NEUTRAL else args[0])
    return [with_menu(turn, text("address.set", **words(turn)))]
