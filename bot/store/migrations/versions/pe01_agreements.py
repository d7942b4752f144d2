"""Agreements given by word of mouth or for a child, and codes for these."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "pe01"
down_revision = "ch10"
branch_labels = None
depends_on = None

WITNESS = "fk_consent_witness_id"


def upgrade() -> None:
    """Go to this revision."""
    with op.batch_alter_table("consent") as batch:
        batch.add_column(sa.Column("how", sa.String(length=8), nullable=False, server_default="self"))
        batch.add_column(sa.Column("witness_id", sa.Integer(), nullable=True))
        batch.create_foreign_key(WITNESS, "person", ["witness_id"], ["id"])
        batch.create_index("ix_consent_witness_id", ["witness_id"])
    op.execute("UPDATE consent SET how = 'spoken' WHERE version = 'spoken'")
    with op.batch_alter_table("link_code") as batch:
        batch.add_column(sa.Column("kind", sa.String(length=8), nullable=False, server_default="account"))


def downgrade() -> None:
    """Go back to the revision before."""
    with op.batch_alter_table("link_code") as batch:
        batch.drop_column("kind")
    with op.batch_alter_table("consent") as batch:
        batch.drop_index("ix_consent_witness_id")
        batch.drop_constraint(WITNESS, type_="foreignkey")
        batch.drop_column("witness_id")
        batch.drop_column("how")
