"""The tables. Times are UTC. Every person, group, staff answer and audit row belongs to a ward.

A resident becomes a Person only with consent; before it (or without it) there is only a Chat, which holds the
channel's own id, the ward and group chosen, and the state of the dialogue.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Column, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from bot.channels.account import NAME_LIMIT
from bot.store import contest_tables as contest_tables
from bot.store.account_tables import ChannelAccount as ChannelAccount
from bot.store.account_tables import OaToken as OaToken
from bot.store.answer_tables import StaffAnswerDraft as StaffAnswerDraft
from bot.store.columns import UtcDateTime as UtcDateTime
from bot.store.columns import utc_now as utc_now
from bot.store.community_tables import Broadcast as Broadcast
from bot.store.community_tables import ChannelQuota as ChannelQuota
from bot.store.community_tables import ClassAttendance as ClassAttendance
from bot.store.community_tables import ClassSession as ClassSession
from bot.store.community_tables import CommunityRole as CommunityRole
from bot.store.community_tables import HumanLine as HumanLine
from bot.store.community_tables import HumanRequest as HumanRequest
from bot.store.community_tables import Invitation as Invitation
from bot.store.community_tables import Lease as Lease
from bot.store.community_tables import LinkCode as LinkCode
from bot.store.community_tables import StaffChat as StaffChat
from bot.store.community_tables import StaffChatCode as StaffChatCode
from bot.store.community_tables import StaffTold as StaffTold
from bot.store.community_tables import WardDesk as WardDesk
from bot.store.figure_tables import ContestCount as ContestCount
from bot.store.figure_tables import CourseSize as CourseSize
from bot.store.figure_tables import DailyFigure as DailyFigure
from bot.store.figure_tables import EnteredFigure as EnteredFigure
from bot.store.figure_tables import FigureBuild as FigureBuild
from bot.store.figure_tables import GroupAdults as GroupAdults
from bot.store.figure_tables import RemovedFigure as RemovedFigure
from bot.store.figure_tables import WardIndicator as WardIndicator
from bot.store.people_tables import DataExport as DataExport
from bot.store.people_tables import DistinctPair as DistinctPair
from bot.store.people_tables import Forgotten as Forgotten
from bot.store.people_tables import PersonMerge as PersonMerge
from bot.store.people_tables import RightsRequest as RightsRequest
from bot.store.report_tables import ApiToken as ApiToken
from bot.store.report_tables import FrozenReport as FrozenReport
from bot.store.report_tables import ReportText as ReportText
from bot.store.report_tables import Webhook as Webhook
from bot.store.report_tables import WebhookDelivery as WebhookDelivery
from bot.store.report_tables import WebhookSecret as WebhookSecret
from bot.store.setup_tables import ImportBatch as ImportBatch
from bot.store.setup_tables import Office as Office
from bot.store.setup_tables import WardPlan as WardPlan
from bot.store.setup_tables import WardSetup as WardSetup
from bot.store.setup_tables import WardTarget as WardTarget
from bot.store.sign_in_tables import SignInFailure as SignInFailure
from bot.store.sign_in_tables import SignInLink as SignInLink
from bot.store.sign_in_tables import StaffSession as StaffSession
from bot.store.staff_tables import BackupRun as BackupRun
from bot.store.staff_tables import RecoveryCode as RecoveryCode
from bot.store.staff_tables import SecondFactor as SecondFactor
from lessons.progress import VIETNAM as VIETNAM

# SQLite hands the number of a deleted last row out again; a page that has seen reply 7 would pass over another 7.
NEVER_REUSED = {"sqlite_autoincrement": True}


class Ward(SQLModel, table=True):
    """A ward (phường, xã or đặc khu); ``code`` is its slug, such as ``le-dai-hanh``.

    One that is not ``served`` is offered to no resident: a ward's own installation hides the wards that are shipped.
    """

    code: str = Field(primary_key=True, max_length=64)
    name: str
    superseded_by: str | None = None
    served: bool = True
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

    ``enrolled_by`` is the volunteer who enrolled a neighbour without a phone, who agreed by word of mouth;
    ``import_id`` the list by which staff did.
    """

    __table_args__ = (
        Index("ix_person_place", "ward_code", "group_id"),
        Index("ix_person_joined", "ward_code", "created_at"),
        NEVER_REUSED,
    )

    id: int | None = Field(default=None, primary_key=True)
    ward_code: str | None = Field(default=None, foreign_key="ward.code", index=True)
    group_id: int | None = Field(default=None, foreign_key="residential_group.id", index=True)
    called: str | None = None
    age_band: str | None = None
    enrolled_by: int | None = Field(default=None, foreign_key="person.id", index=True)
    import_id: int | None = Field(default=None, foreign_key="import_batch.id", index=True)
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)


