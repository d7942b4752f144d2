"""The worker: takes each chat's messages in order, asks the conversation, and writes its replies with its changes."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Container
from typing import Any

from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError
from sqlmodel import Session, col, select

from bot.channels.message import Message, Reply
from bot.channels.message_json import message_from_body, reply_to_json
from bot.delivery.broadcasts import drop_for
from bot.delivery.notices import release_held
from bot.delivery.reach import STOPPED_KEY
from bot.store.database import Database
from bot.store.repositories import bind, load_context, save_context
from bot.store.tables import Chat, Inbox, Outbox, utc_now

log = logging.getLogger(__name__)

PARALLEL_CHATS = 32  # chats in hand at once: enough to fill a group commit
TRIES_BEFORE_POISON = 3  # a message that fails this often is set aside for staff
RESCAN_SECONDS = 2.0  # how soon messages stored by another process are noticed

Handle = Callable[[Any, Message, Any], list[Reply]]
"""handle(chat context, message, repositories) -> replies; no effect outside them, so it may run again."""


class Worker:
    """Handles messages in order per chat and in parallel across chats."""

    def __init__(
        self,
        database: Database,
        handle: Handle,
        apology: Reply,
        pulling_channels: Container[str],
        on_replies: Callable[[str, int, int], None],
    ) -> None:
        """``on_replies(channel, chat_id, inbox_id)`` is told of every message done.

        ``pulling_channels`` fetch their replies from the outbox themselves (the web chat): nothing is to be sent.
        """
        self._database = database
        self._handle = handle
        self._apology = apology
        self._pulling = pulling_channels
        self._on_replies = on_replies
        self._active: set[int] = set()
        self._again: set[int] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._slots = asyncio.Semaphore(PARALLEL_CHATS)
        self._scanner: asyncio.Task[None] | None = None
        self._stopping = False

    async def start(self) -> None:
        """Take up what a stop or crash left behind, then wait to be woken."""
        await self._scan()
        self._scanner = asyncio.create_task(self._rescan(), name="inbox-scan")

    async def stop(self) -> None:
        """Finish the messages in hand; what waits stays stored."""
        self._stopping = True
        if self._scanner:
            self._scanner.cancel()
            await asyncio.gather(self._scanner, return_exceptions=True)
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def wake(self, chat_id: int) -> None:
        """A message of this chat is stored."""
        if self._stopping:
            return
        if chat_id in self._active:
            self._again.add(chat_id)
            return
        self._active.add(chat_id)
        task = asyncio.create_task(self._run_chat(chat_id))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _rescan(self) -> None:
        while True:
            await asyncio.sleep(RESCAN_SECONDS)
            try:
                await self._scan()
            except SQLAlchemyError:
                log.exception("the inbox could not be read; trying again")

    async def _scan(self) -> None:
        statement = select(Inbox.chat_id).where(Inbox.status == "new").distinct()
        for chat_id in await self._database.read(lambda session: list(session.exec(statement))):
            if chat_id not in self._active:
                self.wake(chat_id)

    async def _run_chat(self, chat_id: int) -> None:
        try:
            async with self._slots:
                while not self._stopping:
                    self._again.discard(chat_id)  # what is stored until now is seen by the next step
                    if not await self._step(chat_id) and chat_id not in self._again:
                        break
        finally:
            self._active.discard(chat_id)
            if chat_id in self._again:
                self._again.discard(chat_id)
                self.wake(chat_id)

    async def _step(self, chat_id: int) -> bool:
        """Handle the chat's next message; False when no other waits or the store is down."""
        try:
            done = await self._database.write(lambda session: self._handle_next(session, chat_id))
        except (OperationalError, InterfaceError):
            log.exception("the store cannot be reached; the message stays in the inbox")
            return False
        except Exception:
            log.exception("handling a message failed")
            done = await self._database.write(lambda session: self._count_failure(session, chat_id))
        if done is None:
            return False
        channel, inbox_id, more = done
        self._on_replies(channel, chat_id, inbox_id)
        return more

    def _handle_next(self, session: Session, chat_id: int) -> tuple[str, int, bool] | None:
        chat, row, more = self._next(session, chat_id)
        if chat is None or row is None:
            return None
        message = message_from_body(chat.channel, chat.address, row.message_id, row.received_at, row.body)
        context = load_context(chat)
        replies = self._handle(context, message, bind(session))
        if context.state.get(STOPPED_KEY) and not chat.state.get(STOPPED_KEY):
            drop_for(session, chat_id)
        save_context(chat, context)
        chat.last_seen_at = utc_now()
        if chat.reachable:
            release_held(session, chat, chat.last_seen_at)
        self._finish(session, chat, row, replies, "done", message.edits)
        return chat.channel, row.id or 0, more

    def _next(self, session: Session, chat_id: int) -> tuple[Chat | None, Inbox | None, bool]:
        """The chat, locked against other replicas, its oldest waiting message, and whether more wait."""
        chat = session.exec(select(Chat).where(Chat.id == chat_id).with_for_update(skip_locked=True)).first()
        if chat is None:
            return None, None, False
        rows = session.exec(
            select(Inbox).where(Inbox.chat_id == chat_id, Inbox.status == "new").order_by(col(Inbox.id)).limit(2)
        ).all()
        return chat, rows[0] if rows else None, len(rows) > 1

    def _count_failure(self, session: Session, chat_id: int) -> tuple[str, int, bool] | None:
        chat, row, more = self._next(session, chat_id)
        if chat is None or row is None:
            return None
        row.tries += 1
        if row.tries < TRIES_BEFORE_POISON:
            return chat.channel, 0, True
        self._finish(session, chat, row, [self._apology], "poison", None)
        return chat.channel, row.id or 0, more

    def _finish(
        self, session: Session, chat: Chat, row: Inbox, replies: list[Reply], status: str, edits: str | None
    ) -> None:
        now = utc_now()
        pulled = chat.channel in self._pulling
        for reply in replies:
            session.add(
                Outbox(
                    inbox_id=row.id,
                    chat_id=chat.id or 0,
                    channel=chat.channel,
                    body=reply_to_json(reply),
                    edits=edits if reply.edit else None,
                    status="sent" if pulled else "waiting",
                    not_before=now,
                    created_at=now,
                    sent_at=now if pulled else None,
                )
            )
        row.status = status
        row.done_at = now
