"""The few statements whose wording differs between SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, SQLModel


def table_of(model: type[SQLModel]) -> Table:
    """The table below a model: statements over it cost a fraction of those over the model."""
    return cast(Table, model.__table__)  # type: ignore[attr-defined]


def insert_into(session: Session, table: type[SQLModel]) -> Any:
    """An insert of the session's database, which knows what to do on a conflict."""
    make = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    return make(table_of(table))


def insert_ignoring(session: Session, table: type[SQLModel], values: dict[str, Any]) -> Any:
    """Insert a row unless a unique key is taken; its key's first column, None when it was there."""
    keys = table_of(table).primary_key.columns
    statement = insert_into(session, table).values(**values).on_conflict_do_nothing().returning(*keys)
    row = session.connection().execute(statement).first()
    return None if row is None else row[0]


def upsert(session: Session, table: type[SQLModel], rows: Sequence[dict[str, Any]]) -> None:
    """Insert rows; one whose primary key is there becomes as given."""
    keys = [one.name for one in table_of(table).primary_key.columns]
    statement = insert_into(session, table)
    rest = {name: statement.excluded[name] for name in rows[0] if name not in keys}
    session.connection().execute(statement.on_conflict_do_update(index_elements=keys, set_=rest), list(rows))
