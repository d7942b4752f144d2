"""A Telegram update, as JSON, to a Message. Nothing in an update is trusted to be there or of its type."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.channels.message import Attachment, Message
from bot.channels.wire import JsonObject, as_object, clean, identifier_at, integer_at, list_at, object_at, text_at

NAME = "telegram"
# A question corrected this soon is asked again; a later edit, or one of a command, is not for the bot.
EDIT_WINDOW_SECONDS = 600
PRIVATE = "private"
CHAT_KINDS = frozenset({PRIVATE, "group", "supergroup"})
ATTACHMENTS = {
    "photo": Attachment.PHOTO,
    "voice": Attachment.VOICE,
    "audio": Attachment.VOICE,
    "sticker": Attachment.STICKER,
    # A GIF has "animation" and, for old programs, "document" too: the first match wins.
    "animation": Attachment.OTHER,
    "document": Attachment.FILE,
    "location": Attachment.LOCATION,
    "venue": Attachment.LOCATION,
    "video": Attachment.OTHER,
    "video_note": Attachment.OTHER,
    "contact": Attachment.OTHER,
    "poll": Attachment.OTHER,
    "dice": Attachment.OTHER,
    "story": Attachment.OTHER,
}
# Member states in which the bot cannot write to the chat.
OUTSIDE = frozenset({"left", "kicked"})


@dataclass(frozen=True, slots=True)
class Account:
    """The bot's own account: what a group must say to address it, and its name here."""

    id: int
    username: str
    name: str = NAME


def update_id_of(update: JsonObject) -> int | None:
    """The update's number; None for something that is no update."""
    return integer_at(update, "update_id")


def callback_id_of(update: JsonObject) -> str:
    """The id to answer so that the tapped button stops its spinner; empty when nothing was tapped."""
    return identifier_at(object_at(update, "callback_query"), "id")


def read_update(update: JsonObject, account: Account, received_at: datetime) -> Message | None:
    """The message in an update; None for what is not addressed to the bot or not understood."""
    number = update_id_of(update)
    if number is None:
        return None
    for kind, read in READ.items():
        if kind in update:
            return read(_Reader(f"u{number}", account, received_at), object_at(update, kind))
    return None


@dataclass(slots=True)
class _Reader:
    id: str
    account: Account
    received_at: datetime

    def message(self, wire: JsonObject) -> Message | None:
        """A new message, if it is for the bot."""
        attachment = None
        if not ATTACHMENTS.keys().isdisjoint(wire):
            attachment = next((kind for key, kind in ATTACHMENTS.items() if wire.get(key)), None)
        text = clean(text_at(wire, "text") or text_at(wire, "caption"))
        if not self._is_addressed(wire) or (not text and attachment is None):
            return None
        text = self._without_mention(text)
        start = _start_payload(text)
        return self._build(wire, text, payload=start, attachment=attachment)

    def edited(self, wire: JsonObject) -> Message | None:
        """A corrected question counts as a new one; anything else edited is ignored."""
        edited_at, sent_at = integer_at(wire, "edit_date"), integer_at(wire, "date")
        if edited_at is None or sent_at is None or edited_at - sent_at > EDIT_WINDOW_SECONDS:
            return None
        if not text_at(wire, "text") or text_at(wire, "text").startswith("/"):
            return None
        return self.message(wire)

    def tap(self, wire: JsonObject) -> Message | None:
        """A tapped button: its data, and the message it hangs on."""
        data, under = clean(text_at(wire, "data")), object_at(wire, "message")
        if not data:
            return None
        return self._build(under, "", payload=data, edits=identifier_at(under, "message_id") or None)

    def membership(self, wire: JsonObject) -> Message | None:
        """The person blocked or unblocked the bot, or a group removed or added it."""
        before = text_at(object_at(wire, "old_chat_member"), "status") in OUTSIDE
        after = text_at(object_at(wire, "new_chat_member"), "status") in OUTSIDE
        if before == after:
            return None
        return self._build(wire, "", payload="blocked" if after else "unblocked")

    def _build(
        self,
        wire: JsonObject,
        text: str,
        payload: str | None,
        attachment: Attachment | None = None,
        edits: str | None = None,
    ) -> Message | None:
        chat = object_at(wire, "chat")
        address = identifier_at(chat, "id")
        if not address or text_at(chat, "type") not in CHAT_KINDS:
            return None
        return Message(self.account.name, address, self.id, text, self.received_at, payload, attachment, edits)

    def _is_addressed(self, wire: JsonObject) -> bool:
        """In a private chat always; in a group by a command, a mention, or a reply to the bot."""
        text = text_at(wire, "text") or text_at(wire, "caption")
        if text.startswith("/"):
            to_whom = text.split(maxsplit=1)[0].partition("@")[2]
            return not to_whom or to_whom.lower() == self.account.username.lower()
        if text_at(object_at(wire, "chat"), "type") == PRIVATE:
            return True
        answered = integer_at(object_at(wire, "reply_to_message", "from"), "id")
        return answered == self.account.id or self._is_mentioned(wire, text)

    def _is_mentioned(self, wire: JsonObject, text: str) -> bool:
        # Entity offsets count UTF-16 code units.
        encoded = text.encode("utf-16-le", "surrogatepass")
        for entity in map(as_object, list_at(wire, "entities") or list_at(wire, "caption_entities")):
            offset, length = integer_at(entity, "offset"), integer_at(entity, "length")
            if text_at(entity, "type") == "text_mention":
                if integer_at(object_at(entity, "user"), "id") == self.account.id:
                    return True
            elif text_at(entity, "type") == "mention" and offset is not None and length is not None:
                name = encoded[2 * offset : 2 * (offset + length)].decode("utf-16-le", "replace")
                if name.lower() == f"@{self.account.username}".lower():
                    return True
        return False

    def _without_mention(self, text: str) -> str:
        """The text without the bot's name, which addresses it and is no part of the question."""
        name = f"@{self.account.username}".lower()
        if not self.account.username or name not in text.lower():
            return text
        if text.startswith("/"):
            command, blank, rest = text.partition(" ")
            return command.partition("@")[0] + blank + rest
        return " ".join(word for word in text.split(" ") if word.lower().rstrip(",:") != name).strip()


# In this order: what kinds of update are asked for, and how each is read.
READ = {
    "message": _Reader.message,
    "edited_message": _Reader.edited,
    "callback_query": _Reader.tap,
    "my_chat_member": _Reader.membership,
}
UPDATE_KINDS = tuple(READ)


def _start_payload(text: str) -> str | None:
    """``start:CODE`` for ``/start CODE``, the command behind a link t.me/bot?start=CODE."""
    command, _, code = text.partition(" ")
    return f"start:{code.strip()}" if command == "/start" and code.strip() else None
