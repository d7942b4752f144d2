"""Staff answers in the database: publishing, correcting, and who wants to be told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlmodel import Session, col, select

from bot.store.sql import insert_ignoring
from bot.store.tables import Chat, StaffAnswerFollower, StaffAnswerRow, UnansweredQuestion
from knowledge.answer_types import StaffAnswer
from lessons.progress import local_day

VERSIONS_KEPT = 20  # of an answer: what staff compare with and go back to
FOLLOWED_DAYS = 30  # so long a correction still reaches who received the answer; older advice has been acted on
ID_PREFIX = "staff-answer-"


@dataclass(frozen=True, slots=True)
class Draft:
    """What staff enter of an answer."""

    question: str
    text: str
    wordings: tuple[str, ...] = ()
    valid_until: date | None = None


def as_staff_answer(row: StaffAnswerRow) -> StaffAnswer:
    """A row as the knowledge room takes it; its day is the day in Vietnam."""
    return StaffAnswer(
        id=f"{ID_PREFIX}{row.id}",
        ward=row.ward_code,
        question=row.question,
        text=row.text,
        author=row.author,
        answered_on=local_day(row.answered_at).isoformat(),
        valid_until=row.valid_until.isoformat() if row.valid_until else None,
        wordings=tuple(row.wordings),
    )


def answer_number(answer_id: str) -> int | None:
    """The row's number in the id of a StaffAnswer; None for anything else."""
    number = answer_id.removeprefix(ID_PREFIX)
    return int(number) if answer_id.startswith(ID_PREFIX) and number.isascii() and number.isdigit() else None


def active_answers(session: Session) -> Sequence[StaffAnswerRow]:
    """Every answer that was not withdrawn, of all wards."""
    statement = select(StaffAnswerRow).where(col(StaffAnswerRow.active).is_(True)).order_by(col(StaffAnswerRow.id))
    return session.exec(statement).all()


def publish(session: Session, ward_code: str, draft: Draft, author: str, now: datetime) -> StaffAnswerRow:
    """Put a new answer in force."""
    row = StaffAnswerRow(
        ward_code=ward_code,
        question=draft.question,
        text=draft.text,
        author=author,
        answered_at=now,
        valid_until=draft.valid_until,
        wordings=list(draft.wordings),
    )
    session.add(row)
    session.flush()
    return row


def settle_questions(
    session: Session, row: StaffAnswerRow, questions: Sequence[UnansweredQuestion], now: datetime
) -> list[int]:
    """Close the questions an answer was written for; the chats to be told, each once, now untied from the questions."""
    waiting: list[int] = []
    for question in questions:
        question.closed_at = now
        row.for_no_ward = row.for_no_ward or question.ward_code is None
        if question.tell_chat_id is not None and question.tell_chat_id not in waiting:
            waiting.append(question.tell_chat_id)
        question.tell_chat_id = None
    for chat_id in waiting:
        follow(session, row.id or 0, chat_id, row.version, now)
    return waiting


def correct(row: StaffAnswerRow, draft: Draft, author: str, now: datetime) -> bool:
    """Change an answer; True when what residents were told has changed, so that they should hear of it."""
    told, before = (row.question, row.text, row.valid_until), _version_of(row)
    row.question, row.text, row.valid_until = draft.question, draft.text, draft.valid_until
    row.wordings = list(draft.wordings)
    if told == (row.question, row.text, row.valid_until) and row.active:
        return False
    row.author, row.answered_at, row.active = author, now, True
    row.earlier = [before, *row.earlier][:VERSIONS_KEPT]
    row.version += 1
    return True


def _version_of(row: StaffAnswerRow) -> dict[str, Any]:
    return {
        "version": row.version,
        "question": row.question,
        "text": row.text,
        "author": row.author,
        "day": local_day(row.answered_at).strftime("%d/%m/%Y"),
        "valid_until": row.valid_until.isoformat() if row.valid_until else "",
        "wordings": list(row.wordings),
        "withdrawn": not row.active,
    }


def withdraw(row: StaffAnswerRow, now: datetime) -> None:
    """Take an answer out of force."""
    if row.active:
        row.active = False
        row.answered_at = now
        row.version += 1


def follow(session: Session, answer_id: int, chat_id: int, version: int, now: datetime) -> None:
    """Remember that a chat received this version and wants to hear when it changes."""
    values = {"answer_id": answer_id, "chat_id": chat_id, "version": version, "received_at": now}
    if insert_ignoring(session, StaffAnswerFollower, values) is None:
        known = session.exec(
            select(StaffAnswerFollower).where(
                StaffAnswerFollower.answer_id == answer_id, StaffAnswerFollower.chat_id == chat_id
            )
        ).one()
        known.version, known.received_at = version, now


def following(session: Session, chat_id: int) -> Sequence[StaffAnswerRow]:
    """The answers a chat wants to hear about, oldest first."""
    return session.exec(
        select(StaffAnswerRow)
        .join(StaffAnswerFollower, col(StaffAnswerFollower.answer_id) == col(StaffAnswerRow.id))
        .where(StaffAnswerFollower.chat_id == chat_id)
        .order_by(col(StaffAnswerRow.id))
    ).all()


def behind(session: Session, row: StaffAnswerRow, now: datetime) -> list[StaffAnswerFollower]:
    """Who received an older version within FOLLOWED_DAYS and asked to be told."""
    return list(
        session.exec(
            select(StaffAnswerFollower)
            .where(
                StaffAnswerFollower.answer_id == row.id,
                StaffAnswerFollower.version < row.version,
                col(StaffAnswerFollower.received_at) >= now - timedelta(days=FOLLOWED_DAYS),
            )
            .order_by(col(StaffAnswerFollower.chat_id))
        )
    )


def catch_up(session: Session, row: StaffAnswerRow, now: datetime) -> list[int]:
    """The chats that are due a correction, each marked as told; called again it finds none."""
    due = behind(session, row, now)
    for follower in due:
        follower.version, follower.received_at = row.version, now
        if not row.active:
            session.delete(follower)
    return [follower.chat_id for follower in due]


def locked(session: Session, answer_id: int) -> StaffAnswerRow | None:
    """An answer held against other replicas until the transaction ends: two taps must not send twice."""
    return session.exec(select(StaffAnswerRow).where(StaffAnswerRow.id == answer_id).with_for_update()).first()


def stop_following(session: Session, chat_id: int) -> None:
    """A chat wants no message it did not ask for just now."""
    for follower in session.exec(select(StaffAnswerFollower).where(StaffAnswerFollower.chat_id == chat_id)):
        session.delete(follower)
    waiting = select(UnansweredQuestion).where(UnansweredQuestion.tell_chat_id == chat_id)
    for question in session.exec(waiting):
        question.tell_chat_id = None


def chats_for_notice(session: Session, chat_ids: Sequence[int]) -> Sequence[Chat]:
    """The chats, held against the worker, which would write their state over."""
    return session.exec(select(Chat).where(col(Chat.id).in_(chat_ids)).order_by(col(Chat.id)).with_for_update()).all()
