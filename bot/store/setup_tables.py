"""Tables of a ward's setting up: its offices, what was imported, its plan document, its targets, steps passed over."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Column
from sqlmodel import Field, SQLModel

from bot.store.columns import UtcDateTime, utc_now


class Office(SQLModel, table=True):
    """A place of the ward's directory where residents ask in person; entered by staff, who checked it on a day."""

    id: int | None = Field(default=None, primary_key=True)
    ward_code: str = Field(foreign_key="ward.code", index=True)
    name: str
    handles: str = ""
    address: str = ""
    hours: str = ""
    phone: str = ""
    checked_on: date
    entered_by: str
    changed_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)


class ImportBatch(SQLModel, table=True):
    """A table of groups or of assisted learners that staff sent in.

    ``status``: ``preview`` (``rows`` wait to be confirmed, for an hour), ``done`` (``next_row`` of ``row_count`` are
    in; a stop in between is gone on with) or ``undone``. ``before`` holds what changed groups were, the way back.
    """

    __tablename__ = "import_batch"

    id: int | None = Field(default=None, primary_key=True)
    ward_code: str = Field(foreign_key="ward.code", index=True)
    kind: str = Field(max_length=8)
    file_name: str
    made_by: str
    made_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    status: str = Field(default="preview", max_length=8)
    rows: list[list[Any]] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    problems: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    notes: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    before: list[dict[str, Any]] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    row_count: int = 0
    next_row: int = 0
    added: int = 0
    changed: int = 0
    undone_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class WardPlan(SQLModel, table=True):
    """A ward's own plan document, read by a child process. ``found`` is what was read from it, ``confirmed`` what
    staff say is right.

    ``status``: ``working`` (``stage``, ``done`` of ``total``), ``ready`` or ``failed`` (``message`` says what to do).
    """

    __tablename__ = "ward_plan"

    ward_code: str = Field(foreign_key="ward.code", primary_key=True)
    file_name: str
    uploaded_by: str
    uploaded_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    status: str = Field(default="working", max_length=8)
    stage: str = Field(default="read", max_length=24)
    done: int = 0
    total: int = 0
    message: str = ""
    found: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    confirmed: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    confirmed_by: str | None = None
    confirmed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class WardTarget(SQLModel, table=True):
    """A target of the ward: ``measure`` names a figure the program counts, or is ``plan`` for words of the plan."""

    __tablename__ = "ward_target"

    id: int | None = Field(default=None, primary_key=True)
    ward_code: str = Field(foreign_key="ward.code", index=True)
    measure: str = Field(max_length=16)
    text: str = ""
    percent: float | None = None
    due_on: date | None = None
    set_by: str = ""


class WardSetup(SQLModel, table=True):
    """Setting a ward up: the steps staff passed over, and when they said that it is done."""

    __tablename__ = "ward_setup"

    ward_code: str = Field(foreign_key="ward.code", primary_key=True)
    passed: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    started_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
