"""Volunteers: roles, invitations, sessions held face to face, neighbours without a phone."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.store.migrations.numbers import altered_keeping_numbers

revision = "ch06"
down_revision = "ch05"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    op.create_table(
        "community_role",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("ward_code", sa.String(), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("groups", sa.JSON(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.ForeignKeyConstraint(["ward_code"], ["ward.code"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("person_id", "ward_code"),
    )
    op.create_index("ix_community_role_person_id", "community_role", ["person_id"])
    op.create_index("ix_community_role_ward_code", "community_role", ["ward_code"])
    op.create_table(
        "invitation",
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("ward_code", sa.String(), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("groups", sa.JSON(), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["ward_code"], ["ward.code"]),
        sa.PrimaryKeyConstraint("code_hash"),
    )
    op.create_index("ix_invitation_ward_code", "invitation", ["ward_code"])
    op.create_table(
        "class_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=240), nullable=False),
        sa.Column("ward_code", sa.String(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("lesson_id", sa.String(), nullable=False),
        sa.Column("present", sa.Integer(), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=True),
        sa.Column("held_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["ward_code"], ["ward.code"]),
        sa.ForeignKeyConstraint(["group_id"], ["residential_group.id"]),
        sa.ForeignKeyConstraint(["recorded_by"], ["person.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key"),
    )
    op.create_index("ix_class_session_ward_code", "class_session", ["ward_code"])
    op.create_index("ix_class_session_recorded_by", "class_session", ["recorded_by"])
    with altered_keeping_numbers("person") as batch:
        batch.add_column(sa.Column("enrolled_by", sa.Integer(), nullable=True))
        batch.create_foreign_key("fk_person_enrolled_by", "person", ["enrolled_by"], ["id"])
        batch.create_index("ix_person_enrolled_by", ["enrolled_by"])


def downgrade() -> None:
    """Go back to the revision before."""
    with altered_keeping_numbers("person") as batch:
        batch.drop_index("ix_person_enrolled_by")
        batch.drop_constraint("fk_person_enrolled_by", type_="foreignkey")
        batch.drop_column("enrolled_by")
    op.drop_table("class_session")
    op.drop_table("invitation")
    op.drop_table("community_role")
