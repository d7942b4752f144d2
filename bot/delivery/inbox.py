"""The durable inbox: a message is stored once, before its platform is answered."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC
from functools import cache, partial
from typing import Any, NamedTuple

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError
from sqlmodel import Session, col, select

from bot.channels.base import StoreUnavailableError
from bot.channels.message import TEXT_LIMIT, Message
from bot.channels.message_json import message_body
from bot.store.database import Database, DatabaseClosedError
from bot.store.tables import Chat, Inbox, utc_now

FLOOD = 16  # messages that came during one commit: hundreds a second, more than are answered
REMEMBERED_CHATS = 100_000  # ids in memory, about 20 MB
STORE_DOWN = (OperationalError, InterfaceError, DatabaseClosedError)
AT_ONCE = 128  # messages in one statement: SQLite takes 32,766 values, and who waits should not wait for more


class Stored(NamedTuple):
    """Where a message lies; ``new`` is False when it was there before."""

    inbox_id: int
    chat_id: int
    new: bool


def cleaned(text: str) -> str:
    """Text that every database can hold: no NUL, no lone surrogates, at most TEXT_LIMIT characters."""
    kept = text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")
    return kept[:TEXT_LIMIT]


def store_messages(
    session: Session, messages: Sequence[Message], remembered: Mapping[tuple[str, str], int]
) -> list[Stored]:
    """Write messages in their order and, at first contact, their chats; few statements for many messages.

    ``remembered`` are the ids of chats known to be stored, by channel and address: a chat's row is never deleted.
    """
    keys = {(message.channel, message.chat) for message in messages}
    chats = {key: remembered[key] for key in keys if key in remembered}
    if len(chats) < len(keys):
        chats |= _chat_ids(session, keys - chats.keys())
    wanted = {(message.channel, message.id): message for message in reversed(messages)}  # the first of twins stays
    rows = [
        _inbox_values(message, chats[message.channel, message.chat])
        for message in messages
        if wanted.get((message.channel, message.id)) is message
    ]
    new = {(channel, number): inbox_id for inbox_id, channel, number in _insert_messages(session, rows)}
    known = _known(session, [key for key in wanted if key not in new])
    stored = []
    for message in messages:
        key = (message.channel, message.id)
        if key in new:
            stored.append(Stored(new[key], chats[message.channel, message.chat], wanted[key] is message))
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
        moment = row["received_at"].astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")
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
    make = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    statement = make(table).on_conflict_do_nothing().returning(columns.id, *unique)
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


_Waiting = tuple[Message, asyncio.Future[Stored]]


class DurableInbox:
    """What channels call; ``on_stored`` wakes the worker once the message is committed.

    Messages that come while others are being committed are written together in the next commit.
    """

    def __init__(self, database: Database, on_stored: Callable[[int], None]) -> None:
        self._database = database
        self._on_stored = on_stored
        self._waiting: list[_Waiting] = []
        self._task: asyncio.Task[None] | None = None
        self._chats: dict[tuple[str, str], int] = {}

    async def store(self, message: Message) -> Stored:
        """Store a message and wake the worker for its chat. Raises StoreUnavailableError."""
        done: asyncio.Future[Stored] = asyncio.get_running_loop().create_future()
        self._waiting.append((message, done))
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._write(), name="inbox")
        return await done

    async def receive(self, message: Message) -> bool:
        """As the channels' Receive: False when the message was stored before."""
        return (await self.store(message)).new

    def forget_addresses(self) -> None:
        """Look chats up again: the address of one that was deleted and silent for a day is taken off its row."""
        self._chats.clear()

    async def _write(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:AT_ONCE], self._waiting[AT_ONCE:]
            try:
                await self._write_together(batch)
            except STORE_DOWN as error:
                _refuse(batch, error)
            except SQLAlchemyError:
                # One that the database refuses must not keep the others out.
                for one in batch:
                    try:
                        await self._write_together([one])
                    except (SQLAlchemyError, DatabaseClosedError) as error:
                        _refuse([one], error)

    async def _write_together(self, batch: list[_Waiting]) -> None:
        messages = [message for message, _ in batch]
        unit = partial(store_messages, messages=messages, remembered=self._chats)
        stored = await self._database.write(unit, urgent=True, flood=len(batch) >= FLOOD)
        if len(self._chats) > REMEMBERED_CHATS:
            self._chats.clear()
        for message, one in zip(messages, stored, strict=True):
            self._chats[message.channel, message.chat] = one.chat_id
        for (_, done), one in zip(batch, stored, strict=True):
            if one.new:
                self._on_stored(one.chat_id)
            if not done.done():
                done.set_result(one)


def _refuse(batch: list[_Waiting], error: Exception) -> None:
    for _, done in batch:
        if not done.done():
            failure = StoreUnavailableError("the inbox could not store a message")
            failure.__cause__ = error
            done.set_exception(failure)
