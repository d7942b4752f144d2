"""A migrated database of each kind, made fast: the migration runs once, every test gets a copy."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bot.store.database import Database, make_engine
from bot.store.migrate import upgrade
from bot.store.wards import register_wards
from knowledge.wards import load_wards


def _migrate(url: str) -> None:
    engine = make_engine(url)
    upgrade(engine, Path("never-used"))
    engine.dispose()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file."""
    path = tmp_path_factory.mktemp("template") / "bdhvs.sqlite3"
    _migrate(f"sqlite:///{path.as_posix()}")
    return path


@pytest.fixture
def sqlite_database_url(sqlite_template: Path, tmp_path: Path) -> str:
    """A migrated SQLite database of the test's own."""
    path = tmp_path / "bdhvs.sqlite3"
    shutil.copy(sqlite_template, path)
    return f"sqlite:///{path.as_posix()}"


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest) -> str:
    """A migrated database: every test that asks for it runs on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        url: str = request.getfixturevalue("sqlite_database_url")
        return url
    copy: Callable[[str, Callable[[str], None]], str] = request.getfixturevalue("postgres_copy")
    return copy("migrated", _migrate)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """The open database with the five wards."""
    database = Database(database_url)
    database.write_now(lambda session: register_wards(session, load_wards().wards))
    yield database
    database.close()
