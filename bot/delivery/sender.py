"""The sender of one channel: ``sending`` is committed before bytes leave, ``sent`` after the platform's answer."""

from __future__ import annotations

import asyncio
import logging
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, col, select

from bot.channels.base import AmbiguousError, Channel, PermanentError, RetryAfterError, TemporaryError, UnreachableError
from bot.channels.message_json import reply_from_json
from bot.delivery.pacing import Pacer
from bot.store.database import Database
from bot.store.tables import Chat, Outbox, utc_now

log = logging.getLogger(__name__)

BATCH = 32  # messages claimed in one commit
IDLE_SECONDS = 1.0  # how soon messages written by another process, or due later, are noticed
TRIES = 8  # with the backoff below: about ten minutes, then the message is reported as failed
BACKOFF_SECONDS = 1.0
BACKOFF_LIMIT_SECONDS = 300.0
INTERACTIVE = 0  # priority of a reply somebody waits for; broadcasts come after


@dataclass(frozen=True, slots=True)
class _Outcome:
    outbox_id: int
    chat_id: int
    status: str
    platform_id: str | None = None
    error: str | None = None
    wait: float = 0.0


def recover(session: Session, channel: str) -> int:
    """After a stop or crash: what was ``sending`` is ambiguous. A reply is sent again, a broadcast is not."""
    rows = session.exec(select(Outbox).where(Outbox.channel == channel, Outbox.status == "sending")).all()
    for row in rows:
        row.status = "waiting" if row.priority == INTERACTIVE else "unknown"
    return len(rows)


def _is_due(row: Outbox, now: datetime) -> bool:
    """Whether a message may go; one written "later" than now means that the clock went back: it must not wait."""
    return row.not_before <= now or row.created_at > now


class Sender:
    """Sends one channel's outbox, in order per chat."""

    def __init__(self, database: Database, channel: Channel, pacer: Pacer) -> None:
        self._database = database
        self._channel = channel
        self._pacer = pacer
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._stopping = False

    async def start(self) -> None:
        """Settle what a crash left, then send."""
        await self._database.write(lambda session: recover(session, self._channel.name))
        self._task = asyncio.create_task(self._run(), name=f"send-{self._channel.name}")

    async def stop(self) -> None:
        """Finish the messages in flight; what waits stays stored."""
        self._stopping = True
        self._wake.set()
        if self._task:
            await self._task

    def wake(self) -> None:
        """There is something to send."""
        self._wake.set()

    async def _run(self) -> None:
        while not self._stopping:
            self._wake.clear()
            try:
                sent = await self._round()
            except SQLAlchemyError:
                log.exception("the outbox of %s could not be reached; trying again", self._channel.name)
                sent = 0
            if not sent and not self._stopping:
                try:
                    await asyncio.wait_for(self._wake.wait(), IDLE_SECONDS)
                except TimeoutError:
                    continue

    async def _round(self) -> int:
        rows = await self._database.write(self._claim)
        if not rows:
            return 0
        outcomes = await asyncio.gather(*(self._send(row, address) for row, address in rows))
        await self._database.write(lambda session: self._settle(session, list(outcomes)))
        return len(rows)

    def _claim(self, session: Session) -> list[tuple[Outbox, str]]:
        """The next messages, at most one a chat, so that a chat's replies stay in order."""
        earlier = (
            select(Outbox.id)
            .where(Outbox.channel == self._channel.name, col(Outbox.status).in_(("waiting", "sending")))
            .order_by(col(Outbox.priority), col(Outbox.id))
            .limit(BATCH * 4)
        )
        rows = session.exec(
            select(Outbox, Chat.address)
            .join(Chat, col(Chat.id) == col(Outbox.chat_id))
            .where(col(Outbox.id).in_(earlier))
            .order_by(col(Outbox.priority), col(Outbox.id))
            .with_for_update(skip_locked=True, of=Outbox)
        ).all()
        now = utc_now()
        taken: dict[int, tuple[Outbox, str]] = {}
        busy: set[int] = set()
        for row, address in rows:
            if row.chat_id in busy:
                continue
            busy.add(row.chat_id)
            if row.status == "waiting" and _is_due(row, now) and len(taken) < BATCH:
                row.status, row.attempt = "sending", secrets.token_hex(8)
                row.tries += 1
                taken[row.chat_id] = (row, address)
        return list(taken.values())

    async def _send(self, row: Outbox, address: str) -> _Outcome:
        outbox_id = row.id or 0
        await self._pacer.wait(row.chat_id)
        try:
            platform_id = await self._channel.send(address, reply_from_json(row.body), row.edits)
        except RetryAfterError as error:
            self._pacer.hold(error.seconds)
            return _Outcome(outbox_id, row.chat_id, "waiting", error="retry_after", wait=error.seconds)
        except UnreachableError as error:
            return _Outcome(outbox_id, row.chat_id, "blocked", error=str(error))
        except AmbiguousError as error:
            # The platform may have it: a reply is worth a rare double, a broadcast is not.
            status = "waiting" if row.priority == INTERACTIVE and row.tries < TRIES else "unknown"
            return _Outcome(outbox_id, row.chat_id, status, error=str(error), wait=BACKOFF_SECONDS)
        except TemporaryError as error:
            if row.tries >= TRIES:
                return _Outcome(outbox_id, row.chat_id, "failed", error=str(error))
            backoff = min(BACKOFF_SECONDS * 2 ** (row.tries - 1), BACKOFF_LIMIT_SECONDS)
            return _Outcome(outbox_id, row.chat_id, "waiting", error=str(error), wait=backoff)
        except PermanentError as error:
            return _Outcome(outbox_id, row.chat_id, "failed", error=str(error))
        return _Outcome(outbox_id, row.chat_id, "sent", platform_id=platform_id)

    def _settle(self, session: Session, outcomes: list[_Outcome]) -> None:
        now = utc_now()
        for outcome in outcomes:
            blocked = outcome.status == "blocked"
            session.execute(
                update(Outbox)
                .where(col(Outbox.id) == outcome.outbox_id)
                .values(
                    status="failed" if blocked else outcome.status,
                    platform_id=outcome.platform_id,
                    error=outcome.error,
                    sent_at=now if outcome.status == "sent" else None,
                    not_before=now + timedelta(seconds=outcome.wait),
                )
            )
            if blocked:
                session.execute(update(Chat).where(col(Chat.id) == outcome.chat_id).values(reachable=False))
