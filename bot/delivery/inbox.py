"""The durable inbox: a message is stored once, before its platform is answered."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, col, select

from bot.channels.base import StoreUnavailableError
from bot.channels.message import TEXT_LIMIT, Message
from bot.channels.message_json import message_body
from bot.store.database import Database, DatabaseClosedError
from bot.store.sql import insert_ignoring
from bot.store.tables import Chat, Inbox, utc_now


class Stored(NamedTuple):
    """Where a message lies; ``new`` is False when it was there before."""

    inbox_id: int
    chat_id: int
    new: bool


def cleaned(text: str) -> str:
    """Text that every database can hold: no NUL, no lone surrogates, at most TEXT_LIMIT characters."""
    kept = text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")
    return kept[:TEXT_LIMIT]


def store_message(session: Session, message: Message) -> Stored:
    """Write a message and, at first contact, its chat."""
    chat_id = session.exec(select(Chat.id).where(Chat.channel == message.channel, Chat.address == message.chat)).first()
    if chat_id is None:
        now = utc_now()
        chat_id = (
            insert_ignoring(
                session,
                Chat,
                {
                    "channel": message.channel,
                    "address": message.chat,
                    "state": {},
                    "reachable": True,
                    "created_at": now,
                    "last_seen_at": now,
                },
            )
            or session.exec(
                select(col(Chat.id)).where(Chat.channel == message.channel, Chat.address == message.chat)
            ).one()
        )
    body = message_body(message)
    body["text"] = cleaned(message.text)
    if message.payload is not None:
        body["payload"] = cleaned(message.payload)
    inbox_id = insert_ignoring(
        session,
        Inbox,
        {
            "channel": message.channel,
            "message_id": message.id,
            "chat_id": chat_id,
            "body": body,
            "received_at": message.received_at,
            "status": "new",
            "tries": 0,
        },
    )
    if inbox_id is not None:
        return Stored(inbox_id, chat_id or 0, True)
    known = session.exec(select(Inbox).where(Inbox.channel == message.channel, Inbox.message_id == message.id)).one()
    return Stored(known.id or 0, known.chat_id, False)


class DurableInbox:
    """What channels call; ``on_stored`` wakes the worker once the message is committed."""

    def __init__(self, database: Database, on_stored: Callable[[int], None]) -> None:
        self._database = database
        self._on_stored = on_stored

    async def store(self, message: Message) -> Stored:
        """Store a message and wake the worker for its chat. Raises StoreUnavailableError."""
        try:
            stored = await self._database.write(lambda session: store_message(session, message))
        except (SQLAlchemyError, DatabaseClosedError) as error:
            raise StoreUnavailableError("the inbox could not store a message") from error
        if stored.new:
            self._on_stored(stored.chat_id)
        return stored

    async def receive(self, message: Message) -> bool:
        """As the channels' Receive: False when the message was stored before."""
        return (await self.store(message)).new
