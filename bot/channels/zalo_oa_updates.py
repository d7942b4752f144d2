"""A Zalo Official Account event: its signature, and the Message in it."""

from __future__ import annotations

import hashlib
import re
from datetime import datetime, timedelta

from bot.channels.menus import Menus, choice
from bot.channels.message import Attachment, Message
from bot.channels.webhook import RefusedError, same_secret
from bot.channels.wire import JsonObject, clean, identifier_at, object_at, text_at
from bot.channels.zalo_oa_tokens import OaSettings

NAME = "zalo-oa"
SIGNATURE_HEADER = "X-ZEvent-Signature"
TIMESTAMP_HEADER = "X-ZEvent-Timestamp"
SIGNATURE_FORM = re.compile(r"mac=[0-9a-f]{64}")
# The platform repeats an event for about two hours; older ones are somebody's replay.
EVENT_LIFE = timedelta(hours=24)
# A tapped button arrives as a text with the button's payload, which we begin with this.
PAYLOAD_MARK = "#"
PAYLOAD_FORM = re.compile(r"#(\S{1,64})")
EVENTS = {
    "user_send_text": None,
    "user_send_image": Attachment.PHOTO,
    "user_send_gif": Attachment.OTHER,
    "user_send_sticker": Attachment.STICKER,
    "user_send_audio": Attachment.VOICE,
    "user_send_video": Attachment.OTHER,
    "user_send_file": Attachment.FILE,
    "user_send_location": Attachment.LOCATION,
    "user_send_business_card": Attachment.OTHER,
}
FOLLOWS = {"follow": "unblocked", "unfollow": "blocked"}


def require_signature(
    settings: OaSettings, raw: bytes, event: JsonObject, signature: str, header_timestamp: str, now: datetime
) -> None:
    """Refuse an event that was not signed by the platform for this account, or long ago.

    The signature is sha256(app id + raw body + timestamp + OA secret); the timestamp is the body's, in some
    descriptions a header's.
    """
    if not SIGNATURE_FORM.fullmatch(signature):
        raise RefusedError(403, "wrong_signature", f"the header {SIGNATURE_HEADER} is missing or wrong")
    for timestamp in (identifier_at(event, "timestamp"), header_timestamp):
        if timestamp.isdecimal() and timestamp.isascii() and _is_signed(settings, raw, timestamp, signature):
            if abs(now.timestamp() - int(timestamp) / 1000) > EVENT_LIFE.total_seconds():
                raise RefusedError(403, "old_event", "the event is over a day old; is this computer's clock right?")
            return
    raise RefusedError(403, "wrong_signature", "the event is not signed with this account's OA secret key")


def _is_signed(settings: OaSettings, raw: bytes, timestamp: str, signature: str) -> bool:
    digest = hashlib.sha256(settings.app_id.encode() + raw + timestamp.encode() + settings.oa_secret.encode())
    return same_secret(signature, f"mac={digest.hexdigest()}")


async def read_event(event: JsonObject, menus: Menus, received_at: datetime, account: str = NAME) -> Message | None:
    """The message in an event to ``account``.

    None for echoes of our own (oa_send_*), receipts and what is not understood.
    """
    kind = text_at(event, "event_name")
    if kind in FOLLOWS:
        person = identifier_at(object_at(event, "follower"), "id")
        number = f"{kind}-{person}-{identifier_at(event, 'timestamp')}"
        return Message(account, person, number, "", received_at, FOLLOWS[kind]) if person else None
    person, wire = identifier_at(object_at(event, "sender"), "id"), object_at(event, "message")
    number = identifier_at(wire, "msg_id")
    if kind not in EVENTS or not person or not number:
        return None
    text = clean(text_at(wire, "text")).strip()
    tapped = PAYLOAD_FORM.fullmatch(text)
    if tapped is not None:
        return Message(account, person, number, "", received_at, tapped.group(1))
    payload = await choice(menus, person, text) if text else None
    return Message(account, person, number, text, received_at, payload, EVENTS[kind])
