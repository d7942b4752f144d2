"""How many took part in a frozen contest and passed, by group; the view of K7 counts them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "in02"
down_revision = "in01"
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


def downgrade() -> None:
    """Go back to the revision before."""
    op.drop_table("contest_count")
