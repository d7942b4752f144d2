"""Tables of reports, of the JSON API and of its webhooks. None holds a resident's data."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import JSON, Column, Index, Text
from sqlmodel import Field, SQLModel

from bot.store.columns import UtcDateTime, utc_now


class ReportText(SQLModel, table=True):
    """A block of a report's words as staff wrote it for a period (``2026``, ``2026-H1``)."""

    __tablename__ = "report_text"

    ward_code: str = Field(foreign_key="ward.code", primary_key=True)
    period: str = Field(primary_key=True, max_length=8)
    block: str = Field(primary_key=True, max_length=16)
    text: str
    changed_by: str
    changed_at: datetime = Field(sa_type=UtcDateTime)


class FrozenReport(SQLModel, table=True):
    """A report as it was frozen: ``body`` is the exact text that ``sha256`` was made of. Never changed."""

    __tablename__ = "frozen_report"

    id: int | None = Field(default=None, primary_key=True)
    ward_code: str = Field(foreign_key="ward.code", index=True)
    period: str = Field(max_length=8)
    body: str = Field(sa_column=Column(Text, nullable=False))
    sha256: str = Field(max_length=64)
    frozen_by: str
    frozen_at: datetime = Field(sa_type=UtcDateTime)


class ApiToken(SQLModel, table=True):
    """A token that reads a ward's figures; only its hash is kept. ``ends`` are its last letters, to tell it by."""

    __tablename__ = "api_token"

    id: int | None = Field(default=None, primary_key=True)
    ward_code: str = Field(foreign_key="ward.code", index=True)
    name: str
    token_hash: str = Field(unique=True, max_length=64)
    ends: str = Field(max_length=8)
    scopes: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    made_by: str
    made_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    used_on: date | None = None
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Webhook(SQLModel, table=True):
    """An address of another system that is told of events. ``code`` is random: an old secret never meets a new hook."""

    code: str = Field(primary_key=True, max_length=32)
    ward_code: str = Field(foreign_key="ward.code", index=True)
    url: str
    events: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    made_by: str
    made_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class WebhookSecret(SQLModel, table=True):
    """What a webhook is signed with; an older one signs too until ``until``. Not in backups; refers to nothing."""

    __tablename__ = "webhook_secret"

    webhook: str = Field(primary_key=True, max_length=32)
    secret: str = Field(primary_key=True, max_length=80)
    made_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    until: datetime | None = Field(default=None, sa_type=UtcDateTime)


class WebhookDelivery(SQLModel, table=True):
    """One event for one webhook. ``status``: ``waiting``, ``sent`` or ``failed`` (no try is left)."""

    __tablename__ = "webhook_delivery"
    __table_args__ = (Index("ix_webhook_delivery_waiting", "status", "not_before"),)

    code: str = Field(primary_key=True, max_length=32)
    webhook: str = Field(foreign_key="webhook.code", index=True, max_length=32)
    event: str = Field(max_length=24)
    body: str = Field(sa_column=Column(Text, nullable=False))
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    not_before: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    status: str = Field(default="waiting", max_length=8)
    tries: int = 0
    answer: str = Field(default="", max_length=40)
    done_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
