"""What an account may send a month, and what it has sent."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "ch07"
down_revision = "ch06"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    op.create_table(
        "channel_quota",
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("used", sa.Integer(), nullable=False),
        sa.Column("messages", sa.Integer(), nullable=True),
        sa.Column("people", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("channel"),
    )


def downgrade() -> None:
    """Go back to the revision before."""
    op.drop_table("channel_quota")
