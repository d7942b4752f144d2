"""The tables of figures: what views of the log give day by day, what staff enter, what each ward chose."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, Column, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from bot.store.columns import ExactNumber, UtcDateTime, utc_now


class DailyFigure(SQLModel, table=True):
    """Of one measure in one group: the sums of all days up to ``day``, which stand until the day before ``until``.

    Made from the views (bot/store/measure_views.py) and from nothing else; ``bot/indicators/daily.py`` makes it anew.
    ``group_id`` 0: people without a group; -1: the whole ward. ``course_id`` '' unless the measure counts by course.
    No foreign keys: a row that refers to nothing any more goes with the next making.
    """

    __tablename__ = "daily_figure"
    __table_args__ = (Index("ix_daily_figure_standing", "ward_code", "measure", "until"),)

    ward_code: str = Field(primary_key=True, max_length=64)
    measure: str = Field(primary_key=True, max_length=16)
    course_id: str = Field(primary_key=True, max_length=64)
    group_id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    day: date = Field(primary_key=True)
    until: date
    numerator: int
    denominator: int


class FigureBuild(SQLModel, table=True):
    """When a ward's daily figures were made last, up to which rows of the logs, and how long it took.

    ``stale``: something else than a new row changed (a merge), or somebody asked for it.
    """

    __tablename__ = "figure_build"

    ward_code: str = Field(primary_key=True, foreign_key="ward.code")
    built_at: datetime = Field(sa_type=UtcDateTime)
    seconds: float = 0.0
    attempt_id: int = 0
    session_id: int = 0
    stale: bool = False


class CourseSize(SQLModel, table=True):
    """How many lessons a course had in the days from ``since`` to the day before ``until``."""

    __tablename__ = "course_size"

    course_id: str = Field(primary_key=True, max_length=64)
    since: date = Field(primary_key=True)
    until: date
    lessons: int


class GroupAdults(SQLModel, table=True):
    """How many adults a group had from a day on, as the ward said then. No foreign key: it is no use of the group."""

    __tablename__ = "group_adults"

    group_id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    since: date = Field(primary_key=True)
    adults: int | None = None


class ContestCount(SQLModel, table=True):
    """How many of a group took part in a frozen contest and passed (bot/store/contest_counts.py); 0: of no group."""

    __tablename__ = "contest_count"

    contest_id: int = Field(primary_key=True, foreign_key="contest.id")
    group_id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    took_part: int
    passed: int


class RemovedFigure(SQLModel, table=True):
    """What stays of a deleted person: what they added to a measure on a day in a group, tied to nobody."""

    __tablename__ = "removed_figure"
    __table_args__ = (UniqueConstraint("measure", "day", "ward_code", "group_id", "course_id"),)

    id: int | None = Field(default=None, primary_key=True)
    measure: str = Field(max_length=16)
    day: date
    ward_code: str = Field(foreign_key="ward.code")
    group_id: int = 0
    course_id: str = Field(default="", max_length=64)
    numerator: int = 0
    denominator: int = 0


class WardIndicator(SQLModel, table=True):
    """An indicator that a ward chose, with its target; ``own`` is the definition of one that the ward made itself."""

    __tablename__ = "ward_indicator"

    ward_code: str = Field(primary_key=True, foreign_key="ward.code")
    code: str = Field(primary_key=True, max_length=12)
    position: int = 0
    target: Decimal | None = Field(default=None, sa_type=ExactNumber)
    due_on: date | None = None
    own: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True), nullable=True))
    set_by: str = ""
    set_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)


class EnteredFigure(SQLModel, table=True):
    """A figure that staff entered: what stood on ``day``, from where, by whom. ``group_id`` None: the whole ward.

    ``percent`` stands for numerator and denominator when the source gives nothing else. A correction is a new row; the
    newest of a day counts, ``withdrawn_at`` takes one out.
    """

    __tablename__ = "entered_figure"
    __table_args__ = (Index("ix_entered_figure_ward", "ward_code", "code", "day"),)

    id: int | None = Field(default=None, primary_key=True)
    ward_code: str = Field(foreign_key="ward.code")
    group_id: int | None = Field(default=None, foreign_key="residential_group.id")
    code: str = Field(max_length=12)
    day: date
    numerator: int | None = None
    denominator: int | None = None
    percent: Decimal | None = Field(default=None, sa_type=ExactNumber)
    source: str
    entered_by: str
    entered_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    import_id: int | None = Field(default=None, foreign_key="import_batch.id", index=True)
    withdrawn_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
