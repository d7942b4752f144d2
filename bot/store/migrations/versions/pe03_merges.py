"""Merges of persons with what undoes them, and pairs that staff said are two."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "pe03"
down_revision = "pe02"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    op.create_table(
        "person_merge",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kept_id", sa.Integer(), nullable=False),
        sa.Column("ward_code", sa.String(), nullable=True),
        sa.Column("by", sa.String(length=8), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undo", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["kept_id"], ["person.id"]),
        sa.ForeignKeyConstraint(["ward_code"], ["ward.code"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_person_merge_kept_id", "person_merge", ["kept_id"])
    op.create_index("ix_person_merge_ward_code", "person_merge", ["ward_code"])
    op.create_table(
        "distinct_pair",
        sa.Column("first_id", sa.Integer(), nullable=False),
        sa.Column("second_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["first_id"], ["person.id"]),
        sa.ForeignKeyConstraint(["second_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("first_id", "second_id"),
    )
    op.create_index("ix_distinct_pair_second_id", "distinct_pair", ["second_id"])


def downgrade() -> None:
    """Go back to the revision before."""
    op.drop_table("distinct_pair")
    op.drop_table("person_merge")
