"""What the web chat reads: the replies to a message, and what came since, straight from the outbox."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, col, select

from bot.channels.message import Message
from bot.delivery.inbox import DurableInbox
from bot.store.database import Database
from bot.store.tables import Chat, Inbox, Outbox, utc_now

RECHECK_SECONDS = 1.0  # a reply written by another replica is noticed this soon
HISTORY_HOURS = 24  # the text of messages is blanked after this long (bot/jobs/retention.py)
NOTICE_DAYS = 30  # what was sent unasked is shown this long to who opens the page again (bot/jobs/retention.py)
HISTORY_LIMIT = 60  # entries shown when a page is opened again


@dataclass(frozen=True, slots=True)
class StoredReply:
    """A reply and its number in the outbox, which grows with time."""

    number: int
    body: dict[str, Any]


class ReplyReader:
    """Waits for replies; woken by the worker, and looking again now and then for other replicas' work."""

    def __init__(self, database: Database, inbox: DurableInbox) -> None:
        self._database = database
        self._inbox = inbox
        self._waiting: defaultdict[int, set[asyncio.Event]] = defaultdict(set)
        self._closing = False

    def notify(self, chat_id: int) -> None:
        """Something was written for this chat."""
        for event in self._waiting.get(chat_id, ()):
            event.set()

    def close(self) -> None:
        """Let every waiting page go: the server stops."""
        self._closing = True
        for events in self._waiting.values():
            for event in events:
                event.set()

    async def answer(self, message: Message, timeout: float) -> list[StoredReply] | None:
        """Store a message and return its replies; None when they take longer than ``timeout`` seconds.

        The same message id gives the same replies. Raises StoreUnavailableError.
        """
        stored = await self._inbox.store(message)
        deadline = asyncio.get_running_loop().time() + timeout
        with self._listening(stored.chat_id) as event:
            while True:
                event.clear()
                replies = await self._database.read(lambda session: _replies_to(session, stored.inbox_id))
                left = deadline - asyncio.get_running_loop().time()
                if replies is not None or left <= 0 or self._closing:
                    return replies
                await _wait(event, min(left, RECHECK_SECONDS))

    async def since(self, address: str, after: int, timeout: float) -> list[StoredReply]:
        """Replies to a web chat numbered above ``after``, waiting up to ``timeout`` seconds for the first."""
        chat_id = await self._database.read(lambda session: _chat_id(session, address))
        if chat_id is None:
            return []
        deadline = asyncio.get_running_loop().time() + timeout
        with self._listening(chat_id) as event:
            while True:
                event.clear()
                replies = await self._database.read(lambda session: _since(session, chat_id, after))
                left = deadline - asyncio.get_running_loop().time()
                if replies or left <= 0 or self._closing:
                    return replies
                await _wait(event, min(left, RECHECK_SECONDS))

    async def history(self, address: str) -> list[dict[str, Any]]:
        """What was said lately in a web chat, oldest first: ``{"from": "resident"|"bot", ...}``."""
        return await self._database.read(lambda session: _history(session, address))

    async def knows(self, address: str) -> bool:
        """Whether a web chat exists."""
        return await self._database.read(lambda session: _chat_id(session, address)) is not None

    def _listening(self, chat_id: int) -> _Listening:
        return _Listening(self._waiting, chat_id)


class _Listening:
    def __init__(self, waiting: defaultdict[int, set[asyncio.Event]], chat_id: int) -> None:
        self._waiting = waiting
        self._chat_id = chat_id
        self._event = asyncio.Event()

    def __enter__(self) -> asyncio.Event:
        self._waiting[self._chat_id].add(self._event)
        return self._event

    def __exit__(self, *_: object) -> None:
        events = self._waiting[self._chat_id]
        events.discard(self._event)
        if not events:
            del self._waiting[self._chat_id]


async def _wait(event: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(event.wait(), seconds)
    except TimeoutError:
        return


def _chat_id(session: Session, address: str) -> int | None:
    return session.exec(select(Chat.id).where(Chat.channel == "web", Chat.address == address)).first()


def _replies_to(session: Session, inbox_id: int) -> list[StoredReply] | None:
    row = session.get(Inbox, inbox_id)
    if row is None or row.status == "new":
        return None
    rows = session.exec(select(Outbox).where(Outbox.inbox_id == inbox_id).order_by(col(Outbox.id))).all()
    return [StoredReply(one.id or 0, one.body) for one in rows]


def _since(session: Session, chat_id: int, after: int) -> list[StoredReply]:
    rows = session.exec(
        select(Outbox)
        .where(Outbox.chat_id == chat_id, col(Outbox.id) > after)
        .order_by(col(Outbox.id))
        .limit(HISTORY_LIMIT)
    ).all()
    return [StoredReply(row.id or 0, row.body) for row in rows]


def _history(session: Session, address: str) -> list[dict[str, Any]]:
    chat_id = _chat_id(session, address)
    if chat_id is None:
        return []
    since = utc_now() - timedelta(hours=HISTORY_HOURS)
    said = session.exec(
        select(Inbox)
        .where(Inbox.chat_id == chat_id, Inbox.received_at >= since)
        .order_by(col(Inbox.id).desc())
        .limit(HISTORY_LIMIT // 2)
    ).all()
    entries: list[tuple[datetime, dict[str, Any]]] = []
    for row in reversed(said):
        if shown := row.body.get("text"):
            entries.append((row.received_at, {"from": "resident", "text": shown}))
        replies = session.exec(select(Outbox).where(Outbox.inbox_id == row.id).order_by(col(Outbox.id))).all()
        entries += [(row.received_at, _from_bot(reply)) for reply in replies]
    entries += [(notice.created_at, _from_bot(notice)) for notice in _notices(session, chat_id)]
    ordered = sorted(entries, key=lambda one: one[0])  # keeps the replies to a message behind it
    return [entry for _, entry in ordered[-HISTORY_LIMIT:]]


def _notices(session: Session, chat_id: int) -> Sequence[Outbox]:
    """What was sent to the chat without being asked for just then."""
    since = utc_now() - timedelta(days=NOTICE_DAYS)
    return session.exec(
        select(Outbox)
        .where(Outbox.chat_id == chat_id, col(Outbox.inbox_id).is_(None), Outbox.created_at >= since)
        .order_by(col(Outbox.id))
        .limit(HISTORY_LIMIT // 2)
    ).all()


def _from_bot(row: Outbox) -> dict[str, Any]:
    return {"from": "bot", "number": row.id, **row.body}
