"""The worker: takes each chat's messages in order, asks the conversation, and writes its replies with its changes."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Container
from typing import Any

from sqlmodel import Session, select

from bot.channels.message import Message, Reply
from bot.delivery.broadcasts import drop_for
from bot.delivery.notices import release_held
from bot.delivery.reach import STOPPED_KEY
from bot.delivery.taking import Taken, count_try, finish, take
from bot.repeating import every
from bot.store.database import STORE_DOWN, Database
from bot.store.repositories import bind, load_context, save_context
from bot.store.tables import Inbox, utc_now

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
        self._scanner = asyncio.create_task(every("the look at the inbox", RESCAN_SECONDS, self._scan))

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
        except STORE_DOWN:
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
        taken = take(session, chat_id)
        if taken is None:
            return None
        message = taken.message()
        context = load_context(taken.chat)
        replies = self._handle(context, message, bind(session, taken.chat.channel))
        if context.state.get(STOPPED_KEY) and not taken.chat.state.get(STOPPED_KEY):
            drop_for(session, chat_id)
        save_context(session, context)
        if context.reachable:
            release_held(session, taken.chat, utc_now())
        return self._finish(session, taken, replies, "done", message.edits)

    def _count_failure(self, session: Session, chat_id: int) -> tuple[str, int, bool] | None:
        taken = take(session, chat_id)
        if taken is None:
            return None
        if taken.inbox.tries + 1 < TRIES_BEFORE_POISON:
            count_try(session, taken)
            return taken.chat.channel, 0, True
        return self._finish(session, taken, [self._apology], "poison", None)

    def _finish(
        self, session: Session, taken: Taken, replies: list[Reply], status: str, edits: str | None
    ) -> tuple[str, int, bool]:
        finish(session, taken, replies, status, edits, sent=taken.chat.channel in self._pulling)
        return taken.chat.channel, taken.inbox.id, taken.more
