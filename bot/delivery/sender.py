"""The sender of one channel: ``sending`` is committed before bytes leave, ``sent`` after the platform's answer."""

from __future__ import annotations

import asyncio
import logging
from functools import partial

from sqlalchemy.exc import SQLAlchemyError

from bot.channels.base import (
    AmbiguousError,
    Channel,
    NotConnectedError,
    PermanentError,
    RetryAfterError,
    TemporaryError,
    TokenRefusedError,
    UnreachableError,
)
from bot.channels.message_json import reply_from_json
from bot.delivery.outbox import BLOCKED, INTERACTIVE, Claimed, Limits, Outcome, claim, recover, settle
from bot.delivery.pacing import Left, Pacer
from bot.delivery.replica import Replica
from bot.store.database import Database

log = logging.getLogger(__name__)

LANES = 32  # messages in flight at once: half the connections to a platform
REPLY_LANES = 16  # of these kept for replies: broadcasts that hang must not hold them up
IDLE_SECONDS = 1.0  # how soon messages written by another program, or due later, are noticed
SETTLE_PAUSE_SECONDS = 1.0  # between tries to write down what was sent, while the store is down
TRIES = 8  # with the backoff below: about ten minutes, then the message is reported as failed
BACKOFF_SECONDS = 1.0
BACKOFF_LIMIT_SECONDS = 300.0
LONGEST_DOUBLING = 10  # beyond it the limit holds anyway, and the number would not end


class Sender:
    """Sends one channel's outbox, in order per chat."""

    def __init__(
        self,
        database: Database,
        channel: Channel,
        pacer: Pacer,
        replica: Replica | None = None,
        idle: float = IDLE_SECONDS,
    ) -> None:
        """``replica`` is this program among others that share the outbox; unwoken it looks every ``idle`` seconds."""
        self._idle = idle
        self.name = channel.name
        self.trouble: str | None = None
        """What the platform says of the account's token, in English; None while messages are taken."""
        self._database = database
        self._channel = channel
        self._pacer = pacer
        self._replica = replica or Replica(database)
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._replies: set[asyncio.Task[None]] = set()
        self._broadcasts: set[asyncio.Task[None]] = set()
        self._left: dict[int, Left] = {}
        self._outcomes: list[tuple[Outcome, asyncio.Future[None]]] = []
        self._settling: asyncio.Task[None] | None = None
        self._stopping = False

    async def start(self) -> None:
        """Settle what a crash left, then send."""
        await self.take_over()
        self._task = asyncio.create_task(self._run(), name=f"send-{self._channel.name}")

    def share(self) -> None:
        """Share the pace with the programs that live."""
        self._pacer.programs = len(self._replica.live)

    async def take_over(self) -> None:
        """Take up what programs that are gone left ``sending``."""
        self.share()
        if await self._database.write(lambda session: recover(session, self._channel.name, self._replica.id)):
            self.wake()

    async def stop(self) -> None:
        """Finish the messages in flight; what waits stays stored."""
        self._stopping = True
        self._wake.set()
        if self._task:
            await self._task
        await asyncio.gather(*self._replies, *self._broadcasts)

    def wake(self) -> None:
        """There is something to send."""
        self._wake.set()

    async def _run(self) -> None:
        while not self._stopping:
            self._wake.clear()
            try:
                rows = await self._claim()
            except SQLAlchemyError:
                log.exception("the outbox of %s could not be reached; trying again", self._channel.name)
                rows = []
            for row in rows:
                lane = self._replies if row.priority == INTERACTIVE else self._broadcasts
                task = asyncio.create_task(self._deliver(row))
                lane.add(task)
                task.add_done_callback(partial(self._ended, lane))
            if not rows and not self._stopping:
                await self._rest()

    async def _rest(self) -> None:
        pause = min(self._idle, self._pacer.pause() or self._idle)
        try:
            async with asyncio.timeout(pause):
                await self._wake.wait()
        except TimeoutError:
            return

    async def _claim(self) -> list[Claimed]:
        """What leaves at this moment, and no more: whatever is claimed at a crash is ambiguous."""
        busy = len(self._replies) + len(self._broadcasts)
        replies = min(LANES - busy, self._pacer.free(interactive=True))
        broadcasts = min(LANES - busy, LANES - REPLY_LANES - len(self._broadcasts), self._pacer.free(interactive=False))
        if replies <= 0 and broadcasts <= 0:
            return []
        limits = Limits(replies, broadcasts, self._pacer.resting())
        # First: while messages are handled as fast as they come, what was answered must leave.
        rows = await self._database.write(
            lambda session: claim(session, self._channel.name, self._replica.id, limits), first=True
        )
        for row in rows:
            self._left[row.outbox_id] = self._pacer.took(row.chat_id)
        return rows

    async def _deliver(self, row: Claimed) -> None:
        """Send a message; its lane is taken until what came of it is written down."""
        written: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        try:
            outcome = await self._send(row)
        finally:
            self._pacer.answered(self._left.pop(row.outbox_id))
        self._outcomes.append((outcome, written))
        if self._settling is None or self._settling.done():
            self._settling = asyncio.create_task(self._settle(), name=f"settle-{self._channel.name}")
        await written

    def _ended(self, lane: set[asyncio.Task[None]], task: asyncio.Task[None]) -> None:
        lane.discard(task)  # before the next claim, which counts the lanes
        self.wake()

    async def _settle(self) -> None:
        """Write down what came of attempts; those that end during one commit are written together in the next."""
        while self._outcomes:
            batch, self._outcomes = self._outcomes, []
            try:
                await self._write_down([outcome for outcome, _ in batch])
            finally:
                for _, written in batch:
                    if not written.done():
                        written.set_result(None)

    async def _write_down(self, outcomes: list[Outcome]) -> None:
        while True:
            try:
                return await self._database.write(lambda session: settle(session, outcomes), first=True)
            except SQLAlchemyError:
                if self._stopping:
                    return None
                log.exception("what was sent by %s could not be written down; trying again", self._channel.name)
                await asyncio.sleep(SETTLE_PAUSE_SECONDS)

    async def _send(self, row: Claimed) -> Outcome:
        platform_id, status, error, wait = None, "sent", None, 0.0
        try:
            platform_id = await self._channel.send(row.address, reply_from_json(row.body), row.edits)
            self.trouble = None
        except RetryAfterError as asked:
            self._pacer.hold(asked.seconds)
            status, error, wait = "waiting", "retry_after", asked.seconds
        except UnreachableError as gone:
            status, error = BLOCKED, str(gone)
        except AmbiguousError as broken:
            # The platform may have it: a reply is worth a rare double, a broadcast is not.
            again = row.priority == INTERACTIVE and row.tries < TRIES
            status, error, wait = "waiting" if again else "unknown", str(broken), BACKOFF_SECONDS
        except TemporaryError as trouble:
            refused = isinstance(trouble, TokenRefusedError)
            self.trouble = str(trouble) if refused else self.trouble
            wait = min(BACKOFF_SECONDS * 2 ** min(row.tries - 1, LONGEST_DOUBLING), BACKOFF_LIMIT_SECONDS)
            # A dead token or line is nobody's fault who is written to: everything waits until it is mended.
            waits = refused or isinstance(trouble, NotConnectedError) or row.tries < TRIES
            status, error = "waiting" if waits else "failed", str(trouble)
        except PermanentError as final:
            status, error = "failed", str(final)
        except Exception:
            log.exception("a message of %s could not be made", self._channel.name)
            status, error = "failed", "the program could not make this message"
        return Outcome(row.outbox_id, row.chat_id, row.attempt, status, platform_id, error, wait)
