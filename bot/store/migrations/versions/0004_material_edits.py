"""Edits of the material by staff."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    op.create_table(
        "material_edit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("item", sa.String(length=200), nullable=False),
        sa.Column("base_hash", sa.String(length=64), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("approver", sa.String(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("effective_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("material_edit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_material_edit_item"), ["item"], unique=False)


def downgrade() -> None:
    """Go back; the shipped material is what is taught then."""
    with op.batch_alter_table("material_edit", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_material_edit_item"))
    op.drop_table("material_edit")
