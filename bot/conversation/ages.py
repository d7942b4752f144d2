"""Age bands: asked instead of a birthday. Under 16 somebody is a child, for whom an adult agrees too."""

from __future__ import annotations

from bot.channels.message import Button
from bot.conversation.buttons import button
from bot.conversation.payloads import Verb
from bot.conversation.purposes import CHILD
from bot.texts import text

BANDS = {
    CHILD: "age.child",
    "16-30": "age.young",
    "31-45": "age.middle",
    "46-60": "age.older",
    "60+": "age.senior",
}
CODES = tuple(BANDS)


def band_name(band: str | None) -> str:
    """An age band in words."""
    return text(BANDS[band]) if band in BANDS else text("data.nothing")


def band_buttons(verb: Verb, *args: str | int) -> tuple[Button, ...]:
    """A button a band, the oldest first: most who are asked are no longer young. The band's place ends the payload."""
    return tuple(button(key, verb, *args, CODES.index(band)) for band, key in reversed(BANDS.items()))


def band_at(place: int | None) -> str | None:
    """The band that a button names by its place, or None."""
    return CODES[place] if place is not None and place < len(CODES) else None
