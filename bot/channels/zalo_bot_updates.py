"""An event of the Zalo Bot Platform to a Message. Bodies come wrapped in ``result`` or flat."""

from __future__ import annotations

from datetime import datetime

from bot.channels.menus import Menus, choice
from bot.channels.message import Attachment, Message
from bot.channels.wire import JsonObject, clean, identifier_at, object_at, text_at

NAME = "zalo-bot"
PRIVATE = "PRIVATE"
TEXT_EVENT = "message.text.received"
ATTACHMENTS = {
    "message.image.received": Attachment.PHOTO,
    "message.sticker.received": Attachment.STICKER,
    "message.voice.received": Attachment.VOICE,
    "message.unsupported.received": Attachment.OTHER,
}
UNSUPPORTED = "message.unsupported.received"


def unwrapped(body: JsonObject) -> JsonObject:
    """The event itself, whichever way it came."""
    return object_at(body, "result") or body


async def read_event(event: JsonObject, menus: Menus, received_at: datetime, account: str = NAME) -> Message | None:
    """The message in an event to ``account``; None for what is not for the bot or not understood."""
    kind, wire = text_at(event, "event_name"), object_at(event, "message")
    attachment = ATTACHMENTS.get(kind)
    chat, number = identifier_at(object_at(wire, "chat"), "id"), identifier_at(wire, "message_id")
    if (kind != TEXT_EVENT and attachment is None) or not chat or not number:
        return None
    if object_at(wire, "from").get("is_bot") is True:
        return None
    # The platform takes no answer to these in a group.
    if kind == UNSUPPORTED and text_at(object_at(wire, "chat"), "chat_type") != PRIVATE:
        return None
    text = clean(text_at(wire, "text" if kind == TEXT_EVENT else "caption")).strip()
    payload = await choice(menus, chat, text) if text else None
    return Message(account, chat, number, text, received_at, payload, attachment)
