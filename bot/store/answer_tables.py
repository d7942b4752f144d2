"""The table of staff answers that are not in force yet. Times are UTC."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Column
from sqlmodel import Field, SQLModel

from bot.store.columns import UtcDateTime


class StaffAnswerDraft(SQLModel, table=True):
    """An answer, or a correction of ``answer_id``'s ``version``, that waits for a second person and its day.

    ``questions`` are the unanswered questions that it settles. ``author_id`` and ``approver_id`` are accounts.
    ``ended``: ``in_force``, ``dropped`` or ``replaced`` by a later draft; None while it waits.
    """

    __tablename__ = "staff_answer_draft"

    id: int | None = Field(default=None, primary_key=True)
    ward_code: str = Field(foreign_key="ward.code", index=True)
    answer_id: int | None = Field(default=None, foreign_key="staff_answer.id")
    version: int = 0
    question: str
    text: str
    wordings: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    valid_until: date | None = None
    questions: list[Any] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    author: str
    author_id: int | None = Field(default=None, foreign_key="staff_account.id")
    made_at: datetime = Field(sa_type=UtcDateTime)
    approver: str | None = None
    approver_id: int | None = Field(default=None, foreign_key="staff_account.id")
    effective_from: datetime | None = Field(default=None, sa_type=UtcDateTime)
    ended: str | None = Field(default=None, max_length=8)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
