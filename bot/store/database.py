"""The database: one writer queue with group commit, readers beside it. SQLite and PostgreSQL alike.

A unit of work is a function of a Session. Units that wait together are committed together (one fsync for many), each
in its own savepoint, so one that fails undoes only itself. A unit may be run again when its batch could not be
committed: it must have no effect outside the session. Urgent units (a platform waits for its message to be stored) go
before all others, and a batch that holds one is committed soon.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import DataError, IntegrityError, InterfaceError, OperationalError, SQLAlchemyError, StatementError
from sqlmodel import Session

T = TypeVar("T")
Unit = Callable[[Session], T]

BATCH_LIMIT = 64  # units in one commit: past this the wait for the slowest outweighs the saved fsync
BATCH_SECONDS = 0.04  # nor does a unit wait longer for others to be run before its commit, which takes some ms
FLOOD_SECONDS = 0.1  # a flood of urgent units is over when none came for so long
FLOOD_SHARE = 0.05  # of the writer's time for other units meanwhile: who floods us waits for the answers, not the 200
POSTGRES_WRITERS = 4  # enough to hide network latency; the rows' own locks do the rest
READERS = 4
SQLITE_BUSY_SECONDS = 5.0  # another process (backup, command line) may hold the file this long


class DatabaseClosedError(RuntimeError):
    """A unit was handed in after ``close``."""


STORE_DOWN = (OperationalError, InterfaceError, DatabaseClosedError)


class _Job:
    __slots__ = ("first", "flood", "future", "unit", "urgent")

    def __init__(self, unit: Unit[Any], urgent: bool, flood: bool, first: bool) -> None:
        self.unit = unit
        self.urgent = urgent
        self.flood = flood
        self.first = first
        self.future: Future[Any] = Future()


class _Jobs:
    """Units that wait, the urgent ones first; during a flood of these the others get a small share of the time."""

    def __init__(self) -> None:
        self._urgent: deque[_Job] = deque()
        self._others: deque[_Job] = deque()
        self._changed = threading.Condition()
        self._ending = False
        self._flood_until = 0.0
        self._others_from = 0.0

    def put(self, job: _Job) -> None:
        with self._changed:
            waiting = self._urgent if job.urgent else self._others
            (waiting.appendleft if job.first else waiting.append)(job)
            if job.flood:
                self._flood_until = time.monotonic() + FLOOD_SECONDS
            self._changed.notify()

    def end(self) -> None:
        """Let the writers go once nothing waits."""
        with self._changed:
            self._ending = True
            self._changed.notify_all()

    def wait(self) -> _Job | None:
        """The next unit, as soon as there is one; None at the end."""
        with self._changed:
            while (job := self._next()) is None:
                if self._others:
                    self._changed.wait(max(0.0, self._others_from - time.monotonic()))
                elif self._ending:
                    return None
                else:
                    self._changed.wait()
            return job

    def more(self, only_urgent: bool) -> _Job | None:
        """The next unit that may run already."""
        with self._changed:
            return None if only_urgent and not self._urgent else self._next()

    def ran(self, job: _Job, seconds: float) -> None:
        """A unit took so long: in a flood the next that is not urgent waits in proportion."""
        if not job.urgent:
            with self._changed:
                self._others_from = time.monotonic() + seconds * (1 / FLOOD_SHARE - 1)

    def _next(self) -> _Job | None:
        if self._urgent:
            return self._urgent.popleft()
        now = time.monotonic()
        if self._others and (self._ending or now >= min(self._flood_until, self._others_from)):
            return self._others.popleft()
        return None


def make_engine(url: str) -> Engine:
    """An engine with the pragmas the design asks for: WAL, synchronous FULL, foreign keys on.

    Its errors, which are logged, name no value of what people wrote.
    """
    if not url.startswith("sqlite"):
        size = POSTGRES_WRITERS + READERS
        engine = create_engine(url, pool_size=size, max_overflow=2, pool_pre_ping=True, hide_parameters=True)
        event.listen(engine, "handle_error", _without_values)
        return engine
    connecting = {"check_same_thread": False, "timeout": SQLITE_BUSY_SECONDS}
    engine = create_engine(url, connect_args=connecting, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def _on_connect(connection: Any, _record: Any) -> None:
        # The driver's own transaction control breaks savepoints; SQLAlchemy then begins explicitly, below.
        connection.isolation_level = None
        # secure_delete: what a resident had deleted must not be readable in the file's free pages.
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _on_begin(connection: Any) -> None:
        mode = connection.get_execution_options().get("sqlite_begin", "IMMEDIATE")
        connection.exec_driver_sql(f"BEGIN {mode}")

    return engine


def _without_values(context: ExceptionContext) -> None:
    """PostgreSQL quotes the row that broke a rule, below the rule's name, and a value that is none of its type."""
    told, cause = context.sqlalchemy_exception, context.original_exception
    if isinstance(told, IntegrityError | DataError):
        kept = type(cause).__name__ if isinstance(told, DataError) else str(cause).partition("\n")[0]
        told.args = cause.args = (kept,)


