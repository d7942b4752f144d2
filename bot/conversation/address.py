"""How a resident is addressed: "bạn", unless they choose bác, cô, chú, anh, chị, ông or bà."""

from __future__ import annotations

from bot.conversation.turn import ADDRESS, Turn
from bot.conversation.typed import plain
from bot.texts import text

NEUTRAL = "ban"
FORMS = {
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
    if chosen in FORMS:
        return text(FORMS[chosen])
    person = turn.person
    first = person.called.split()[0].lower() if person is not None and person.called else ""
    spoken = {text(key) for key in FORMS.values()}
    return first if first in spoken else text(FORMS[NEUTRAL])


def words(turn: Turn) -> dict[str, str]:
    """``called`` (bác Lan) and ``you`` (Bác), for texts that greet or praise."""
    spoken = form(turn)
    person = turn.person
    name = person.called if person is not None else None
    if name is None:
        called = spoken
    elif plain(name).startswith(plain(spoken) + " ") or spoken == text(FORMS[NEUTRAL]):
        called = name
    else:
        called = f"{spoken} {name}"
    return {"called": called, "you": spoken[:1].upper() + spoken[1:]}
