"""Telling the author how a broadcast gets on, and the Official Account's article that goes with it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "ch09"
down_revision = "ch08"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    with op.batch_alter_table("broadcast") as batch:
        batch.add_column(sa.Column("progress_id", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("told_percent", sa.Integer(), nullable=False, server_default="0"))
        batch.add_column(sa.Column("article_id", sa.String(length=64), nullable=True))
        batch.add_column(sa.Column("article_status", sa.String(length=12), nullable=True))
        batch.add_column(sa.Column("article_error", sa.String(), nullable=True))
    # What ended before was told, or has nobody who waits for it.
    op.execute("UPDATE broadcast SET told_percent = 101 WHERE status IN ('done', 'cancelled')")


def downgrade() -> None:
    """Go back to the revision before."""
    with op.batch_alter_table("broadcast") as batch:
        for name in ("article_error", "article_status", "article_id", "told_percent", "progress_id"):
            batch.drop_column(name)
