"""The tables. Times are UTC. Every person, group, staff answer and audit row belongs to a ward.

A resident becomes a Person only with consent; before it (or without it) there is only a Chat, which holds the
channel's own id, the ward and group chosen, and the state of the dialogue.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import JSON, Column, DateTime, Dialect, Index, UniqueConstraint
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, SQLModel


class UtcDateTime(TypeDecorator[datetime]):
    """A time in UTC; SQLite keeps no zone, so it is put back on the way out."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a time without a zone: nobody can tell what it means."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a stored time needs a zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the zone back."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


# SQLite hands the number of a deleted last row out again; a page that has seen reply 7 would pass over another 7.
NEVER_REUSED = {"sqlite_autoincrement": True}


def utc_now() -> datetime:
    """The present time in UTC."""
    return datetime.now(UTC)


class Ward(SQLModel, table=True):
    """A ward (phường, xã or đặc khu); ``code`` is its slug, such as ``le-dai-hanh``."""

    code: str = Field(primary_key=True, max_length=64)
    name: str
    superseded_by: str | None = None
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)


class ResidentialGroup(SQLModel, table=True):
    """A residential group (tổ dân phố, thôn, khu dân cư). ``join_code`` names it in links and QR codes."""

    __tablename__ = "residential_group"
    __table_args__ = (UniqueConstraint("ward_code", "name"),)

    id: int | None = Field(default=None, primary_key=True)
    ward_code: str = Field(foreign_key="ward.code", index=True)
    name: str
    kind: str = "tổ dân phố"
    join_code: str = Field(unique=True, max_length=16)
    adults: int | None = None
    population: int | None = None
    households: int | None = None
    leader: str | None = None
    active: bool = True


class Person(SQLModel, table=True):
    """A resident who agreed to be remembered. Nothing but a name to be called by, a group and an age band.

    ``enrolled_by`` is the volunteer who enrolled a neighbour without a phone, who agreed by word of mouth.
    """

    __table_args__ = NEVER_REUSED

    id: int | None = Field(default=None, primary_key=True)
    ward_code: str | None = Field(default=None, foreign_key="ward.code", index=True)
    group_id: int | None = Field(default=None, foreign_key="residential_group.id", index=True)
    called: str | None = None
    age_band: str | None = None
    enrolled_by: int | None = Field(default=None, foreign_key="person.id", index=True)
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)


class Consent(SQLModel, table=True):
    """One agreement: to what, in which wording, when, and when it was taken back."""

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    purpose: str
    version: str
    given_at: datetime = Field(sa_type=UtcDateTime)
    withdrawn_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Chat(SQLModel, table=True):
    """One conversation on one channel; ``address`` is the channel's id of it (web: a hash of the session)."""

    __table_args__ = (UniqueConstraint("channel", "address"), NEVER_REUSED)

    id: int | None = Field(default=None, primary_key=True)
    channel: str = Field(max_length=16)
    address: str = Field(max_length=128)
    person_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    ward_code: str | None = Field(default=None, foreign_key="ward.code")
    group_id: int | None = Field(default=None, foreign_key="residential_group.id")
    state: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    reachable: bool = True
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    last_seen_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)


class LinkCode(SQLModel, table=True):
    """A one-time code by which another account becomes the same person's."""

    __tablename__ = "link_code"

    code_hash: str = Field(primary_key=True, max_length=64)
    person_id: int = Field(foreign_key="person.id", index=True)
    expires_at: datetime = Field(sa_type=UtcDateTime)


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


class Inbox(SQLModel, table=True):
    """A message as it came, stored before the platform is answered; unique on channel and message id."""

    __table_args__ = (
        UniqueConstraint("channel", "message_id"),
        Index("ix_inbox_chat", "chat_id", "status", "id"),
        Index("ix_inbox_status", "status", "id"),
        NEVER_REUSED,
    )

    id: int | None = Field(default=None, primary_key=True)
    channel: str = Field(max_length=16)
    message_id: str = Field(max_length=200)
    chat_id: int = Field(foreign_key="chat.id")
    body: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    received_at: datetime = Field(sa_type=UtcDateTime)
    status: str = Field(default="new", max_length=8)
    tries: int = 0
    error: str | None = None
    done_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Broadcast(SQLModel, table=True):
    """A message to many (bot/delivery/broadcasts.py); ``chats`` are its recipients while it is under way."""

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
    report: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True), nullable=True))


class Outbox(SQLModel, table=True):
    """A reply to be sent, written in the transaction that made it. Lower ``priority`` goes first."""

    __table_args__ = (
        Index("ix_outbox_waiting", "channel", "status", "priority", "id"),
        Index("ix_outbox_chat", "chat_id", "id"),
        NEVER_REUSED,
    )

    id: int | None = Field(default=None, primary_key=True)
    inbox_id: int | None = Field(default=None, foreign_key="inbox.id", index=True)
    chat_id: int = Field(foreign_key="chat.id")
    channel: str = Field(max_length=16)
    body: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    edits: str | None = None
    priority: int = 0
    broadcast_id: int | None = Field(default=None, foreign_key="broadcast.id", index=True)
    status: str = Field(default="waiting", max_length=12)
    attempt: str | None = None
    tries: int = 0
    not_before: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    sent_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    platform_id: str | None = None
    error: str | None = None


