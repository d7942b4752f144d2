"""Numbers of rows that are never given out again, kept when SQLite makes a table anew."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from alembic import op
from alembic.operations import BatchOperations


@contextmanager
def altered_keeping_numbers(table: str) -> Iterator[BatchOperations]:
    """``op.batch_alter_table`` for a table of bot.store.tables.NEVER_REUSED."""
    connection = op.get_bind()
    sqlite = connection.dialect.name == "sqlite"
    last = connection.scalar(_LAST, {"name": table}) if sqlite else None
    with op.batch_alter_table(table, table_kwargs={"sqlite_autoincrement": True}) as batch:
        yield batch
    if last is not None:
        connection.execute(_FORGET, {"name": table})
        connection.execute(_KEEP, {"name": table, "last": last})


_LAST = sa.text("SELECT seq FROM sqlite_sequence WHERE name = :name")
_FORGET = sa.text("DELETE FROM sqlite_sequence WHERE name = :name")
_KEEP = sa.text("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :last)")
