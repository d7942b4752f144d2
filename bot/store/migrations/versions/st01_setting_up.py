"""Setting a ward up: imports, plan documents, targets, wards that are served."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.store.migrations.numbers import altered_keeping_numbers

revision = "st01"
down_revision = "pe03"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    op.create_table(
        "import_batch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ward_code", sa.String(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.String(length=8), nullable=False),
        sa.Column("rows", sa.JSON(), nullable=False),
        sa.Column("problems", sa.JSON(), nullable=False),
        sa.Column("notes", sa.JSON(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("row_count", sa.Integer(), nullable=False),
        sa.Column("next_row", sa.Integer(), nullable=False),
        sa.Column("added", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["ward_code"], ["ward.code"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_import_batch_ward_code", "import_batch", ["ward_code"])
    op.create_table(
        "ward_plan",
        sa.Column("ward_code", sa.String(), nullable=False),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("uploaded_by", sa.String(), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.String(length=8), nullable=False),
        sa.Column("stage", sa.String(length=24), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("message", sa.String(), nullable=False),
        sa.Column("found", sa.JSON(), nullable=False),
        sa.Column("confirmed", sa.JSON(), nullable=False),
        sa.Column("confirmed_by", sa.String(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["ward_code"], ["ward.code"]),
        sa.PrimaryKeyConstraint("ward_code"),
    )
    op.create_table(
        "ward_target",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ward_code", sa.String(), nullable=False),
        sa.Column("measure", sa.String(length=16), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("percent", sa.Float(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("set_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["ward_code"], ["ward.code"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_ward_target_ward_code", "ward_target", ["ward_code"])
    op.create_table(
        "ward_setup",
        sa.Column("ward_code", sa.String(), nullable=False),
        sa.Column("passed", sa.JSON(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["ward_code"], ["ward.code"]),
        sa.PrimaryKeyConstraint("ward_code"),
    )
    # A column added in place: SQLite need not copy the tables that refer to wards.
    op.add_column("ward", sa.Column("served", sa.Boolean(), nullable=False, server_default=sa.true()))
    with altered_keeping_numbers("person") as batch:
        batch.add_column(sa.Column("import_id", sa.Integer(), nullable=True))
        batch.create_foreign_key("fk_person_import_id", "import_batch", ["import_id"], ["id"])
        batch.create_index("ix_person_import_id", ["import_id"])


def downgrade() -> None:
    """Go back to the revision before."""
    with altered_keeping_numbers("person") as batch:
        batch.drop_index("ix_person_import_id")
        batch.drop_constraint("fk_person_import_id", type_="foreignkey")
        batch.drop_column("import_id")
    op.drop_column("ward", "served")
    op.drop_table("ward_setup")
    op.drop_table("ward_target")
    op.drop_table("ward_plan")
    op.drop_table("import_batch")
