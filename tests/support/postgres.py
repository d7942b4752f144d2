"""A real PostgreSQL server for the tests: one for a whole run, an own database for every test that asks.

The server is started by the first test (of any parallel worker) that needs it and stopped when the run
ends. It listens on a Unix socket in a temporary folder, so that it takes no port and nobody else reaches it.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import psycopg
import pytest
from filelock import FileLock

from tests.support import needs

SUPERUSER = "bdhvs"
WORKER_KEY = "bdhvs_postgres_folder"
FOLDER = pytest.StashKey[Path]()
# Durability costs most of a test's time, and a crashed test database is thrown away.
FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum=off")
ALWAYS = ("max_connections=200", "listen_addresses=")


@dataclass(frozen=True)
class Server:
    """A running server, reached through the socket in ``folder``; ``lock`` keeps parallel workers apart."""

    folder: Path

    @property
    def lock(self) -> FileLock:
        """Held while something is made that all workers share."""
        return FileLock(self.folder.parent / "lock")

    def url(self, database: str) -> str:
        """The SQLAlchemy URL of a database."""
        return f"postgresql+psycopg://{SUPERUSER}@/{database}?host={self.folder}"

    def execute(self, statement: str) -> None:
        """Run one statement outside any transaction, as CREATE DATABASE wants it."""
        with self._connected() as connection:
            connection.execute(statement)  # type: ignore[call-overload]

    def _connected(self) -> psycopg.Connection[Any]:
        return psycopg.connect(host=str(self.folder), user=SUPERUSER, dbname="postgres", autocommit=True)

    def create(self, database: str, template: str = "template0") -> str:
        """Make a database and return its URL."""
        self.execute(f'CREATE DATABASE "{database}" TEMPLATE "{template}"{self._strategy}')
        return self.url(database)

    @cached_property
    def _strategy(self) -> str:
        """Copy files, as all did before PostgreSQL 15: half the work of writing the copy to the log as well."""
        with self._connected() as connection:
            return " STRATEGY FILE_COPY" if connection.info.server_version >= 150_000 else ""

    def drop(self, database: str) -> None:
        """Remove a database, ending what is still connected to it."""
        self.execute(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')


def pytest_configure(config: pytest.Config) -> None:
    """Agree on the run's folder: the controller names it, the parallel workers are told."""
    if hasattr(config, "workerinput"):
        config.stash[FOLDER] = Path(config.workerinput[WORKER_KEY])
        return
    run = Path(tempfile.mkdtemp(prefix="bdhvs-pg-"))
    run.chmod(0o755)  # the server's account must reach its folder below
    config.stash[FOLDER] = run / "server"


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell a parallel worker the run's folder."""
    node.workerinput[WORKER_KEY] = str(node.config.stash[FOLDER])


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the server, if any test started it, and remove the folder."""
    if hasattr(config, "workerinput"):
        return
    folder = config.stash[FOLDER]
    if (folder / "data" / "postmaster.pid").exists():
        stop_server(folder)
    shutil.rmtree(folder.parent, ignore_errors=True)


def _account() -> dict[str, Any]:
    """How to run as an ordinary user: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    import pwd  # absent on Windows, where the server is not started by the tests

    try:
        user = pwd.getpwnam("postgres")
    except KeyError:
        user = pwd.getpwnam("nobody")
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def _run(folder: Path, program: str, *arguments: str) -> None:
    programs = needs.postgres_folder()
    assert programs is not None
    log = folder / "setup.log"
    with log.open("ab") as output:
        done = subprocess.run(
            [str(programs / program), *arguments],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=output,  # a pipe would stay open in the server and never end
            stderr=subprocess.STDOUT,
            check=False,
            **_account(),
        )
    if done.returncode:
        raise RuntimeError(f"{program} failed:\n{log.read_text(encoding='utf-8', errors='replace')}")


def stop_server(folder: Path) -> None:
    """Stop a server that ``start_server`` started; its data is worth nothing."""
    _run(folder, "pg_ctl", "stop", "--pgdata", str(folder / "data"), "--mode", "immediate", "--wait")


def start_server(folder: Path, *, durable: bool = False) -> Server:
    """Start a server with its data in a new folder; ``durable`` flushes to the disk at every commit."""
    folder.mkdir()
    account = _account()
    if account:
        os.chown(folder, account["user"], account["group"])
    data = folder / "data"
    looks = ("--encoding", "UTF8", "--locale", "C.UTF-8", "--auth", "trust", "--username", SUPERUSER)
    _run(folder, "initdb", "--pgdata", str(data), "--no-sync", *looks)
    chosen = ALWAYS if durable else (*FAST, *ALWAYS)
    settings = " ".join(f"-c {setting}" for setting in (*chosen, f"unix_socket_directories={folder}"))
    _run(folder, "pg_ctl", "start", "--pgdata", str(data), "--wait", "--log", str(folder / "server.log"),
         "--options", settings)  # fmt: skip
    return Server(folder)


@pytest.fixture(scope="session")
def postgres_server(pytestconfig: pytest.Config) -> Server:
    """The run's server, started when the first test asks for it."""
    needs.require("postgres")
    server = Server(pytestconfig.stash[FOLDER])
    with server.lock:
        if not server.folder.exists():
            start_server(server.folder)
    return server


@pytest.fixture
def postgres_url(postgres_server: Server) -> Iterator[str]:
    """The URL of an empty database of the test's own."""
    name = f"t_{uuid.uuid4().hex}"
    yield postgres_server.create(name)
    postgres_server.drop(name)


@pytest.fixture
def postgres_copy(postgres_server: Server) -> Iterator[Callable[[str, Callable[[str], None]], str]]:
    """Make databases from a template that is prepared once for the whole run.

    ``postgres_copy("migrated", prepare)`` calls ``prepare(url)`` the first time "migrated" is asked for, then
    hands out copies, each in some tens of milliseconds. ``prepare`` must close its connections.
    """
    made: list[str] = []

    def copy(template: str, prepare: Callable[[str], None]) -> str:
        marker = postgres_server.folder.parent / "templates.json"
        with postgres_server.lock:
            ready = json.loads(marker.read_text(encoding="utf-8")) if marker.exists() else []
            if template not in ready:
                postgres_server.drop(f"template_{template}")
                prepare(postgres_server.create(f"template_{template}"))
                marker.write_text(json.dumps([*ready, template]), encoding="utf-8")
            name = f"t_{uuid.uuid4().hex}"
            made.append(name)
            return postgres_server.create(name, f"template_{template}")

    yield copy
    for name in made:
        postgres_server.drop(name)
