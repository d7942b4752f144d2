"""Deletion of a person: attempts become counts of a day in a group, tied to nobody; the rest goes."""

from __future__ import annotations

from collections import Counter
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import delete, update
from sqlmodel import Session, col, select

from bot.store.desk import forget_requests
from bot.store.sql import insert_ignoring
from bot.store.tables import (
    Attempt,
    Broadcast,
    Certificate,
    Chat,
    ClassAttendance,
    ClassSession,
    CommunityRole,
    Consent,
    Inbox,
    LinkCode,
    Outbox,
    Person,
    RemovedActivity,
    StaffAnswerFollower,
    StaffChat,
    UnansweredQuestion,
)

LOCAL_ZONE = ZoneInfo("Asia/Ho_Chi_Minh")  # a day in a report is a day in Vietnam
DayKey = tuple[date, str, int | None, str]


def forget_person(session: Session, person_id: int | None, chat_id: int) -> None:
    """Delete a person (or an anonymous chat) from every table.

    Messages of their chats are blanked, queued replies and stored questions go. The rows of chats stay as empty
    addresses, because the platform may deliver to them again.
    """
    chat_ids = [chat_id]
    if person_id is not None:
        chat_ids += [row for row in session.exec(select(Chat.id).where(Chat.person_id == person_id)) if row]
    chats = sorted(set(chat_ids))
    session.execute(delete(UnansweredQuestion).where(col(UnansweredQuestion.tell_chat_id).in_(chats)))
    session.execute(delete(StaffAnswerFollower).where(col(StaffAnswerFollower.chat_id).in_(chats)))
    session.execute(delete(Outbox).where(col(Outbox.chat_id).in_(chats)))
    forget_requests(session, chats)
    session.execute(delete(StaffChat).where(col(StaffChat.chat_id).in_(chats)))
    session.execute(update(Broadcast).where(col(Broadcast.author_chat_id).in_(chats)).values(author_chat_id=None))
    session.execute(
        update(Inbox).where(col(Inbox.chat_id).in_(chats), col(Inbox.status) != "new").values(body={}, error=None)
    )
    session.execute(
        update(Chat).where(col(Chat.id).in_(chats)).values(person_id=None, ward_code=None, group_id=None, state={})
    )
    if person_id is None:
        return
    _keep_counts(session, person_id)
    session.execute(update(Person).where(col(Person.enrolled_by) == person_id).values(enrolled_by=None))
    session.execute(update(ClassSession).where(col(ClassSession.recorded_by) == person_id).values(recorded_by=None))
    for table in (Attempt, Certificate, ClassAttendance, CommunityRole, Consent, LinkCode):
        session.execute(delete(table).where(col(table.person_id) == person_id))
    session.execute(delete(Person).where(col(Person.id) == person_id))


def _keep_counts(session: Session, person_id: int) -> None:
    attempts: Counter[DayKey] = Counter()
    correct: Counter[DayKey] = Counter()
    finished: Counter[DayKey] = Counter()
    answered: dict[tuple[str, str], set[str]] = {}
    rows = session.exec(select(Attempt).where(Attempt.person_id == person_id).order_by(col(Attempt.answered_at)))
    for row in rows:
        if row.ward_code is None:
            continue
        key = (row.answered_at.astimezone(LOCAL_ZONE).date(), row.ward_code, row.group_id, row.course_id)
        attempts[key] += 1
        correct[key] += row.correct
        questions = answered.setdefault((row.lesson_id, row.lesson_version), set())
        was_finished = len(questions) >= row.question_count
        questions.add(row.question_id)
        finished[key] += not was_finished and len(questions) >= row.question_count
    for key in attempts:
        _add_count(session, key, attempts[key], correct[key], finished[key])


def _add_count(session: Session, key: DayKey, attempts: int, correct: int, finished: int) -> None:
    day, ward_code, group_id, course_id = key
    where = (
        RemovedActivity.day == day,
        RemovedActivity.ward_code == ward_code,
        RemovedActivity.group_id == group_id if group_id is not None else col(RemovedActivity.group_id).is_(None),
        RemovedActivity.course_id == course_id,
    )
    row = session.exec(select(RemovedActivity).where(*where)).first()
    if row is None:
        values = {"day": day, "ward_code": ward_code, "group_id": group_id, "course_id": course_id}
        insert_ignoring(session, RemovedActivity, {**values, "attempts": 0, "correct": 0, "lessons_done": 0})
        session.flush()
        row = session.exec(select(RemovedActivity).where(*where)).one()
    row.attempts += attempts
    row.correct += correct
    row.lessons_done += finished
    session.add(row)
    session.flush()
