"""What comes while others are committed is written together in the next commit, in its order."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from functools import partial
from typing import Any, Generic, TypeVar

from sqlmodel import Session

from bot.store.database import STORE_DOWN, Database, DatabaseClosedError

T = TypeVar("T")
R = TypeVar("R")
# A flood is let gather before it is written: many small commits cost those who come more than the wait. Twice as long
# leaves the loop idle while all 64 connections wait.
FLOOD_PAUSE_SECONDS = 0.002
LOOK_SECONDS = 0.0005  # several messages come meanwhile, if any do


class Gathering(Generic[T, R]):
    """``put`` returns when its item is committed. One commit at a time, the next begun by the thread that ended one:
    the loop, busy with what comes, would let the database wait.
    """

    def __init__(
        self,
        database: Database,
        write: Callable[[Session, Sequence[T]], Sequence[R]],
        at_once: int,
        then: Callable[[Sequence[T], Sequence[R]], None] | None = None,
        flood_from: int | None = None,
    ) -> None:
        """``write`` stores at most ``at_once`` items and returns what became of each; ``then(items, results)`` is
        called in the loop, before who waits is told. ``flood_from`` items that came during one commit are a flood.
        """
        self._database = database
        self._write = write
        self._at_once = at_once
        self._then = then
        self._flood_from = at_once + 1 if flood_from is None else flood_from
        self._waiting: deque[tuple[T, asyncio.Future[R]]] = deque()
        self._apart: deque[tuple[T, asyncio.Future[R]]] = deque()
        self._lock = threading.Lock()
        self._writing = False
        self._flooded = False

    async def put(self, item: T) -> R:
        """Write an item; what became of it. Raises what the database raised."""
        done: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        with self._lock:
            self._waiting.append((item, done))
            idle, self._writing = not self._writing, True
        if idle:
            self._next()
        return await done

    def _next(self) -> None:
        while True:
            with self._lock:
                self._writing = bool(self._apart or self._waiting)
            if not self._writing:
                return
            batch: list[tuple[T, asyncio.Future[R]]] = []
            try:
                future = self._database.submit(partial(self._run, batch=batch), urgent=True, flood=self._flooded)
            except DatabaseClosedError as error:
                self._tell(self._taken(), error)
            else:
                future.add_done_callback(partial(self._written, batch))
                return

    def _run(self, session: Session, batch: list[tuple[T, asyncio.Future[R]]]) -> Sequence[R]:
        """In the writer's thread; run again, it writes the same."""
        if not batch:
            if self._flooded:
                self._gather()
            batch += self._taken()
        return self._write(session, [item for item, _ in batch])

    def _gather(self) -> None:
        """Wait while more come; not when everybody who floods already waits for this commit."""
        end, before = time.monotonic() + FLOOD_PAUSE_SECONDS, -1
        while before < len(self._waiting) and time.monotonic() < end:
            before = len(self._waiting)
            time.sleep(LOOK_SECONDS)

    def _taken(self) -> list[tuple[T, asyncio.Future[R]]]:
        with self._lock:
            if self._apart:
                return [self._apart.popleft()]
            batch = [self._waiting.popleft() for _ in range(min(self._at_once, len(self._waiting)))]
        self._flooded = len(batch) >= self._flood_from
        return batch

    def _written(self, batch: list[tuple[T, asyncio.Future[R]]], future: Future[Sequence[R]]) -> None:
        """In the writer's thread."""
        batch += [] if batch else self._taken()  # the unit could not even begin
        error = future.exception()
        if error is not None and not isinstance(error, STORE_DOWN) and len(batch) > 1:
            with self._lock:
                self._apart.extend(batch)  # one that the database refuses must not keep the others out
        else:
            self._tell(batch, future.result() if error is None else error)
        self._next()

    def _tell(self, batch: list[tuple[T, asyncio.Future[R]]], outcome: Any) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
            batch[0][1].get_loop().call_soon_threadsafe(self._told, batch, outcome)

    def _told(self, batch: list[tuple[T, asyncio.Future[R]]], outcome: Sequence[R] | BaseException) -> None:
        if isinstance(outcome, BaseException):
            for _, done in batch:
                if not done.done():
                    done.set_exception(outcome)
            return
        if self._then is not None:
            self._then([item for item, _ in batch], outcome)
        for (_, done), result in zip(batch, outcome, strict=True):
            if not done.done():
                done.set_result(result)
