"""The few statements whose wording differs between SQLite and PostgreSQL."""

from __future__ import annotations

from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, SQLModel


def insert_ignoring(session: Session, table: type[SQLModel], values: dict[str, Any]) -> Any:
    """Insert a row unless a unique key is taken; its key's first column, None when it was there."""
    make = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    keys = table.__table__.primary_key.columns  # type: ignore[attr-defined]
    statement = make(table).values(**values).on_conflict_do_nothing().returning(*keys)
    row = session.connection().execute(statement).first()
    return None if row is None else row[0]
