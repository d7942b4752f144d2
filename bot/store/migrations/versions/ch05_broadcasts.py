"""Broadcasts, and the messages in the outbox that belong to one."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.store.migrations.numbers import altered_keeping_numbers

revision = "ch05"
down_revision = "ch04"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    op.create_table(
        "broadcast",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ward_code", sa.String(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("audience", sa.JSON(), nullable=False),
        sa.Column("recipients", sa.Integer(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("author_chat_id", sa.Integer(), nullable=True),
        sa.Column("confirmed_by", sa.String(), nullable=True),
        sa.Column("approved_by", sa.String(), nullable=True),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("start_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("chats", sa.JSON(), nullable=True),
        sa.Column("cursor", sa.Integer(), nullable=False),
        sa.Column("fed", sa.Boolean(), nullable=False),
        sa.Column("report", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(["ward_code"], ["ward.code"]),
        sa.ForeignKeyConstraint(["author_chat_id"], ["chat.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_broadcast_ward_code", "broadcast", ["ward_code"])
    op.create_index("ix_broadcast_status", "broadcast", ["status"])
    with altered_keeping_numbers("outbox") as batch:
        batch.alter_column("status", existing_type=sa.String(length=8), type_=sa.String(length=12))
        batch.add_column(sa.Column("broadcast_id", sa.Integer(), nullable=True))
        batch.create_foreign_key("fk_outbox_broadcast_id", "broadcast", ["broadcast_id"], ["id"])
        batch.create_index("ix_outbox_broadcast_id", ["broadcast_id"])


def downgrade() -> None:
    """Go back to the revision before."""
    with altered_keeping_numbers("outbox") as batch:
        batch.drop_index("ix_outbox_broadcast_id")
        batch.drop_constraint("fk_outbox_broadcast_id", type_="foreignkey")
        batch.drop_column("broadcast_id")
        batch.alter_column("status", existing_type=sa.String(length=12), type_=sa.String(length=8))
    op.drop_table("broadcast")
