"""Bringing a database to the schema of this program: a backup first, and never from a newer one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, inspect

from bot.store.archive import write_archive
from bot.store.measure_views import drop_views, make_views

MIGRATIONS = Path(__file__).parent / "migrations"
FOREIGN_KEYS_OFF = "PRAGMA foreign_keys=OFF"
FOREIGN_KEYS_ON = "PRAGMA foreign_keys=ON"


class NewerDatabaseError(Exception):
    """The database was made by a newer program."""


class UnknownDatabaseError(Exception):
    """The database holds tables of something else."""


@dataclass(frozen=True, slots=True)
class Upgrade:
    """What ``upgrade`` did: revisions before and after, and the backup made (None for a new or current one)."""

    before: str | None
    after: str
    backup: Path | None


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", MIGRATIONS.as_posix())
    config.set_main_option("path_separator", "newline")
    if connection is not None:
        config.attributes["connection"] = connection
    return config


def head_revision() -> str:
    """The revision this program works with."""
    return str(ScriptDirectory.from_config(_config()).get_current_head())


def known_revisions() -> set[str]:
    """Every revision this program knows."""
    return {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}


def current_revision(engine: Engine) -> str | None:
    """The database's revision; None when it is empty. Raises for a newer or foreign database."""
    with engine.connect() as connection:
        revision = MigrationContext.configure(connection).get_current_revision()
        tables = set(inspect(connection).get_table_names()) - {"alembic_version"}
    if revision is None and tables:
        raise UnknownDatabaseError(
            "The database holds tables that are not bdhvs's. Give an empty database in BDHVS_DATABASE_URL."
        )
    if revision is not None and revision not in known_revisions():
        raise NewerDatabaseError(
            f"The database (revision {revision}) was made by a newer bdhvs. Install that version again, or restore "
            "the backup made before the upgrade: bdhvs restore FILE (in the data folder's backups/)."
        )
    return revision


def run_to(engine: Engine, revision: str) -> None:
    """Migrate up to a revision, all or nothing."""
    _run(engine, revision, up=True)


def downgrade_to(engine: Engine, revision: str) -> None:
    """Migrate back to a revision; a restore of the backup is the safer way."""
    _run(engine, revision, up=False)


def _run(engine: Engine, revision: str, up: bool) -> None:
    with engine.connect() as connection:
        sqlite = engine.dialect.name == "sqlite"
        if sqlite:
            # SQLite changes a table by making it anew; its children must not be checked meanwhile.
            connection.connection.driver_connection.execute(FOREIGN_KEYS_OFF)  # type: ignore[union-attr]
        try:
            with connection.begin():
                change = command.upgrade if up else command.downgrade
                drop_views(connection)  # neither SQLite nor PostgreSQL changes a table that a view reads
                change(_config(connection), revision)
                if MigrationContext.configure(connection).get_current_revision() == head_revision():
                    make_views(connection)
        finally:
            if sqlite:
                connection.connection.driver_connection.execute(FOREIGN_KEYS_ON)  # type: ignore[union-attr]


def upgrade(engine: Engine, backups: Path) -> Upgrade:
    """Bring the database to this program's schema; a database with content is backed up first."""
    before, head = current_revision(engine), head_revision()
    if before == head:
        return Upgrade(before, head, None)
    backup = None
    if before is not None:
        stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
        backup = backups / f"before-upgrade-from-{before}-{stamp}.zip"
        write_archive(engine, backup, before)
    run_to(engine, head)
    return Upgrade(before, head, backup)
