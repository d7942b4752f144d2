"""Live contests in chats: the chat of a seat, and whether players were told."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "co02"
down_revision = "in02"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    with op.batch_alter_table("contest_participant") as batch:
        batch.add_column(sa.Column("chat_id", sa.Integer(), nullable=True))
        batch.create_foreign_key("fk_contest_participant_chat_id", "chat", ["chat_id"], ["id"])
        batch.create_index("ix_contest_participant_chat_id", ["chat_id"])
    op.add_column("contest_round", sa.Column("told_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("contest", sa.Column("told_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Go back to the revision before."""
    op.drop_column("contest", "told_at")
    op.drop_column("contest_round", "told_at")
    with op.batch_alter_table("contest_participant") as batch:
        batch.drop_index("ix_contest_participant_chat_id")
        batch.drop_constraint("fk_contest_participant_chat_id", type_="foreignkey")
        batch.drop_column("chat_id")
