"""The tables of residents' rights over their data. Times are UTC."""

from __future__ import annotations

from datetime import date, datetime

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
