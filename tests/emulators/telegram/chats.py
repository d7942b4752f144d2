"""Chats with their messages, as the server keeps them."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from .markup import found_entities
from .switches import ApiError, bad_request


@dataclass
class Chat:
    """One chat with the bot. ``blocked`` is a person's block or the bot's removal from a group."""

    id: int
    name: str
    blocked: bool = False
    deactivated: bool = False
    messages: dict[int, dict[str, Any]] = field(default_factory=dict)

    @property
    def is_private(self) -> bool:
        """People have positive ids, groups negative ones."""
        return self.id > 0

    def wire(self) -> dict[str, Any]:
        """The Chat object."""
        if self.is_private:
            return {"id": self.id, "type": "private", "first_name": self.name}
        return {"id": self.id, "type": "supergroup", "title": self.name}


@dataclass(frozen=True)
class SentMessage:
    """A message of the bot as its reader sees it now."""

    chat_id: int
    message_id: int
    text: str
    buttons: tuple[tuple[str, str], ...]
    edited: bool
    kind: str
    """text, photo, document, audio or poll"""
    wire: dict[str, Any] = field(repr=False, compare=False)


class Chats:
    """All chats the bot knows."""

    def __init__(self, bot: dict[str, Any], clock: Callable[[], float]) -> None:
        self._bot = bot
        self._clock = clock
        self._chats: dict[int, Chat] = {}
        self._numbers = itertools.count(1)

    def open(self, chat_id: int, name: str) -> Chat:
        """The chat, made at first contact."""
        return self._chats.setdefault(chat_id, Chat(chat_id, name))

    def writable(self, given: str) -> Chat:
        """The chat that a method names. Raises the server's errors where the bot may not write."""
        chat = self._chats.get(int(given)) if given.lstrip("-").isdecimal() else None
        if chat is None:
            raise bad_request("chat not found" if given else "chat_id is empty")
        if chat.deactivated:
            raise ApiError(403, "Forbidden: user is deactivated")
        if chat.blocked and chat.is_private:
            raise ApiError(403, "Forbidden: bot was blocked by the user")
        if chat.blocked:
            raise ApiError(403, "Forbidden: bot was kicked from the supergroup chat")
        return chat

    def add_from_user(self, chat: Chat, sender: dict[str, Any], content: dict[str, Any]) -> dict[str, Any]:
        """A message of a person."""
        entities = found_entities(content.get("text", ""))
        if entities:
            content = {**content, "entities": entities}
        return self._add(chat, sender, content)

    def add_from_bot(self, chat: Chat, content: dict[str, Any], keyboard: dict[str, Any] | None) -> dict[str, Any]:
        """A message of the bot."""
        return self._add(chat, self._bot, {**content, **({"reply_markup": keyboard} if keyboard else {})})

    def _add(self, chat: Chat, sender: dict[str, Any], content: dict[str, Any]) -> dict[str, Any]:
        number = next(self._numbers)
        message = {
            "message_id": number,
            "from": sender,
            "chat": chat.wire(),
            "date": int(self._clock()),
            **content,
        }
        chat.messages[number] = message
        return message

    def own_message(self, chat: Chat, message_id: int) -> dict[str, Any]:
        """The bot's message to be edited."""
        message = chat.messages.get(message_id)
        if message is None:
            raise bad_request("message to edit not found")
        if message["from"]["id"] != self._bot["id"]:
            raise bad_request("message can't be edited")
        return message

    def sent(self, chat_id: int | None = None) -> list[SentMessage]:
        """The bot's messages of one chat, or of all, in order of sending."""
        chats = self._chats.values() if chat_id is None else filter(None, [self._chats.get(chat_id)])
        views = [
            _view(chat.id, message)
            for chat in chats
            for message in chat.messages.values()
            if message["from"]["id"] == self._bot["id"]
        ]
        return sorted(views, key=lambda view: view.message_id)


def _view(chat_id: int, message: dict[str, Any]) -> SentMessage:
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    return SentMessage(
        chat_id=chat_id,
        message_id=message["message_id"],
        text=message.get("text", message.get("caption", "")),
        buttons=tuple((button["text"], button.get("callback_data", "")) for row in rows for button in row),
        edited="edit_date" in message,
        kind=next((kind for kind in ("photo", "document", "audio", "poll") if kind in message), "text"),
        wire=message,
    )
