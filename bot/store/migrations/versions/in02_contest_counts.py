"""Counts of frozen contests by group, for the view of K7; who learnt this week is a view too."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "in02"
down_revision = "ed02"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    op.create_table(
        "contest_count",
        sa.Column("contest_id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("took_part", sa.Integer(), nullable=False),
        sa.Column("passed", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["contest_id"], ["contest.id"]),
        sa.PrimaryKeyConstraint("contest_id", "group_id"),
    )
    op.create_index("ix_person_joined", "person", ["ward_code", "created_at"])  # who joined in a week


def downgrade() -> None:
    """Go back to the revision before."""
    op.drop_index("ix_person_joined", "person")
    op.drop_table("contest_count")
