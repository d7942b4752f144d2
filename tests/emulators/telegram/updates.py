"""The queue of updates: numbered, kept 24 h, confirmed by offset, held open for a long poll."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .switches import ApiError, Switches

KEPT_SECONDS = 24 * 3600
LONGEST_POLL_SECONDS = 50
# Kinds that a bot gets only when it asks for them by name.
ON_REQUEST = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
SLOW_REPEAT_SECONDS = 3.0
TERMINATED = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"


@dataclass(eq=False)
class Pending:
    """An update that is not confirmed yet; ``copies`` is how often it is still to be delivered.

    An ``early`` one is delivered before the one that came before it.
    """

    body: dict[str, Any]
    at: float
    copies: int = 1
    early: bool = False

    @property
    def id(self) -> int:
        """Its update_id."""
        return int(self.body["update_id"])


def in_delivery_order(entries: list[Pending]) -> list[Pending]:
    """Put each early one before the one that came before it."""
    ordered: list[Pending] = []
    for entry in entries:
        ordered.insert(len(ordered) - entry.early, entry)
    return ordered


class UpdateQueue:
    """Updates in order of arrival."""

    def __init__(self, switches: Switches, clock: Callable[[], float], first_id: int) -> None:
        self.pending: list[Pending] = []
        self.allowed: list[str] = []
        self.added = asyncio.Event()
        self._switches = switches
        self._clock = clock
        self._next_id = first_id
        self._count = 0
        self._waiter: asyncio.Future[str | None] | None = None
        self._last_poll: tuple[int, float] = (0, 0.0)

    def jump(self, next_id: int) -> None:
        """Number on from another value, as the server does after a week without updates."""
        self._next_id = next_id

    def add(self, content: dict[str, Any]) -> int:
        """Queue ``{kind: object}`` under the next number; kinds the bot did not ask for are dropped."""
        number = self._next_id
        kind = next(iter(content))
        if kind not in self.allowed if self.allowed else kind in ON_REQUEST:
            return number
        self._next_id += 1
        self._count += 1
        entry = Pending({"update_id": number, **content}, self._clock())
        if self._switches.duplicate_every and self._count % self._switches.duplicate_every == 0:
            entry.copies = 2
        entry.early = bool(self._switches.reorder_every) and self._count % self._switches.reorder_every == 0
        self.pending.append(entry)
        self._wake(None)
        self.added.set()
        return number

    def confirm(self, offset: int) -> None:
        """Forget all before ``offset``; a negative one keeps only so many from the end."""
        self.pending = self.pending[offset:] if offset < 0 else [one for one in self.pending if one.id >= offset]

    def expire(self) -> None:
        """Forget what is older than 24 h."""
        oldest = self._clock() - KEPT_SECONDS
        self.pending = [one for one in self.pending if one.at > oldest]

    def interrupt(self, description: str) -> None:
        """End a poll that is held open with a conflict."""
        self._wake(description)

    def end_poll(self) -> None:
        """Answer a poll that is held open as if its time were over."""
        self._wake(None)

    async def poll(self, offset: int, limit: int, wait: float) -> list[dict[str, Any]]:
        """Answer getUpdates. Raises ApiError 409 when another call takes over."""
        self.interrupt(TERMINATED)
        self.expire()
        if offset:
            self.confirm(offset)
        if self._is_quick_repeat(offset):
            limit = 1
            await asyncio.sleep(SLOW_REPEAT_SECONDS)
        if not self.pending and wait > 0:
            await self._hold(min(wait, LONGEST_POLL_SECONDS))
        self._last_poll = (offset, self._clock())
        # Cut first, then out of order: an offset confirms all before it, so that an update left behind by a
        # later one in the answer before would be lost to any client.
        copies = [entry for entry in self.pending for _ in range(entry.copies)]
        return [entry.body for entry in in_delivery_order(copies[:limit])]

    async def _hold(self, wait: float) -> None:
        waiter: asyncio.Future[str | None] = asyncio.get_running_loop().create_future()
        self._waiter = waiter
        try:
            async with asyncio.timeout(wait):
                conflict = await waiter
        except TimeoutError:
            return
        finally:
            if self._waiter is waiter:
                self._waiter = None
        if conflict is not None:
            raise ApiError(409, conflict)

    def _is_quick_repeat(self, offset: int) -> bool:
        before, at = self._last_poll
        return (
            self._switches.slow_repeats
            and bool(self.pending)
            and offset == before
            and self._clock() - at < SLOW_REPEAT_SECONDS
        )

    def _wake(self, conflict: str | None) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(conflict)
