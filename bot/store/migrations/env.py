"""Alembic's entry: runs the migrations on the connection that bot.store.migrate hands over."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from sqlmodel import SQLModel

from bot.store import tables


def render_item(kind: str, item: Any, _context: Any) -> str | Literal[False]:
    """Write plain column types into migrations, so that they do not depend on today's code."""
    if kind == "type" and isinstance(item, tables.UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    render_item=render_item,
    render_as_batch=True,
    compare_type=False,
)
with context.begin_transaction():
    context.run_migrations()
