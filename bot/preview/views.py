"""What each channel makes of the replies of a lesson: the same splitting, menus and limits as the channels use."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bot.channels.degrade import as_plain_text, split_text, units, with_sources
from bot.channels.message import Reply
from bot.pictures import DRAWN, PHOTO
from bot.preview.walk import Exchange


@dataclass(frozen=True, slots=True)
class Bubble:
    """One message on the screen; ``mine`` is what the resident tapped or typed."""

    text: str
    mine: bool = False
    picture: str = ""
    alt: str = ""
    buttons: tuple[str, ...] = ()


def as_zalo(exchanges: Iterable[Exchange]) -> list[Bubble]:
    """Zalo: no buttons, so numbered lines and a typed number; at most 2000 characters a message."""
    from bot.channels.zalo_bot import TEXT_LIMIT  # the server starts without what few pages need

    shown: list[Bubble] = []
    labels: list[str] = []
    for exchange in exchanges:
        if exchange.tapped:
            shown.append(Bubble(_typed(exchange.tapped, labels), mine=True))
        labels = [button.label for button in exchange.replies[-1].buttons]
        for reply in exchange.replies:
            shown += _with_picture(reply, as_plain_text(reply), TEXT_LIMIT, TEXT_LIMIT)
    return shown


def _typed(label: str, labels: list[str]) -> str:
    """What is typed for a button: the letter of an option, else its number."""
    if len(label.split()[-1]) == 1:
        return label.split()[-1]
    return str(labels.index(label) + 1) if label in labels else label


def as_telegram(exchanges: Iterable[Exchange]) -> list[Bubble]:
    """Telegram: a button a row; a tapped question is edited in place."""
    from bot.channels.telegram_sending import CAPTION_LIMIT, TEXT_LIMIT

    shown: list[Bubble] = []
    for exchange in exchanges:
        for reply in exchange.replies:
            text = with_sources(reply.text, reply.citations)
            parts = list(_with_picture(reply, text, TEXT_LIMIT, CAPTION_LIMIT))
            labels = tuple(button.label for button in reply.buttons)
            parts[-1] = Bubble(parts[-1].text, False, parts[-1].picture, parts[-1].alt, labels)
            if reply.edit and len(parts) == 1 and shown:
                shown.pop()
            shown += parts
    return shown


def as_web(exchanges: Iterable[Exchange]) -> list[Bubble]:
    """The web chat: text, picture below it, buttons; what was tapped appears as said."""
    shown: list[Bubble] = []
    for exchange in exchanges:
        if exchange.tapped:
            shown.append(Bubble(exchange.tapped, mine=True))
        for reply in exchange.replies:
            labels = tuple(button.label for button in reply.buttons)
            shown.append(Bubble(reply.text, False, reply.image or "", reply.image_alt, labels))
    return shown


def _with_picture(reply: Reply, text: str, limit: int, caption_limit: int) -> Iterator[Bubble]:
    """The text in parts; a picture bears it as caption where it fits, else goes before."""
    picture = (reply.image or "").replace(DRAWN, PHOTO)
    if picture and units(text) <= caption_limit:
        yield Bubble(text, picture=picture, alt=reply.image_alt)
        return
    if picture:
        yield Bubble("", picture=picture, alt=reply.image_alt)
    for part in split_text(text, limit):
        yield Bubble(part)
