"""Message and Reply: all that passes between a channel and the conversation."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

TEXT_LIMIT = 4000  # characters kept of an inbound text; longer is cut and the resident told


class Attachment(StrEnum):
    """What came instead of text; the conversation answers each with a fixed helpful reply."""

    PHOTO = "photo"
    VOICE = "voice"
    STICKER = "sticker"
    FILE = "file"
    LOCATION = "location"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Message:
    """What a person sent.

    ``chat`` is the channel's own id of the conversation (for the web chat a hash of the session secret).
    ``id`` is unique within the channel: the inbox stores it once. ``text`` is what was typed; ``payload`` is the
    private data of a tapped button, which is never shown. ``received_at`` is UTC, stamped before any queue.
    ``edits`` is the channel's id of the bot's message whose button was tapped, when it can be edited in place.
    """

    channel: str
    chat: str
    id: str
    text: str
    received_at: datetime
    payload: str | None = None
    attachment: Attachment | None = None
    edits: str | None = None


@dataclass(frozen=True, slots=True)
class Button:
    """A tap target. ``payload`` is at most 64 bytes (Telegram's callback_data limit)."""

    label: str
    payload: str


@dataclass(frozen=True, slots=True)
class CitationNote:
    """A source as a resident sees it under an answer; ``checked_on`` and dates are already worded dd/mm/yyyy."""

    title: str
    section: str
    passage: str
    note: str


@dataclass(frozen=True, slots=True)
class FileNote:
    """A document or sound sent along: ``path`` on this server, its ending says the kind (.pdf, .mp3).

    ``label`` says what it is, for the link where a channel cannot send the file itself.
    """

    path: str
    label: str


@dataclass(frozen=True, slots=True)
class Reply:
    """What the bot says: text, buttons a row each, sources. Channels without buttons number the labels.

    ``image`` is a path on this server, ``image_alt`` what it shows in words. ``edit`` asks for the tapped message to
    be replaced where the channel can; elsewhere it is a new message.
    """

    text: str
    buttons: tuple[Button, ...] = field(default=())
    citations: tuple[CitationNote, ...] = field(default=())
    image: str | None = None
    image_alt: str = ""
    edit: bool = False
    files: tuple[FileNote, ...] = field(default=())
