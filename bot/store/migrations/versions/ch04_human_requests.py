"""Requests for a human, what was said in them, and the wards' office hours."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "ch04"
down_revision = "ch03"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    op.create_table(
        "human_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("chat_id", sa.Integer(), nullable=False),
        sa.Column("ward_code", sa.String(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["chat_id"], ["chat.id"]),
        sa.ForeignKeyConstraint(["ward_code"], ["ward.code"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_human_request_chat_id", "human_request", ["chat_id"])
    op.create_index("ix_human_request_ward_code", "human_request", ["ward_code"])
    op.create_table(
        "human_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("request_id", sa.Integer(), nullable=False),
        sa.Column("author", sa.String(), nullable=True),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["request_id"], ["human_request.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_human_line_request_id", "human_line", ["request_id"])
    op.create_table(
        "ward_desk",
        sa.Column("ward_code", sa.String(), nullable=False),
        sa.Column("opens", sa.String(length=5), nullable=False),
        sa.Column("closes", sa.String(length=5), nullable=False),
        sa.Column("weekdays", sa.String(length=7), nullable=False),
        sa.Column("away", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["ward_code"], ["ward.code"]),
        sa.PrimaryKeyConstraint("ward_code"),
    )


def downgrade() -> None:
    """Go back to the revision before."""
    op.drop_table("ward_desk")
    op.drop_table("human_line")
    op.drop_table("human_request")
