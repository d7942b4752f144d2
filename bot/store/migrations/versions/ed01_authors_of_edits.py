"""Which accounts wrote and approved an edit of the material, and why it was made."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "ed01"
down_revision = "co01"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    with op.batch_alter_table("material_edit") as table:
        for name in ("author_id", "approver_id"):
            table.add_column(sa.Column(name, sa.Integer(), nullable=True))
            table.create_foreign_key(f"fk_material_edit_{name}", "staff_account", [name], ["id"])
        table.add_column(sa.Column("why", sa.String(), nullable=False, server_default=""))


def downgrade() -> None:
    """Go back to the revision before."""
    with op.batch_alter_table("material_edit") as table:
        for name in ("author_id", "approver_id"):
            table.drop_constraint(f"fk_material_edit_{name}", type_="foreignkey")
            table.drop_column(name)
        table.drop_column("why")
