"""Chats of staff, and what they were told there."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "ch08"
down_revision = "ch07"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    op.create_table(
        "staff_chat",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("chat_id", sa.Integer(), nullable=False),
        sa.Column("linked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff_account.id"]),
        sa.ForeignKeyConstraint(["chat_id"], ["chat.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("chat_id"),
    )
    op.create_index("ix_staff_chat_staff_id", "staff_chat", ["staff_id"])
    op.create_table(
        "staff_chat_code",
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff_account.id"]),
        sa.PrimaryKeyConstraint("code_hash"),
    )
    op.create_index("ix_staff_chat_code_staff_id", "staff_chat_code", ["staff_id"])
    op.create_table(
        "staff_told",
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )


def downgrade() -> None:
    """Go back to the revision before."""
    op.drop_table("staff_told")
    op.drop_table("staff_chat_code")
    op.drop_table("staff_chat")