class Consent(SQLModel, table=True):
    """One agreement: to what, in which wording, when, and when it was taken back.

    ``how``: ``self``; ``spoken`` (by word of mouth before a volunteer) or ``guardian`` (a child and, by a code, an
    adult), whose person is ``witness_id``.
    """

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    purpose: str
    version: str
    given_at: datetime = Field(sa_type=UtcDateTime)
    withdrawn_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    how: str = Field(default="self", max_length=8)
    witness_id: int | None = Field(default=None, foreign_key="person.id", index=True)


class Chat(SQLModel, table=True):
    """One conversation on one channel; ``address`` is the channel's id of it (web: a hash of the session)."""

    __table_args__ = (UniqueConstraint("channel", "address"), NEVER_REUSED)

    id: int | None = Field(default=None, primary_key=True)
    channel: str = Field(max_length=NAME_LIMIT)
    address: str = Field(max_length=128)
    person_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    ward_code: str | None = Field(default=None, foreign_key="ward.code")
    group_id: int | None = Field(default=None, foreign_key="residential_group.id")
    state: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    reachable: bool = True
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    last_seen_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)


class Inbox(SQLModel, table=True):
    """A message as it came, stored before the platform is answered; unique on channel and message id."""

    __table_args__ = (
        UniqueConstraint("channel", "message_id"),
        Index("ix_inbox_chat", "chat_id", "status", "id"),
        Index("ix_inbox_status", "status", "id"),
        NEVER_REUSED,
    )

    id: int | None = Field(default=None, primary_key=True)
    channel: str = Field(max_length=NAME_LIMIT)
    message_id: str = Field(max_length=200)
    chat_id: int = Field(foreign_key="chat.id")
    body: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    received_at: datetime = Field(sa_type=UtcDateTime)
    status: str = Field(default="new", max_length=8)
    tries: int = 0
    error: str | None = None
    done_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


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
    channel: str = Field(max_length=NAME_LIMIT)
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


class LessonVersion(SQLModel, table=True):
    """A lesson as it was when somebody began it or answered it, packed by ``lessons.versions``.

    Kept for ever, about 3 KB each: residents finish the version they began, old answers keep their question's text.
    """

    __tablename__ = "lesson_version"

    lesson_id: str = Field(primary_key=True, max_length=64)
    version: str = Field(primary_key=True, max_length=64)
    body: str
    kept_at: datetime = Field(sa_type=UtcDateTime)


