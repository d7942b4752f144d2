"""The durable inbox: a message is stored once, before its platform is answered."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, col, select

from bot.channels.base import StoreUnavailableError
from bot.channels.message import TEXT_LIMIT, Message
from bot.channels.message_json import message_body
from bot.store.database import Database, DatabaseClosedError
from bot.store.gathering import Gathering
from bot.store.sql import insert_into
from bot.store.tables import Chat, Inbox, utc_now

FLOOD = 16  # messages that came during one commit: hundreds a second, more than are answered
REMEMBERED_CHATS = 100_000  # ids in memory, about 20 MB
MOMENT = 26  # characters of 2026-11-22 02:18:03.123456, as SQLite keeps a time
AT_ONCE = 128  # messages in one statement: SQLite takes 32,766 values, and who waits should not wait for more


class Stored(NamedTuple):
    """Where a message lies; ``new`` is False when it was there before."""

    inbox_id: int
    chat_id: int
    new: bool


def cleaned(text: str) -> str:
    """Text that every database can hold: no NUL, no lone surrogates, at most TEXT_LIMIT characters."""
    text = text[:TEXT_LIMIT]
    return text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")


def store_messages(
    session: Session, messages: Sequence[Message], remembered: Mapping[tuple[str, str], int]
) -> list[Stored]:
    """Write messages in their order and, at first contact, their chats; few statements for many messages.

    ``remembered`` are the ids of chats known to be stored, by channel and address: a chat's row is never deleted.
    """
    chats: dict[tuple[str, str], int] = {}
    missing: set[tuple[str, str]] = set()
    wanted: dict[tuple[str, str], Message] = {}
    for message in messages:
        key = (message.channel, message.chat)
        if (chat_id := remembered.get(key)) is None:
            missing.add(key)
        else:
            chats[key] = chat_id
        wanted.setdefault((message.channel, message.id), message)  # the first of twins stays
    if missing:
        chats |= _chat_ids(session, missing)
    rows = [_inbox_values(message, chats[message.channel, message.chat]) for message in wanted.values()]
    new = {(channel, number): inbox_id for inbox_id, channel, number in _insert_messages(session, rows)}
    known = _known(session, [key for key in wanted if key not in new]) if len(new) < len(wanted) else {}
    stored = []
    for message in messages:
        key = (message.channel, message.id)
        if (inbox_id := new.get(key)) is not None:
            stored.append(Stored(inbox_id, chats[message.channel, message.chat], wanted[key] is message))
        else:
            stored.append(Stored(*known[key], False))
    return stored


def _inbox_values(message: Message, chat_id: int) -> dict[str, Any]:
    body = message_body(message)
    body["text"] = cleaned(message.text)
    if message.payload is not None:
        body["payload"] = cleaned(message.payload)
    return {
        "channel": message.channel,
        "message_id": message.id,
        "chat_id": chat_id,
        "body": body,
        "received_at": message.received_at,
        "status": "new",
        "tries": 0,
    }


def _insert_messages(session: Session, rows: list[dict[str, Any]]) -> Sequence[Any]:
    """As ``_insert``; on SQLite by the driver itself, for which building the statement anew costs most of the time."""
    if session.get_bind().dialect.name != "sqlite" or not rows:
        return _insert(session, Inbox, rows)
    values: list[Any] = []
    for row in rows:
        moment = row["received_at"].astimezone(UTC).isoformat(" ", "microseconds")[:MOMENT]
        values += (row["channel"], row["message_id"], row["chat_id"], json.dumps(row["body"]), moment)
    return session.connection().exec_driver_sql(_many_messages(len(rows)), tuple(values)).all()


@cache
def _many_messages(count: int) -> str:
    columns = "channel, message_id, chat_id, body, received_at, status, tries"
    values = ", ".join(["(?, ?, ?, ?, ?, 'new', 0)"] * count)
    # Nothing of a message is in the statement itself.
    return f"INSERT INTO inbox ({columns}) VALUES {values} ON CONFLICT DO NOTHING RETURNING id, channel, message_id"  # noqa: S608


def _insert(session: Session, table: Any, rows: list[dict[str, Any]]) -> Sequence[Any]:
    """Insert what is new, in one statement: (id, and the two columns of the unique key) of each new row.

    Two programs that insert twins crosswise are told apart by PostgreSQL, and one tries again.
    """
    if not rows:
        return ()
    columns = table.__table__.c
    unique = (columns.channel, columns.message_id if table is Inbox else columns.address)
    statement = insert_into(session, table).on_conflict_do_nothing().returning(columns.id, *unique)
    return session.connection().execute(statement, rows).all()


def _chat_ids(session: Session, keys: set[tuple[str, str]]) -> dict[tuple[str, str], int]:
    found = _find_chats(session, keys)
    missing = sorted(keys - found.keys())
    if not missing:
        return found
    now = utc_now()
    fresh: dict[str, Any] = {"person_id": None, "state": {}, "reachable": True, "created_at": now, "last_seen_at": now}
    _insert(session, Chat, [{"channel": channel, "address": address, **fresh} for channel, address in missing])
    return found | _find_chats(session, set(missing))


def _find_chats(session: Session, keys: set[tuple[str, str]]) -> dict[tuple[str, str], int]:
    found: dict[tuple[str, str], int] = {}
    for channel in {channel for channel, _ in keys}:
        addresses = [address for one, address in keys if one == channel]
        statement = select(Chat.id, Chat.address).where(Chat.channel == channel, col(Chat.address).in_(addresses))
        found |= {(channel, address): chat_id or 0 for chat_id, address in session.exec(statement)}
    return found


def _known(session: Session, keys: list[tuple[str, str]]) -> dict[tuple[str, str], tuple[int, int]]:
    """(inbox id, chat id) of messages that were stored before."""
    found: dict[tuple[str, str], tuple[int, int]] = {}
    for channel in {channel for channel, _ in keys}:
        numbers = [number for one, number in keys if one == channel]
        statement = select(Inbox.id, Inbox.chat_id, Inbox.message_id).where(
            Inbox.channel == channel, col(Inbox.message_id).in_(numbers)
        )
        found |= {(channel, number): (inbox_id or 0, chat_id) for inbox_id, chat_id, number in session.exec(statement)}
    return found


class DurableInbox:
    """What channels call; ``on_stored`` wakes the worker once the message is committed."""

    def __init__(self, database: Database, on_stored: Callable[[int], None]) -> None:
        self._on_stored = on_stored
        self._gathering = Gathering(database, self._write, AT_ONCE, self._written, FLOOD)
        self._chats: dict[tuple[str, str], int] = {}

    async def store(self, message: Message) -> Stored:
        """Store a message and wake the worker for its chat. Raises StoreUnavailableError."""
        try:
            return await self._gathering.put(message)
        except (SQLAlchemyError, DatabaseClosedError) as error:
            raise StoreUnavailableError("the inbox could not store a message") from error

    async def receive(self, message: Message) -> bool:
        """As the channels' Receive: False when the message was stored before."""
        return (await self.store(message)).new

    def forget_addresses(self) -> None:
        """Look chats up again: the address of one that was deleted and silent for a day is taken off its row."""
        self._chats = {}

    def _write(self, session: Session, messages: Sequence[Message]) -> list[Stored]:
        if len(self._chats) > REMEMBERED_CHATS:
            self._chats = {}
        return store_messages(session, messages, self._chats)

    def _written(self, messages: Sequence[Message], stored: Sequence[Stored]) -> None:
        for message, one in zip(messages, stored, strict=True):
            self._chats[message.channel, message.chat] = one.chat_id
            if one.new:
                self._on_stored(one.chat_id)
