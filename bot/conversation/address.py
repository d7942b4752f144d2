"""How a resident is addressed: "bạn", unless they choose bác, cô, chú, anh, chị, ông or bà."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache

from bot.channels.message import Reply
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


@cache
def _you() -> re.Pattern[str]:
    """The neutral word where it means the reader: not a friend, and not inside what is quoted."""
    neutral = text(FORMS[NEUTRAL])
    before = "".join(rf"(?<!(?i:{word}) )" for word in text("address.friend_before").split(", "))
    after = "|".join(text("address.friend_after").split(", "))
    first, rest = neutral[:1], neutral[1:]
    return re.compile(rf"“[^”]*”|(?<!\w){before}([{first.upper()}{first}]){rest}(?!\w)(?! (?:{after})\b)")


def addressed(turn: Turn, reply: Reply) -> Reply:
    """The reply in the form of address that was chosen; an answer from the documents stays as they word it."""
    spoken = form(turn)
    if spoken == text(FORMS[NEUTRAL]) or reply.citations or turn.forgotten or turn.delicate:
        return reply

    def worded(found: re.Match[str]) -> str:
        if found[1] is None:
            return found[0]
        return spoken[:1].upper() + spoken[1:] if found[1].isupper() else spoken

    return replace(reply, text=_you().sub(worded, reply.text))
