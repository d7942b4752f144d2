"""Who came to a session held face to face, by name."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "ch10"
down_revision = "ch09"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    op.create_table(
        "class_attendance",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["session_id"], ["class_session.id"]),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("session_id", "person_id"),
    )
    op.create_index("ix_class_attendance_person_id", "class_attendance", ["person_id"])


def downgrade() -> None:
    """Go back to the revision before."""
    op.drop_table("class_attendance")
