"""``bdhvs serve``: lock, migrate, index, listen, say where; stop cleanly on Ctrl-C and SIGTERM."""

from __future__ import annotations

import asyncio
import ctypes
import errno
import gc
import logging
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

from filelock import FileLock, Timeout
from sqlalchemy.exc import OperationalError

from bot.answering import INDEX_FOLDER, current_index, is_current
from bot.app import Application, Server
from bot.editing import usable
from bot.errors import OperatorError
from bot.material import knowledge_root, load_material, open_encoder
from bot.settings import Settings
from bot.staff.accounts import LINK_HOURS, first_sign_in_token
from bot.store.database import Database
from bot.store.material_edits import edits
from bot.store.migrate import NewerDatabaseError, UnknownDatabaseError, upgrade
from knowledge.encoder import Encoder

# The loop that answers platforms and pages waits at most so long for a thread that computes an answer.
THREAD_SWITCH_SECONDS = 0.001
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3  # malloc.h of glibc
LARGE_BYTES = 512 * 1024  # above the 256 KiB that asyncio takes for a moment at every read, below an answer's arrays
GARBAGE_WHILE_RUNNING = (700, 10, 10)  # Python's own: little at a time, so that nobody waits for it
LOCK_FILE = "instance.lock"


def say(text: str) -> None:
    """Progress, on standard error."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def instance_lock(data_dir: Path) -> FileLock:
    """The lock against a second instance on one data folder, taken. Raises OperatorError."""
    try:
        for folder in (data_dir, data_dir / "backups", data_dir / INDEX_FOLDER):
            folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(data_dir / LOCK_FILE)
        lock.acquire(timeout=0)
    except Timeout:
        raise OperatorError(
            f"Another bdhvs uses {data_dir} already. Stop it, or give this one its own BDHVS_DATA_DIR."
        ) from None
    except OSError as error:
        raise OperatorError(
            f"Cannot write to the data folder {data_dir}: {error.strerror}. Free some space, make it writable, or "
            "choose another with BDHVS_DATA_DIR."
        ) from error
    return lock


def open_database(settings: Settings) -> Database:
    """The database, migrated; a backup is made before a migration. Raises OperatorError."""
    database = Database(settings.sqlalchemy_url)
    try:
        done = upgrade(database.engine, settings.data_dir / "backups")
    except (NewerDatabaseError, UnknownDatabaseError) as error:
        database.close()
        raise OperatorError(str(error)) from error
    except OperationalError as error:
        database.close()
        raise OperatorError(
            f"The database cannot be used: {error.orig}. Check BDHVS_DATABASE_URL and the free space, then try again."
        ) from error
    if done.backup:
        say(f"Database migrated from {done.before} to {done.after}; the way back: bdhvs restore {done.backup}")
    return database


def ensure_index(settings: Settings, encoder: Encoder) -> None:
    """Build the index in a child process when it is missing or older than the material."""
    folder = current_index(settings.data_dir)
    if folder is not None and is_current(folder, knowledge_root(settings), settings.data_dir, encoder):
        return
    say("Building the index of the material…")
    command = [sys.executable, "-m", "bot", "index", "build"]
    result = subprocess.run(command, check=False, stdout=sys.stderr)  # noqa: S603 - our own command
    if result.returncode != 0:
        raise OperatorError("The index could not be built; see the lines above. bdhvs doctor says what is wrong.")


def serve(settings: Settings) -> int:
    """Run until told to stop."""
    logging.basicConfig(level=settings.log_level, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    for noisy in ("httpx", "httpcore", "telegram", "alembic"):
        logging.getLogger(noisy).setLevel(logging.WARNING)  # httpx writes addresses, and with them tokens, at INFO
    sys.setswitchinterval(THREAD_SWITCH_SECONDS)
    lock = instance_lock(settings.data_dir)
    try:
        database = open_database(settings)
        try:
            encoder = open_encoder(settings)
            edited = usable(settings, database.read_now(edits))
            ensure_index(edited, encoder)
            application = Application(settings, database, load_material(edited), encoder)
            application.answerer.warm_up()  # in this thread, whose memory is given back best
            return asyncio.run(_run(settings, application))
        finally:
            database.close()
    finally:
        lock.release()


async def _run(settings: Settings, application: Application) -> int:
    stop = asyncio.Event()
    _stop_on_signals(stop)
    server = Server(application)
    try:
        port = await server.start()
    except OSError as error:
        await server.stop()
        if error.errno in (errno.EADDRINUSE, errno.EACCES):
            raise OperatorError(
                f"Port {settings.port} is taken or not allowed. Choose another: BDHVS_PORT=8081 (0 takes a free one)."
            ) from error
        raise
    settle()
    await _announce(settings, application, port)
    await stop.wait()
    say("Stopping…")
    await server.stop()
    say("Stopped.")
    return 0


def _stop_on_signals(stop: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()
    if os.name == "posix":
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stop.set)
    elif threading.current_thread() is threading.main_thread():
        # Windows has no loop signals: Ctrl-C and Ctrl-Break come to a plain handler.
        for name in ("SIGINT", "SIGBREAK"):
            signal.signal(getattr(signal, name), lambda *_: loop.call_soon_threadsafe(stop.set))


async def _announce(settings: Settings, application: Application, port: int) -> None:
    host = "127.0.0.1" if settings.host in ("0.0.0.0", "::") else settings.host  # noqa: S104 - compared, not bound
    base = settings.public_url or f"http://{f'[{host}]' if ':' in host else host}:{port}"
    say(f"\n  Chat:        {base}/")
    say(f"  Staff site:  {base}/staff/")
    token = await application.database.write(first_sign_in_token)
    if token:
        say(f"  First sign-in (once, within {LINK_HOURS} h): {base}/staff/first/{token}")
    channels = ", ".join(channel.name for channel in application.channels)
    say(f"  Channels:    {channels}")
    missing = [name for name in ("telegram", "zalo-bot", "zalo-oa") if name not in channels.replace("_", "-")]
    if missing:
        say(f"  Not connected: {', '.join(missing)} (README.md says how)")
    say("\n  Ctrl-C stops it.\n")


def settle() -> None:
    """Take what is loaded now as there for good.

    The material is a million objects that live as long as the program: looked through for garbage again and again,
    they would hold up a platform's message for a tenth of a second.
    """
    gc.collect()
    _give_back_memory()
    gc.freeze()
    gc.set_threshold(*GARBAGE_WHILE_RUNNING)


def _give_back_memory() -> None:
    """What starting used for a moment goes back to the system, and large arrays of answers as soon as they are done."""
    if sys.platform != "linux":
        return
    libc = ctypes.CDLL(None)
    if hasattr(libc, "malloc_trim"):  # glibc, which else keeps it
        for parameter in (M_TRIM_THRESHOLD, M_MMAP_THRESHOLD):
            libc.mallopt(parameter, LARGE_BYTES)
        libc.malloc_trim(0)
