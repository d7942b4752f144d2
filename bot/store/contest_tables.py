"""The tables of contests. Times are UTC; answers are only ever added, totals are computed from them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Column, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from bot.store.columns import UtcDateTime, utc_now


class Contest(SQLModel, table=True):
    """A contest of a ward. ``code`` names it in links; ``seed`` decides draw and orders.

    ``kind``: ``open`` (each in own time within the window) or ``live`` (all at once). ``status``: draft, rehearsal,
    open, frozen. ``rules`` is lessons.contest.rules.Rules; ``wanted`` what was drawn from ``bank``, None for chosen
    questions. ``groups`` and ``age_bands`` say who may play, empty for everybody. ``salt`` is of the marks, erased with
    them. ``alive_at``: the program noted last that it ran. ``result_file`` is the frozen log, ``settled_at`` when
    protests were closed. ``told_at``: when players in chats were sent their points.
    """

    id: int | None = Field(default=None, primary_key=True)
    ward_code: str = Field(foreign_key="ward.code", index=True)
    code: str = Field(unique=True, max_length=16)
    kind: str = Field(default="open", max_length=8)
    name: str
    rules_text: str = ""
    prizes: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    starts_at: datetime = Field(sa_type=UtcDateTime)
    ends_at: datetime = Field(sa_type=UtcDateTime)
    groups: list[int] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    age_bands: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    boards: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    rules: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    seed: str = Field(max_length=64)
    salt: str = Field(default="", max_length=64)
    wanted: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True), nullable=True))
    bank: list[Any] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    practice: int = 0
    status: str = Field(default="draft", max_length=12, index=True)
    alive_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    created_by: str
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    frozen_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    protests_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    settled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    published: bool = False
    result_hash: str | None = Field(default=None, max_length=64)
    result_file: str | None = None
    told_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class ContestQuestion(SQLModel, table=True):
    """A question as it stood when the contest was made; ``number`` from 1, practice questions from -1 downwards."""

    __tablename__ = "contest_question"
    __table_args__ = (UniqueConstraint("contest_id", "number"),)

    id: int | None = Field(default=None, primary_key=True)
    contest_id: int = Field(foreign_key="contest.id")
    number: int
    question_id: str
    body: dict[str, Any] = Field(default_factory=dict, sa_column=Column(JSON, nullable=False))
    voided: bool = False


class ContestParticipant(SQLModel, table=True):
    """One attempt of somebody; ``code`` and ``player`` are random, made for this contest.

    ``person_id`` None: played on paper, or deleted since. ``shown_as``: name, nickname or none. ``position`` counts the
    questions that lie behind, ``asked_at`` is when the present one was asked: both only ever go forward. ``chat_id``:
    where the questions of a live contest are sent to; None for who plays on the page or on paper.
    """

    __tablename__ = "contest_participant"
    __table_args__ = (
        UniqueConstraint("contest_id", "person_id", "attempt"),
        UniqueConstraint("contest_id", "code"),
    )

    id: int | None = Field(default=None, primary_key=True)
    contest_id: int = Field(foreign_key="contest.id", index=True)
    code: str = Field(max_length=16)
    player: str = Field(max_length=16)
    person_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    attempt: int = 1
    group_id: int | None = Field(default=None, foreign_key="residential_group.id")
    shown_as: str = Field(default="nickname", max_length=8)
    channel: str = Field(default="", max_length=16)
    paper: bool = False
    set_aside: bool = False
    joined_at: datetime = Field(sa_type=UtcDateTime)
    position: int = 0
    asked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    chat_id: int | None = Field(default=None, foreign_key="chat.id", index=True)


class ContestAnswer(SQLModel, table=True):
    """One answer of a participant to a question: the log. Never changed, never taken back."""

    __tablename__ = "contest_answer"
    __table_args__ = (
        UniqueConstraint("contest_id", "participant_id", "number"),
        Index("ix_contest_answer_participant_id", "participant_id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    contest_id: int = Field(foreign_key="contest.id")
    participant_id: int = Field(foreign_key="contest_participant.id")
    number: int
    asked_at: datetime = Field(sa_type=UtcDateTime)
    received_at: datetime = Field(sa_type=UtcDateTime)
    chosen: str = Field(max_length=40)


class ContestOutage(SQLModel, table=True):
    """A time in which the program did not run while the contest was on."""

    __tablename__ = "contest_outage"

    id: int | None = Field(default=None, primary_key=True)
    contest_id: int = Field(foreign_key="contest.id", index=True)
    started_at: datetime = Field(sa_type=UtcDateTime)
    ended_at: datetime = Field(sa_type=UtcDateTime)


class ContestRound(SQLModel, table=True):
    """A question asked to all at once; ``closed_at`` None while it is open. Practice rounds have negative numbers.

    ``told_at``: when it was seen to that players in chats learn their result.
    """

    __tablename__ = "contest_round"
    __table_args__ = (UniqueConstraint("contest_id", "number"),)

    id: int | None = Field(default=None, primary_key=True)
    contest_id: int = Field(foreign_key="contest.id")
    number: int
    opened_at: datetime = Field(sa_type=UtcDateTime)
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    told_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class ContestProtest(SQLModel, table=True):
    """What somebody objected to and what was decided; who objected is not written down.

    ``number``: the question it is about. ``decision``: None while it waits, then ``refused`` or ``voided``.
    """

    __tablename__ = "contest_protest"

    id: int | None = Field(default=None, primary_key=True)
    contest_id: int = Field(foreign_key="contest.id", index=True)
    number: int | None = None
    note: str
    at: datetime = Field(sa_type=UtcDateTime)
    noted_by: str
    decision: str | None = Field(default=None, max_length=8)
    reason: str = ""
    decided_by: str | None = None
    hash_before: str | None = Field(default=None, max_length=64)
    hash_after: str | None = Field(default=None, max_length=64)


class ContestPaper(SQLModel, table=True):
    """A sheet of paper: its random ``code`` is printed on it. Two people enter what is ticked and must agree."""

    __tablename__ = "contest_paper"
    __table_args__ = (UniqueConstraint("contest_id", "code"),)

    id: int | None = Field(default=None, primary_key=True)
    contest_id: int = Field(foreign_key="contest.id")
    code: str = Field(max_length=16)
    group_id: int | None = Field(default=None, foreign_key="residential_group.id")
    first: str | None = None
    first_by: str | None = None
    second: str | None = None
    second_by: str | None = None
    participant_id: int | None = Field(default=None, foreign_key="contest_participant.id")


class ContestMark(SQLModel, table=True):
    """What a participant's answers came from, salted and hashed: ``kind`` is cookie or address. For protests only."""

    __tablename__ = "contest_mark"
    __table_args__ = (UniqueConstraint("participant_id", "kind", "mark"),)

    id: int | None = Field(default=None, primary_key=True)
    contest_id: int = Field(foreign_key="contest.id", index=True)
    participant_id: int = Field(foreign_key="contest_participant.id")
    kind: str = Field(max_length=8)
    mark: str = Field(max_length=64)
