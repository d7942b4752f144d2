"""What stays of answers whose person is gone: counts of one day in one group, by which every figure stays the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from bot.store.sql import insert_ignoring
from bot.store.tables import Attempt, RemovedActivity

LOCAL_ZONE = ZoneInfo("Asia/Ho_Chi_Minh")  # a day in a report is a day in Vietnam
DayKey = tuple[date, str, int | None, str]


def keep_counts(session: Session, person_id: int) -> None:
    """Add a person's answers to the counts of their days; the caller deletes them."""
    rows = session.exec(select(Attempt).where(Attempt.person_id == person_id).order_by(col(Attempt.id))).all()
    rows = [row for row in rows if row.ward_code is not None]
    attempts = Counter(_key(row) for row in rows)
    correct = Counter(_key(row) for row in rows if row.correct)
    finished = Counter(_key(row) for row in _finishing(rows))
    for key in attempts:
        _add(session, key, attempts[key], correct[key], finished[key])


def _key(row: Attempt) -> DayKey:
    return (row.answered_at.astimezone(LOCAL_ZONE).date(), row.ward_code or "", row.group_id, row.course_id)


def _finishing(rows: Sequence[Attempt]) -> list[Attempt]:
    """The answers by which the figures count a lesson as finished (bot/indicators/figures.py): once a lesson and ward,
    where the last answer to a version finished there was given.
    """
    versions: dict[tuple[str, str, str], list[Attempt]] = {}
    for row in rows:
        versions.setdefault((row.ward_code or "", row.lesson_id, row.lesson_version), []).append(row)
    last: dict[tuple[str, str], Attempt] = {}
    for (ward_code, lesson_id, _), answers in versions.items():
        if len({row.question_id for row in answers}) < max(row.question_count for row in answers):
            continue
        known = last.get((ward_code, lesson_id))
        if known is None or (known.id or 0) < (answers[-1].id or 0):
            last[(ward_code, lesson_id)] = answers[-1]
    return list(last.values())


def _add(session: Session, key: DayKey, attempts: int, correct: int, finished: int) -> None:
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
