"""What figures depend on besides the log: how many lessons each course had since when, and that something changed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlalchemy import update
from sqlmodel import Session, col, select

from bot.store.tables import CourseSize, FigureBuild

BEGINNING, EVER = date(1970, 1, 1), date(9999, 12, 31)


def keep_course_sizes(session: Session, lessons: Mapping[str, int], today: date) -> None:
    """Write down where the number of lessons of a course is another one from today on.

    Whoever finished the course stays finished when lessons are added.
    """
    newest = {row.course_id: row for row in session.exec(select(CourseSize).where(col(CourseSize.until) == EVER)).all()}
    changed = False
    for course_id, count in lessons.items():
        row = newest.get(course_id)
        if count == 0 or (row is not None and row.lessons == count):
            continue
        changed = True
        if row is None:
            session.add(CourseSize(course_id=course_id, since=BEGINNING, until=EVER, lessons=count))
        elif row.since == today:
            row.lessons = count
        else:
            row.until = today
            session.add(CourseSize(course_id=course_id, since=today, until=EVER, lessons=count))
    if changed:
        make_stale(session)
    session.flush()


def make_stale(session: Session, ward_code: str | None = None) -> None:
    """Have the figures of a ward, or of all, made anew at the next chance: more changed than rows that came."""
    change = update(FigureBuild).values(stale=True)
    session.execute(change if ward_code is None else change.where(col(FigureBuild.ward_code) == ward_code))
