"""The Zalo Official Account's tokens."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "ch02"
down_revision = "ch01"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    op.create_table(
        "oa_token",
        sa.Column("app_id", sa.String(length=64), nullable=False),
        sa.Column("access", sa.String(), nullable=False),
        sa.Column("refresh", sa.String(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("app_id"),
    )


def downgrade() -> None:
    """Go back to the revision before."""
    op.drop_table("oa_token")
