"""The earlier versions of staff answers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "ed02"
down_revision = "ac01"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    # A column added in place: SQLite need not copy the tables that refer to answers.
    op.add_column("staff_answer", sa.Column("earlier", sa.JSON(), nullable=False, server_default="[]"))


def downgrade() -> None:
    """Go back to the revision before."""
    op.drop_column("staff_answer", "earlier")
