"""The database: one writer queue with group commit, readers beside it. SQLite and PostgreSQL alike.

A unit of work is a function of a Session. Units that wait together are committed together (one fsync for many), each
in its own savepoint, so one that fails undoes only itself. A unit may be run again when its batch could not be
committed: it must have no effect outside the session.
"""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

T = TypeVar("T")
Unit = Callable[[Session], T]

BATCH_LIMIT = 64  # units in one commit: past this the wait for the slowest outweighs the saved fsync
POSTGRES_WRITERS = 4  # enough to hide network latency; the rows' own locks do the rest
READERS = 4
SQLITE_BUSY_SECONDS = 5.0  # another process (backup, command line) may hold the file this long


class DatabaseClosedError(RuntimeError):
    """A unit was handed in after ``close``."""


class _Job:
    __slots__ = ("future", "unit")

    def __init__(self, unit: Unit[Any]) -> None:
        self.unit = unit
        self.future: Future[Any] = Future()


def make_engine(url: str) -> Engine:
    """An engine with the pragmas the design asks for: WAL, synchronous FULL, foreign keys on."""
    if not url.startswith("sqlite"):
        return create_engine(url, pool_size=POSTGRES_WRITERS + READERS, max_overflow=2, pool_pre_ping=True)
    engine = create_engine(url, connect_args={"check_same_thread": False, "timeout": SQLITE_BUSY_SECONDS})

    @event.listens_for(engine, "connect")
    def _on_connect(connection: Any, _record: Any) -> None:
        # The driver's own transaction control breaks savepoints; SQLAlchemy then begins explicitly, below.
        connection.isolation_level = None
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _on_begin(connection: Any) -> None:
        mode = connection.get_execution_options().get("sqlite_begin", "IMMEDIATE")
        connection.exec_driver_sql(f"BEGIN {mode}")

    return engine


class Database:
    """Runs units of work. ``write`` and ``read`` are awaitable; ``write_now``/``read_now`` block."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine = make_engine(url)
        self.is_sqlite = url.startswith("sqlite")
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._closed = False
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="db-read")
        writers = 1 if self.is_sqlite else POSTGRES_WRITERS
        self._threads = [
            threading.Thread(target=self._run, name=f"db-write-{number}", daemon=True) for number in range(writers)
        ]
        for thread in self._threads:
            thread.start()

    async def write(self, unit: Unit[T]) -> T:
        """Run a unit and return its result once it is committed."""
        return await asyncio.wrap_future(self._submit(unit))

    def write_now(self, unit: Unit[T]) -> T:
        """As ``write``, for code that is not asynchronous."""
        return self._submit(unit).result()

    async def read(self, unit: Unit[T]) -> T:
        """Run a unit that changes nothing."""
        return await asyncio.get_running_loop().run_in_executor(self._readers, self.read_now, unit)

    def read_now(self, unit: Unit[T]) -> T:
        """As ``read``, for code that is not asynchronous."""
        engine = self.engine.execution_options(sqlite_begin="DEFERRED")
        with Session(engine, expire_on_commit=False) as session:
            try:
                return unit(session)
            finally:
                session.expunge_all()  # what was read stays usable after the session
                session.rollback()

    def close(self) -> None:
        """Finish what was handed in, then close every connection."""
        if self._closed:
            return
        self._closed = True
        for _ in self._threads:
            self._jobs.put(None)
        for thread in self._threads:
            thread.join()
        self._readers.shutdown()
        self.engine.dispose()

    def _submit(self, unit: Unit[T]) -> Future[T]:
        if self._closed:
            raise DatabaseClosedError("the database is closed")
        job = _Job(unit)
        self._jobs.put(job)
        return job.future

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            batch = [job]
            stop = False
            while len(batch) < BATCH_LIMIT:
                try:
                    waiting = self._jobs.get_nowait()
                except queue.Empty:
                    break
                if waiting is None:
                    stop = True
                    break
                batch.append(waiting)
            self._commit([one for one in batch if one.future.set_running_or_notify_cancel()])
            if stop:
                return

    def _commit(self, batch: list[_Job]) -> None:
        if len(batch) > 1 and self._commit_together(batch):
            return
        for job in batch:
            if not job.future.done():
                self._commit_alone(job)

    def _commit_together(self, batch: list[_Job]) -> bool:
        """Commit a batch; False when the commit itself failed and each must be tried alone."""
        results: list[tuple[_Job, Any]] = []
        try:
            with Session(self.engine, expire_on_commit=False) as session, session.begin():
                for job in batch:
                    try:
                        with session.begin_nested():
                            results.append((job, job.unit(session)))
                    except DBAPIError:
                        raise
                    except BaseException as error:  # noqa: BLE001 - handed to whoever waits for the unit
                        job.future.set_exception(error)
        except DBAPIError:
            return False
        for job, result in results:
            job.future.set_result(result)
        return True

    def _commit_alone(self, job: _Job) -> None:
        try:
            with Session(self.engine, expire_on_commit=False) as session, session.begin():
                result = job.unit(session)
        except BaseException as error:  # noqa: BLE001 - handed to whoever waits for the unit
            job.future.set_exception(error)
        else:
            job.future.set_result(result)
