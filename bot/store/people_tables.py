"""The tables of residents' rights over their data. Times are UTC."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Column
from sqlmodel import Field, SQLModel

from bot.store.columns import UtcDateTime


class DataExport(SQLModel, table=True):
    """A one-day address of everything held about a chat's resident; the table holds only its token's hash."""

    __tablename__ = "data_export"

    token_hash: str = Field(primary_key=True, max_length=64)
    chat_id: int = Field(foreign_key="chat.id", index=True)
    expires_at: datetime = Field(sa_type=UtcDateTime)


class RightsRequest(SQLModel, table=True):
    """A request about personal data, with its legal clock (bot/store/rights.py); whose it was is not kept.

    ``source``: ``chat`` (done at once by the resident) or ``office`` (noted by staff, who may give the number of their
    own file as ``reference``).
    """

    __tablename__ = "rights_request"

    id: int | None = Field(default=None, primary_key=True)
    ward_code: str = Field(foreign_key="ward.code", index=True)
    kind: str = Field(max_length=12)
    source: str = Field(max_length=8)
    reference: str = Field(default="", max_length=40)
    received_at: datetime = Field(sa_type=UtcDateTime, index=True)
    due_on: date
    extended: bool = False
    acknowledged_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    done_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Forgotten(SQLModel, table=True):
    """The number of a ``person`` or ``chat`` that was deleted: a backup put back is deleted from again by it."""

    kind: str = Field(primary_key=True, max_length=8)
    number: int = Field(primary_key=True)
    at: datetime = Field(sa_type=UtcDateTime)


class PersonMerge(SQLModel, table=True):
    """Two persons became one; ``undo`` holds what that changed (bot/store/merging.py), for as long as it can be undone.

    ``by``: ``resident`` (who linked accounts) or ``staff``.
    """

    __tablename__ = "person_merge"

    id: int | None = Field(default=None, primary_key=True)
    kept_id: int = Field(foreign_key="person.id", index=True)
    ward_code: str | None = Field(default=None, foreign_key="ward.code", index=True)
    by: str = Field(max_length=8)
    at: datetime = Field(sa_type=UtcDateTime)
    undo: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))


class DistinctPair(SQLModel, table=True):
    """Staff said that these two are not the same person."""

    __tablename__ = "distinct_pair"

    first_id: int = Field(primary_key=True, foreign_key="person.id")
    second_id: int = Field(primary_key=True, foreign_key="person.id", index=True)
