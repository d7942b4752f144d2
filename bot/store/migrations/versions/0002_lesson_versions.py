"""Lessons in the versions begun get a table of their own; chats no longer carry them."""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

CHAT = sa.table("chat", sa.column("id", sa.Integer), sa.column("state", sa.JSON))


def upgrade() -> None:
    """Go to this revision."""
    kept = op.create_table(
        "lesson_version",
        sa.Column("lesson_id", sa.String(length=64), nullable=False),
        sa.Column("version", sa.String(length=64), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("lesson_id", "version"),
    )
    connection, now = op.get_bind(), datetime.now(UTC)
    if connection.dialect.name == "sqlite":
        now = now.replace(tzinfo=None)
    seen: set[tuple[str, str]] = set()
    for chat_id, state in connection.execute(sa.select(CHAT)).all():
        if not isinstance(state, dict) or "begun" not in state:
            continue
        where = state.get("lesson") or {}
        key = (where.get("lesson", ""), where.get("version", ""))
        if all(key) and key not in seen:
            seen.add(key)
            row = {"lesson_id": key[0], "version": key[1], "body": state["begun"], "kept_at": now}
            connection.execute(kept.insert().values(**row))
        left = {name: value for name, value in state.items() if name != "begun"}
        connection.execute(CHAT.update().where(CHAT.c.id == chat_id).values(state=left))


def downgrade() -> None:
    """Go back; a lesson begun in an older version then begins again."""
    op.drop_table("lesson_version")