class Lease(SQLModel, table=True):
    """What one running program holds until it expires: that it lives, or that it leads (bot/store/leases.py)."""

    name: str = Field(primary_key=True, max_length=64)
    holder: str = Field(max_length=32)
    expires_at: datetime = Field(sa_type=UtcDateTime)


class OaToken(SQLModel, table=True):
    """The rotating tokens of the app of a Zalo Official Account; ``expires_at`` is the access token's end."""

    __tablename__ = "oa_token"

    app_id: str = Field(primary_key=True, max_length=64)
    access: str
    refresh: str
    expires_at: datetime = Field(sa_type=UtcDateTime)


class Attempt(SQLModel, table=True):
    """One answered quiz question: the log every figure is derived from.

    ``key`` makes a replayed message count once. ``question_count`` is the number of questions in the version of
    the lesson that was begun: a lesson is finished when that many different questions were answered.
    """

    __table_args__ = (Index("ix_attempt_group", "ward_code", "group_id", "answered_at"),)

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True, max_length=200)
    person_id: int = Field(foreign_key="person.id", index=True)
    ward_code: str | None = Field(default=None, foreign_key="ward.code")
    group_id: int | None = Field(default=None, foreign_key="residential_group.id")
    course_id: str
    lesson_id: str
    lesson_version: str
    question_id: str
    question_count: int
    chosen: str
    correct: bool
    answered_at: datetime = Field(sa_type=UtcDateTime)


class RemovedActivity(SQLModel, table=True):
    """What stays of a deleted person: counts of one day in one group, tied to nobody."""

    __tablename__ = "removed_activity"
    __table_args__ = (UniqueConstraint("day", "ward_code", "group_id", "course_id"),)

    id: int | None = Field(default=None, primary_key=True)
    day: date
    ward_code: str = Field(foreign_key="ward.code")
    group_id: int | None = Field(default=None, foreign_key="residential_group.id")
    course_id: str
    attempts: int = 0
    correct: int = 0
    lessons_done: int = 0


class UnansweredQuestion(SQLModel, table=True):
    """A question for staff, masked; tied to nobody unless the asker wants to be told."""

    __tablename__ = "unanswered_question"

    id: int | None = Field(default=None, primary_key=True)
    ward_code: str | None = Field(default=None, foreign_key="ward.code", index=True)
    group_id: int | None = Field(default=None, foreign_key="residential_group.id")
    text: str
    reason: str = Field(default="no_passage", max_length=16)
    tell_chat_id: int | None = Field(default=None, foreign_key="chat.id", index=True)
    asked_at: datetime = Field(sa_type=UtcDateTime)
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class StaffAnswerRow(SQLModel, table=True):
    """An answer by ward staff; overrides the machine for questions close to ``question``."""

    __tablename__ = "staff_answer"

    id: int | None = Field(default=None, primary_key=True)
    ward_code: str = Field(foreign_key="ward.code", index=True)
    question: str
    text: str
    author: str
    answered_at: datetime = Field(sa_type=UtcDateTime)
    valid_until: date | None = None
    active: bool = True


class StaffAccount(SQLModel, table=True):
    """Somebody who signs in on the staff site."""

    __tablename__ = "staff_account"

    id: int | None = Field(default=None, primary_key=True)
    username: str = Field(unique=True, max_length=64)
    name: str
    password_hash: str | None = None
    active: bool = True
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)


class StaffMembership(SQLModel, table=True):
    """A staff account's role in one ward; ``group_id`` narrows a group leader to one group."""

    __tablename__ = "staff_membership"
    __table_args__ = (UniqueConstraint("staff_id", "ward_code"),)

    id: int | None = Field(default=None, primary_key=True)
    staff_id: int = Field(foreign_key="staff_account.id", index=True)
    ward_code: str = Field(foreign_key="ward.code")
    role: str = Field(max_length=16)
    group_id: int | None = Field(default=None, foreign_key="residential_group.id")


class StaffSession(SQLModel, table=True):
    """A signed-in browser; the cookie holds the token, the table only its hash."""

    __tablename__ = "staff_session"

    token_hash: str = Field(primary_key=True, max_length=64)
    staff_id: int = Field(foreign_key="staff_account.id", index=True)
    csrf: str
    created_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)


class SignInLink(SQLModel, table=True):
    """A one-time link that sets a password; ``staff_id`` None makes the first administrator."""

    __tablename__ = "sign_in_link"

    token_hash: str = Field(primary_key=True, max_length=64)
    staff_id: int | None = Field(default=None, foreign_key="staff_account.id")
    expires_at: datetime = Field(sa_type=UtcDateTime)
    used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class SignInFailure(SQLModel, table=True):
    """A failed sign-in, kept to slow down guessing; the name is hashed."""

    __tablename__ = "sign_in_failure"

    id: int | None = Field(default=None, primary_key=True)
    name_hash: str = Field(index=True, max_length=64)
    at: datetime = Field(sa_type=UtcDateTime)


class AuditEntry(SQLModel, table=True):
    """Who did what on the staff site, and when."""

    __tablename__ = "audit_entry"

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(sa_type=UtcDateTime)
    ward_code: str | None = Field(default=None, foreign_key="ward.code", index=True)
    staff_id: int | None = Field(default=None, foreign_key="staff_account.id")
    action: str = Field(max_length=40)
    detail: str = ""
