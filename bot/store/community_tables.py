"""The tables of what residents, helpers and staff do together, and of what the programs share. Times are UTC."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, UniqueConstraint
from sqlmodel import Field, SQLModel

from bot.channels.account import NAME_LIMIT
from bot.store.columns import UtcDateTime, utc_now


class Lease(SQLModel, table=True):
    """What one running program holds until it expires: that it lives, or that it leads (bot/store/leases.py)."""

    name: str = Field(primary_key=True, max_length=64)
    holder: str = Field(max_length=32)
    expires_at: datetime = Field(sa_type=UtcDateTime)


class ChannelQuota(SQLModel, table=True):
    """What an account may send: ``messages`` a month and to ``people`` (None: no limit), and what it sent in ``month``.

    Of an Official Account the messages that cost money are counted, of a Zalo bot all.
    """

    __tablename__ = "channel_quota"

    channel: str = Field(primary_key=True, max_length=NAME_LIMIT)
    month: str = Field(max_length=7)
    used: int = 0
    messages: int | None = None
    people: int | None = None


class LinkCode(SQLModel, table=True):
    """A one-time code of a person. ``kind``: ``account`` links another account, ``child`` lets a child be remembered,
    ``learner`` hands a record that a volunteer keeps over to the phone it is typed on.
    """

    __tablename__ = "link_code"

    code_hash: str = Field(primary_key=True, max_length=64)
    person_id: int = Field(foreign_key="person.id", index=True)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    kind: str = Field(default="account", max_length=8)


class StaffChat(SQLModel, table=True):
    """A chat in which a member of staff wants what the program has to tell them."""

    __tablename__ = "staff_chat"

    id: int | None = Field(default=None, primary_key=True)
    staff_id: int = Field(foreign_key="staff_account.id", index=True)
    chat_id: int = Field(foreign_key="chat.id", unique=True)
    linked_at: datetime = Field(sa_type=UtcDateTime)


class StaffChatCode(SQLModel, table=True):
    """A one-time code, made on the staff site, by which a chat becomes a member of staff's."""

    __tablename__ = "staff_chat_code"

    code_hash: str = Field(primary_key=True, max_length=64)
    staff_id: int = Field(foreign_key="staff_account.id", index=True)
    expires_at: datetime = Field(sa_type=UtcDateTime)


class StaffTold(SQLModel, table=True):
    """What staff were told, so that they are told once: an alert while it lasts, a deadline a number of days before."""

    __tablename__ = "staff_told"

    key: str = Field(primary_key=True, max_length=120)
    at: datetime = Field(sa_type=UtcDateTime)


class CommunityRole(SQLModel, table=True):
    """A resident who helps: ``volunteer`` or ``leader`` of a ward, for these residential groups."""

    __tablename__ = "community_role"
    __table_args__ = (UniqueConstraint("person_id", "ward_code"),)

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    ward_code: str = Field(foreign_key="ward.code", index=True)
    role: str = Field(max_length=16)
    groups: list[int] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    given_at: datetime = Field(sa_type=UtcDateTime)


class Invitation(SQLModel, table=True):
    """A one-time code by which a resident takes a role."""

    code_hash: str = Field(primary_key=True, max_length=64)
    ward_code: str = Field(foreign_key="ward.code", index=True)
    role: str = Field(max_length=16)
    groups: list[int] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    made_by: str
    expires_at: datetime = Field(sa_type=UtcDateTime)


class ClassSession(SQLModel, table=True):
    """A lesson taught face to face in a group, with the number of people who came; unique on the message it came by."""

    __tablename__ = "class_session"

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True, max_length=240)
    ward_code: str = Field(foreign_key="ward.code", index=True)
    group_id: int = Field(foreign_key="residential_group.id")
    lesson_id: str
    present: int
    recorded_by: int | None = Field(default=None, foreign_key="person.id", index=True)
    held_at: datetime = Field(sa_type=UtcDateTime)


class ClassAttendance(SQLModel, table=True):
    """Somebody who came to a session, marked by name; ``ClassSession.present`` counts them too, each once."""

    __tablename__ = "class_attendance"
    __table_args__ = (UniqueConstraint("session_id", "person_id"),)

    id: int | None = Field(default=None, primary_key=True)
    session_id: int = Field(foreign_key="class_session.id")
    person_id: int = Field(foreign_key="person.id", index=True)


class HumanRequest(SQLModel, table=True):
    """Somebody asked for a human: until it is closed what they type goes to the ward's staff."""

    __tablename__ = "human_request"

    id: int | None = Field(default=None, primary_key=True)
    chat_id: int = Field(foreign_key="chat.id", index=True)
    ward_code: str = Field(foreign_key="ward.code", index=True)
    opened_at: datetime = Field(sa_type=UtcDateTime)
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    closed_by: str | None = None


class HumanLine(SQLModel, table=True):
    """What was said in it, masked; ``author`` is the staff member, None for the resident."""

    __tablename__ = "human_line"

    id: int | None = Field(default=None, primary_key=True)
    request_id: int = Field(foreign_key="human_request.id", index=True)
    author: str | None = None
    text: str
    at: datetime = Field(sa_type=UtcDateTime)


class WardDesk(SQLModel, table=True):
    """When a ward's staff answer: ``opens`` and ``closes`` as HH:MM in Vietnam, ``weekdays`` 0 (Monday) to 6."""

    __tablename__ = "ward_desk"

    ward_code: str = Field(primary_key=True, foreign_key="ward.code")
    opens: str = Field(default="07:30", max_length=5)
    closes: str = Field(default="17:00", max_length=5)
    weekdays: str = Field(default="01234", max_length=7)
    away: str = ""


class Broadcast(SQLModel, table=True):
    """A message to many (bot/delivery/broadcasts.py); ``chats`` are its recipients while it is under way.

    ``progress_id`` is the message in the outbox by which its author sees how it gets on, ``told_percent`` what was told
    last (bot/jobs/progress.py). ``article_id`` is the Official Account's article that goes to its followers with it;
    ``article_status``: waiting, sending, sent, failed, unknown.
    """

    id: int | None = Field(default=None, primary_key=True)
    ward_code: str = Field(foreign_key="ward.code", index=True)
    body: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    audience: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    recipients: int = 0
    author: str
    author_chat_id: int | None = Field(default=None, foreign_key="chat.id")
    confirmed_by: str | None = None
    approved_by: str | None = None
    status: str = Field(default="draft", max_length=12, index=True)
    start_at: datetime = Field(sa_type=UtcDateTime)
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    started_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    chats: list[int] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True), nullable=True))
    cursor: int = 0
    fed: bool = False
    progress_id: int | None = None
    told_percent: int = 0
    article_id: str | None = Field(default=None, max_length=64)
    article_status: str | None = Field(default=None, max_length=12)
    article_error: str | None = None
    report: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True), nullable=True))