class _Results:
    """Takes what units came to from the writer's thread to a loop, which is woken once for all that wait: every waking
    hands the interpreter over and lets the writer wait to get it back.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self._ready: deque[tuple[asyncio.Future[Any], Future[Any]]] = deque()
        self._told = False

    def of(self, job: Future[T]) -> asyncio.Future[T]:
        """What the loop may await; cancelled before its turn, the unit is not run."""
        waiter: asyncio.Future[T] = self.loop.create_future()
        waiter.add_done_callback(lambda done: job.cancel() if done.cancelled() else None)
        job.add_done_callback(partial(self._put, waiter))
        return waiter

    def _put(self, waiter: asyncio.Future[T], job: Future[T]) -> None:
        self._ready.append((waiter, job))
        if not self._told:
            self._told = True
            with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
                self.loop.call_soon_threadsafe(self._tell)

    def _tell(self) -> None:
        self._told = False  # before looking: what is put from now on wakes the loop again
        while self._ready:
            waiter, job = self._ready.popleft()
            if waiter.done():
                continue
            if (error := job.exception()) is not None:
                waiter.set_exception(error)
            else:
                waiter.set_result(job.result())


class Database:
    """Runs units of work. ``write`` and ``read`` are awaitable; ``write_now``/``read_now`` block."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine = make_engine(url)
        self._reading = self.engine.execution_options(sqlite_begin="DEFERRED")
        self.is_sqlite = url.startswith("sqlite")
        self._jobs = _Jobs()
        self._closed = False
        self._results: _Results | None = None
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="db-read")
        writers = 1 if self.is_sqlite else POSTGRES_WRITERS
        self._threads = [
            threading.Thread(target=self._run, name=f"db-write-{number}", daemon=True) for number in range(writers)
        ]
        for thread in self._threads:
            thread.start()

    async def write(self, unit: Unit[T], *, urgent: bool = False, flood: bool = False, first: bool = False) -> T:
        """Run a unit and return its result once it is committed.

        ``flood``: many urgent units follow this one. ``first``: before the others of its kind that wait.
        """
        loop = asyncio.get_running_loop()
        if self._results is None or self._results.loop is not loop:
            self._results = _Results(loop)
        return await self._results.of(self.submit(unit, urgent, flood, first))

    def submit(self, unit: Unit[T], urgent: bool = False, flood: bool = False, first: bool = False) -> Future[T]:
        """As ``write``, for any thread; the future's callbacks run in the writer's. Raises DatabaseClosedError."""
        if self._closed:
            raise DatabaseClosedError("the database is closed")
        job = _Job(unit, urgent, flood, first)
        self._jobs.put(job)
        return job.future

    def write_now(self, unit: Unit[T]) -> T:
        """As ``write``, for code that is not asynchronous."""
        return self.submit(unit).result()

    async def read(self, unit: Unit[T]) -> T:
        """Run a unit that changes nothing."""
        return await asyncio.get_running_loop().run_in_executor(self._readers, self.read_now, unit)

    def read_now(self, unit: Unit[T]) -> T:
        """As ``read``, for code that is not asynchronous."""
        with Session(self._reading, expire_on_commit=False) as session:
            try:
                return unit(session)
            finally:
                session.expunge_all()  # what was read stays usable after the session
                session.rollback()

    def drop_old_pages(self) -> None:
        """Empty SQLite's write-ahead log, which holds pages as they were before a deletion; blocks for a moment."""
        if self.is_sqlite:
            connection = self.engine.raw_connection()
            try:
                connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
            finally:
                connection.close()

    def close(self) -> None:
        """Finish what was handed in, then close every connection."""
        if self._closed:
            return
        self._closed = True
        self._jobs.end()
        for thread in self._threads:
            thread.join()
        self._readers.shutdown()
        self.engine.dispose()

    def _run(self) -> None:
        while (job := self._jobs.wait()) is not None:
            if not job.future.set_running_or_notify_cancel():
                continue
            batch = [job]
            if not self._commit_together(batch):
                for one in batch:
                    if not one.future.done():
                        self._commit_alone(one)

    def _commit_together(self, batch: list[_Job]) -> bool:
        """Commit the unit in ``batch`` with what waits beside it, which is added to ``batch``.

        False when the database refused something and each unit must be tried alone.
        """
        results: list[tuple[_Job, Any]] = []
        try:
            with Session(self.engine, expire_on_commit=False) as session, session.begin():
                for job in self._gather(batch):
                    begin = time.monotonic()
                    try:
                        results.append((job, _in_savepoint(session, job.unit)))
                    except StatementError:
                        raise
                    except BaseException as error:  # noqa: BLE001 - handed to whoever waits for the unit
                        job.future.set_exception(error)
                    finally:
                        self._jobs.ran(job, time.monotonic() - begin)
        except SQLAlchemyError:
            return False
        for job, result in results:
            job.future.set_result(result)
        return True

    def _gather(self, batch: list[_Job]) -> Iterator[_Job]:
        """The first unit, then those that wait, while nobody waits too long for the commit."""
        end = time.monotonic() + BATCH_SECONDS
        yield batch[0]
        others = 0 if batch[0].urgent else 1
        while len(batch) < BATCH_LIMIT and time.monotonic() < end:
            urgent = any(job.urgent for job in batch)
            job = self._jobs.more(only_urgent=urgent and others > 0)
            if job is None:
                return
            others += not job.urgent
            if job.future.set_running_or_notify_cancel():
                batch.append(job)
                yield job

    def _commit_alone(self, job: _Job) -> None:
        try:
            with Session(self.engine, expire_on_commit=False) as session, session.begin():
                result = job.unit(session)
        except BaseException as error:  # noqa: BLE001 - handed to whoever waits for the unit
            job.future.set_exception(error)
        else:
            job.future.set_result(result)


def _in_savepoint(session: Session, unit: Unit[T]) -> T:
    """Run a unit that undoes only itself; what it read is forgotten, so that the next unit reads what is there.

    By hand, as a session's own savepoint costs more than a small unit. Raises SQLAlchemyError when the whole
    transaction is spoilt.
    """
    connection = session.connection()
    connection.exec_driver_sql("SAVEPOINT unit")
    try:
        result = unit(session)
        session.flush()
    except StatementError:
        raise
    except BaseException:
        session.expunge_all()
        connection.exec_driver_sql("ROLLBACK TO SAVEPOINT unit")
        raise
    session.expunge_all()
    connection.exec_driver_sql("RELEASE SAVEPOINT unit")
    return result
