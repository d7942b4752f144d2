"""Requests about personal data, and addresses of everything held."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "pe02"
down_revision = "pe01"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    op.create_table(
        "data_export",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("chat_id", sa.Integer(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["chat_id"], ["chat.id"]),
        sa.PrimaryKeyConstraint("token_hash"),
    )
    op.create_index("ix_data_export_chat_id", "data_export", ["chat_id"])
    op.create_table(
        "rights_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ward_code", sa.String(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("source", sa.String(length=8), nullable=False),
        sa.Column("reference", sa.String(length=40), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("extended", sa.Boolean(), nullable=False),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["ward_code"], ["ward.code"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_rights_request_ward_code", "rights_request", ["ward_code"])
    op.create_index("ix_rights_request_received_at", "rights_request", ["received_at"])
    op.create_table(
        "forgotten",
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("kind", "number"),
    )


def downgrade() -> None:
    """Go back to the revision before."""
    op.drop_table("forgotten")
    op.drop_table("rights_request")
    op.drop_table("data_export")
