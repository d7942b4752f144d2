"""Staff answers that wait for a second person and for their day."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "an01"
down_revision = "co02"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    op.create_table(
        "staff_answer_draft",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ward_code", sa.String(), nullable=False),
        sa.Column("answer_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("question", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("wordings", sa.JSON(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("questions", sa.JSON(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approver", sa.String(), nullable=True),
        sa.Column("approver_id", sa.Integer(), nullable=True),
        sa.Column("effective_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended", sa.String(length=8), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["ward_code"], ["ward.code"]),
        sa.ForeignKeyConstraint(["answer_id"], ["staff_answer.id"]),
        sa.ForeignKeyConstraint(["author_id"], ["staff_account.id"]),
        sa.ForeignKeyConstraint(["approver_id"], ["staff_account.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_staff_answer_draft_ward_code", "staff_answer_draft", ["ward_code"])


def downgrade() -> None:
    """Go back to the revision before."""
    op.drop_table("staff_answer_draft")
