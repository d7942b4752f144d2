"""Staff answers with other wordings, versions and those who want to be told; what a marked answer rested on."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

MARKED_ANSWER = "fk_unanswered_question_staff_answer_id"


def upgrade() -> None:
    """Go to this revision."""
    with op.batch_alter_table("staff_answer", schema=None) as batch_op:
        batch_op.add_column(sa.Column("wordings", sa.JSON(), nullable=False, server_default="[]"))
        batch_op.add_column(sa.Column("for_no_ward", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
    op.create_table(
        "staff_answer_follower",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("answer_id", sa.Integer(), nullable=False),
        sa.Column("chat_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["answer_id"], ["staff_answer.id"]),
        sa.ForeignKeyConstraint(["chat_id"], ["chat.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("answer_id", "chat_id"),
    )
    with op.batch_alter_table("staff_answer_follower", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_staff_answer_follower_chat_id"), ["chat_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_staff_answer_follower_received_at"), ["received_at"], unique=False)
    with op.batch_alter_table("unanswered_question", schema=None) as batch_op:
        batch_op.add_column(sa.Column("answered_from", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("staff_answer_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(MARKED_ANSWER, "staff_answer", ["staff_answer_id"], ["id"])
        batch_op.create_index(batch_op.f("ix_unanswered_question_staff_answer_id"), ["staff_answer_id"], unique=False)


def downgrade() -> None:
    """Go back from this revision."""
    with op.batch_alter_table("unanswered_question", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_unanswered_question_staff_answer_id"))
        batch_op.drop_constraint(MARKED_ANSWER, type_="foreignkey")
        batch_op.drop_column("staff_answer_id")
        batch_op.drop_column("answered_from")
    with op.batch_alter_table("staff_answer_follower", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_staff_answer_follower_received_at"))
        batch_op.drop_index(batch_op.f("ix_staff_answer_follower_chat_id"))
    op.drop_table("staff_answer_follower")
    with op.batch_alter_table("staff_answer", schema=None) as batch_op:
        batch_op.drop_column("version")
        batch_op.drop_column("for_no_ward")
        batch_op.drop_column("wordings")
