"""Figures: the daily table, what staff enter, what wards chose; counts of deleted people by measure.

The views themselves are made after every migration (bot/store/migrate.py), so that no change of a table meets them.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "in01"
down_revision = "ed01"
branch_labels = None
depends_on = None

SAFETY = "an-toan"


def upgrade() -> None:
    """Go to this revision."""
    _make_daily()
    _make_entered()
    op.create_table(
        "removed_figure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("measure", sa.String(length=16), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("ward_code", sa.String(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.String(length=64), nullable=False),
        sa.Column("numerator", sa.Integer(), nullable=False),
        sa.Column("denominator", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["ward_code"], ["ward.code"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("measure", "day", "ward_code", "group_id", "course_id"),
    )
    _take_over("answers", "sum(correct)", "sum(attempts)", "attempts > 0")
    _take_over("safety", "sum(correct)", "sum(attempts)", f"course_id = '{SAFETY}' AND attempts > 0")
    _take_over("lessons", "sum(lessons_done)", "0", "lessons_done > 0")
    op.drop_table("removed_activity")


def _make_daily() -> None:
    op.create_table(
        "daily_figure",
        sa.Column("ward_code", sa.String(length=64), nullable=False),
        sa.Column("measure", sa.String(length=16), nullable=False),
        sa.Column("course_id", sa.String(length=64), nullable=False),
        sa.Column("group_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("numerator", sa.Integer(), nullable=False),
        sa.Column("denominator", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("ward_code", "measure", "course_id", "group_id", "day"),
    )
    op.create_index("ix_daily_figure_standing", "daily_figure", ["ward_code", "measure", "until"])
    op.create_table(
        "figure_build",
        sa.Column("ward_code", sa.String(), nullable=False),
        sa.Column("built_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.Column("attempt_id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("stale", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["ward_code"], ["ward.code"]),
        sa.PrimaryKeyConstraint("ward_code"),
    )
    op.create_table(
        "course_size",
        sa.Column("course_id", sa.String(length=64), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("lessons", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("course_id", "since"),
    )
    op.create_table(
        "group_adults",
        sa.Column("group_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("adults", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("group_id", "since"),
    )


def _make_entered() -> None:
    op.create_table(
        "ward_indicator",
        sa.Column("ward_code", sa.String(), nullable=False),
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("target", sa.String(length=16), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("own", sa.JSON(), nullable=True),
        sa.Column("set_by", sa.String(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["ward_code"], ["ward.code"]),
        sa.PrimaryKeyConstraint("ward_code", "code"),
    )
    op.create_table(
        "entered_figure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ward_code", sa.String(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=True),
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("numerator", sa.Integer(), nullable=True),
        sa.Column("denominator", sa.Integer(), nullable=True),
        sa.Column("percent", sa.String(length=16), nullable=True),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("entered_by", sa.String(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["group_id"], ["residential_group.id"]),
        sa.ForeignKeyConstraint(["import_id"], ["import_batch.id"]),
        sa.ForeignKeyConstraint(["ward_code"], ["ward.code"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_entered_figure_ward", "entered_figure", ["ward_code", "code", "day"])
    op.create_index("ix_entered_figure_import_id", "entered_figure", ["import_id"])


def _take_over(measure: str, numerator: str, denominator: str, where: str) -> None:
    """Counts kept until now become counts of a measure."""
    op.execute(
        "INSERT INTO removed_figure (measure, day, ward_code, group_id, course_id, numerator, denominator) "  # noqa: S608 - words of this file
        f"SELECT '{measure}', day, ward_code, coalesce(group_id, 0), '', {numerator}, {denominator} "
        f"FROM removed_activity WHERE {where} GROUP BY day, ward_code, coalesce(group_id, 0)"
    )


def downgrade() -> None:
    """Go back to the revision before; counts of deleted people keep answers and lessons."""
    op.create_table(
        "removed_activity",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("ward_code", sa.String(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=True),
        sa.Column("course_id", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("correct", sa.Integer(), nullable=False),
        sa.Column("lessons_done", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["group_id"], ["residential_group.id"]),
        sa.ForeignKeyConstraint(["ward_code"], ["ward.code"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("day", "ward_code", "group_id", "course_id"),
    )
    op.execute(
        "INSERT INTO removed_activity (day, ward_code, group_id, course_id, attempts, correct, lessons_done) "
        "SELECT day, ward_code, nullif(group_id, 0), '', "
        "sum(CASE WHEN measure = 'answers' THEN denominator ELSE 0 END), "
        "sum(CASE WHEN measure = 'answers' THEN numerator ELSE 0 END), "
        "sum(CASE WHEN measure = 'lessons' THEN numerator ELSE 0 END) "
        "FROM removed_figure WHERE measure IN ('answers', 'lessons') GROUP BY day, ward_code, nullif(group_id, 0)"
    )
    for table in (
        "removed_figure", "entered_figure", "ward_indicator", "group_adults", "course_size", "figure_build",
        "daily_figure",
    ):  # fmt: skip
        op.drop_table(table)
