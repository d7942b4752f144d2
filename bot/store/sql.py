"""The few statements whose wording differs between SQLite and PostgreSQL."""

from __future__ import annotations

from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, SQLModel


def insert_ignoring(session: Session, table: type[SQLModel], values: dict[str, Any]) -> int | None:
    """Insert a row unless a unique key is taken; the new row's id, or None when it was there before."""
    make = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    columns = table.__table__.c  # type: ignore[attr-defined]
    statement = make(table).values(**values).on_conflict_do_nothing().returning(columns.id)
    row = session.connection().execute(statement).first()
    return None if row is None else int(row[0])
