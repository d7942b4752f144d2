"""Second factors, sessions that can be listed, readers of a city, runs of the backup; the audit log only grows."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.store.columns import UtcDateTime

revision = "sf01"
down_revision = "st01"
branch_labels = None
depends_on = None

SQLITE_GUARDS = (
    """CREATE TRIGGER audit_entry_kept BEFORE DELETE ON audit_entry
    BEGIN SELECT RAISE(ABORT, 'the audit log is never deleted from'); END""",
    """CREATE TRIGGER audit_entry_unchanged BEFORE UPDATE ON audit_entry
    WHEN NEW.detail <> '' OR NEW.id IS NOT OLD.id OR NEW.at IS NOT OLD.at OR NEW.ward_code IS NOT OLD.ward_code
      OR NEW.staff_id IS NOT OLD.staff_id OR NEW.action IS NOT OLD.action
    BEGIN SELECT RAISE(ABORT, 'the audit log is never changed'); END""",
)
POSTGRESQL_GUARDS = (
    """CREATE OR REPLACE FUNCTION audit_entry_guard() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF TG_OP = 'DELETE' THEN RAISE EXCEPTION 'the audit log is never deleted from'; END IF;
      IF NEW.detail <> '' OR (NEW.id, NEW.at, NEW.ward_code, NEW.staff_id, NEW.action)
        IS DISTINCT FROM (OLD.id, OLD.at, OLD.ward_code, OLD.staff_id, OLD.action)
      THEN RAISE EXCEPTION 'the audit log is never changed'; END IF;
      RETURN NEW;
    END $$""",
    """CREATE TRIGGER audit_entry_guard BEFORE UPDATE OR DELETE ON audit_entry
    FOR EACH ROW EXECUTE FUNCTION audit_entry_guard()""",
)


def upgrade() -> None:
    """Go to this revision; whoever is signed in signs in again."""
    op.create_table(
        "second_factor",
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("secret", sa.String(length=64), nullable=False),
        sa.Column("confirmed_at", UtcDateTime(), nullable=True),
        sa.Column("last_step", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff_account.id"]),
        sa.PrimaryKeyConstraint("staff_id"),
    )
    op.create_table(
        "recovery_code",
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["staff_account.id"]),
        sa.PrimaryKeyConstraint("code_hash"),
    )
    op.create_index("ix_recovery_code_staff_id", "recovery_code", ["staff_id"])
    op.create_table(
        "backup_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("file", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("problem", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_backup_run_at", "backup_run", ["at"])
    with op.batch_alter_table("staff_account") as batch:
        batch.add_column(sa.Column("reads_city", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.execute("DELETE FROM staff_session")
    with op.batch_alter_table("staff_session") as batch:
        batch.add_column(sa.Column("seen_at", UtcDateTime(), nullable=False))
        batch.add_column(sa.Column("agent", sa.String(length=60), nullable=False, server_default=""))
        batch.add_column(sa.Column("complete", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.create_index("ix_audit_entry_at", "audit_entry", ["at"])
    for statement in SQLITE_GUARDS if op.get_bind().dialect.name == "sqlite" else POSTGRESQL_GUARDS:
        op.execute(statement)


def downgrade() -> None:
    """Go back to the revision before."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER audit_entry_kept")
        op.execute("DROP TRIGGER audit_entry_unchanged")
    else:
        op.execute("DROP TRIGGER audit_entry_guard ON audit_entry")
        op.execute("DROP FUNCTION audit_entry_guard()")
    op.drop_index("ix_audit_entry_at", "audit_entry")
    with op.batch_alter_table("staff_session") as batch:
        batch.drop_column("complete")
        batch.drop_column("agent")
        batch.drop_column("seen_at")
    with op.batch_alter_table("staff_account") as batch:
        batch.drop_column("reads_city")
    for table in ("backup_run", "recovery_code", "second_factor"):
        op.drop_table(table)
