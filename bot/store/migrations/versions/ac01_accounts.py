"""Accounts of wards: longer names, tokens by account, and a place for what staff connect."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "ac01"
down_revision = "in01"
branch_labels = None
depends_on = None

TABLES = ("chat", "inbox", "outbox", "channel_quota")


def upgrade() -> None:
    """Go to this revision."""
    _name_length(16, 80)
    op.create_table(
        "channel_account",
        sa.Column("account", sa.String(length=80), nullable=False),
        sa.Column("sealed", sa.String(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("account"),
    )
    op.rename_table("oa_token", "oa_token_by_app")
    _oa_tokens("account", 80, sa.Column("app_id", sa.String(length=64), nullable=False))
    op.execute(
        "INSERT INTO oa_token (account, app_id, access, refresh, expires_at) "
        "SELECT 'zalo-oa', app_id, access, refresh, expires_at FROM oa_token_by_app ORDER BY expires_at DESC LIMIT 1"
    )
    op.drop_table("oa_token_by_app")


def downgrade() -> None:
    """Go back to the revision before; accounts of wards are forgotten."""
    op.rename_table("oa_token", "oa_token_by_account")
    _oa_tokens("app_id", 64)
    op.execute(
        "INSERT INTO oa_token (app_id, access, refresh, expires_at) "
        "SELECT app_id, access, refresh, expires_at FROM oa_token_by_account WHERE account = 'zalo-oa'"
    )
    op.drop_table("oa_token_by_account")
    op.drop_table("channel_account")
    _name_length(80, 16)


def _oa_tokens(key: str, length: int, *more: sa.Column[str]) -> None:
    op.create_table(
        "oa_token",
        # A restore puts tokens back as they were before this revision: those of the only account then.
        sa.Column(key, sa.String(length=length), nullable=False, server_default="zalo-oa"),
        *more,
        sa.Column("access", sa.String(), nullable=False),
        sa.Column("refresh", sa.String(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        # The table it replaces holds the name that PostgreSQL would give the key.
        sa.PrimaryKeyConstraint(key, name=f"oa_token_{key}_pkey"),
    )


def _name_length(before: int, after: int) -> None:
    """SQLite holds texts of any length: there the tables need not be made anew."""
    if op.get_bind().dialect.name == "sqlite":
        return
    for table in TABLES:
        # Going back fails where a ward has an account of its own: its messages would have no place.
        op.alter_column(table, "channel", existing_type=sa.String(length=before), type_=sa.String(length=after))