class Certificate(SQLModel, table=True):
    """A paper that says that a person finished a course; ``code`` opens its verification page.

    ``name`` is what the person wants written on it. One a person and course; it goes with the person.
    """

    __table_args__ = (UniqueConstraint("person_id", "course_id"),)

    id: int | None = Field(default=None, primary_key=True)
    code: str = Field(unique=True, max_length=16)
    person_id: int = Field(foreign_key="person.id", index=True)
    ward_code: str = Field(foreign_key="ward.code", index=True)
    course_id: str
    course_title: str
    name: str
    lessons: int
    finished_on: date
    issued_at: datetime = Field(sa_type=UtcDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class MaterialEdit(SQLModel, table=True):
    """A change of the material by staff: the whole text of an item. In force once approved, until withdrawn.

    ``item`` is the file's path below the material's folder (of a fact: knowledge/facts/ID.yaml), ``base_hash`` that of
    the shipped text it was made from. ``author_id`` and ``approver_id`` are accounts; None on the command line.
    ``why`` is what the author says of it.
    """

    __tablename__ = "material_edit"

    id: int | None = Field(default=None, primary_key=True)
    item: str = Field(index=True, max_length=200)
    base_hash: str = Field(max_length=64)
    body: str
    author: str
    approver: str | None = None
    made_at: datetime = Field(sa_type=UtcDateTime)
    effective_from: datetime = Field(sa_type=UtcDateTime)
    withdrawn_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    author_id: int | None = Field(default=None, foreign_key="staff_account.id")
    approver_id: int | None = Field(default=None, foreign_key="staff_account.id")
    why: str = ""


class UnansweredQuestion(SQLModel, table=True):
    """A question for staff, masked; tied to nobody unless the asker wants to be told.

    ``reason``: ``no_passage``, ``marked_wrong``, or ``marked_right`` (closed at once, counted only). ``answered_from``
    is the title of what the marked answer rested on, ``staff_answer_id`` the staff answer that was marked.
    """

    __tablename__ = "unanswered_question"

    id: int | None = Field(default=None, primary_key=True)
    ward_code: str | None = Field(default=None, foreign_key="ward.code", index=True)
    group_id: int | None = Field(default=None, foreign_key="residential_group.id")
    text: str
    reason: str = Field(default="no_passage", max_length=16)
    answered_from: str | None = None
    staff_answer_id: int | None = Field(default=None, foreign_key="staff_answer.id", index=True)
    tell_chat_id: int | None = Field(default=None, foreign_key="chat.id", index=True)
    asked_at: datetime = Field(sa_type=UtcDateTime)
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class StaffAnswerRow(SQLModel, table=True):
    """An answer by ward staff; overrides the machine for questions close to ``question`` or one of ``wordings``.

    ``for_no_ward``: residents who chose no ward get it too. ``version`` counts what residents can see change;
    ``earlier`` holds the versions before, the newest first (bot/store/staff_answers.py).
    """

    __tablename__ = "staff_answer"

    id: int | None = Field(default=None, primary_key=True)
    ward_code: str = Field(foreign_key="ward.code", index=True)
    question: str
    text: str
    author: str
    answered_at: datetime = Field(sa_type=UtcDateTime)
    valid_until: date | None = None
    active: bool = True
    wordings: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    for_no_ward: bool = False
    version: int = 1
    earlier: list[dict[str, Any]] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))


class StaffAnswerFollower(SQLModel, table=True):
    """A chat that received a staff answer and asked to be told when it changes; kept for 30 days."""

    __tablename__ = "staff_answer_follower"
    __table_args__ = (UniqueConstraint("answer_id", "chat_id"),)

    id: int | None = Field(default=None, primary_key=True)
    answer_id: int = Field(foreign_key="staff_answer.id")
    chat_id: int = Field(foreign_key="chat.id", index=True)
    version: int
    received_at: datetime = Field(sa_type=UtcDateTime, index=True)


class StaffAccount(SQLModel, table=True):
    """Somebody who signs in on the staff site; ``reads_city``: the figures of every ward, whatever memberships say."""

    __tablename__ = "staff_account"

    id: int | None = Field(default=None, primary_key=True)
    username: str = Field(unique=True, max_length=64)
    name: str
    password_hash: str | None = None
    active: bool = True
    reads_city: bool = False
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)


class StaffMembership(SQLModel, table=True):
    """A staff account's role in one ward; ``group_id`` narrows a group leader or a volunteer to one group."""

    __tablename__ = "staff_membership"
    __table_args__ = (UniqueConstraint("staff_id", "ward_code"),)

    id: int | None = Field(default=None, primary_key=True)
    staff_id: int = Field(foreign_key="staff_account.id", index=True)
    ward_code: str = Field(foreign_key="ward.code")
    role: str = Field(max_length=16)
    group_id: int | None = Field(default=None, foreign_key="residential_group.id")


class AuditEntry(SQLModel, table=True):
    """Who did what on the staff site or the command line, and when. Rows are never changed or deleted (triggers), save
    that ``detail`` is blanked when it would lead to a deleted resident.
    """

    __tablename__ = "audit_entry"

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(sa_type=UtcDateTime)
    ward_code: str | None = Field(default=None, foreign_key="ward.code", index=True)
    staff_id: int | None = Field(default=None, foreign_key="staff_account.id")
    action: str = Field(max_length=40)
    detail: str = ""
