"""Lessons are kept in the versions that were begun; an upgrade takes those that chats carried."""

from __future__ import annotations

import json
from dataclasses import replace

from sqlalchemy import text
from sqlmodel import Session, select

from bot.store.database import Database
from bot.store.migrate import downgrade_to, head_revision, run_to
from bot.store.repositories import bind
from bot.store.tables import Chat, LessonVersion
from lessons.versions import pack
from tests.support.courses import shipped_courses

LESSON = shipped_courses().lessons[0]
OLDER = replace(LESSON, version="cu", title="Tên cũ")


def test_each_version_is_kept_once_and_comes_back(database: Database) -> None:
    for lesson in (OLDER, LESSON, OLDER):
        database.write_now(lambda session, lesson=lesson: bind(session).lessons.keep(lesson))  # type: ignore[misc]
    older = database.read_now(lambda session: bind(session).lessons.get(LESSON.id, "cu"))
    newer = database.read_now(lambda session: bind(session).lessons.get(LESSON.id, LESSON.version))
    assert older and newer
    assert (older.title, newer.title) == ("Tên cũ", LESSON.title)
    assert database.read_now(lambda session: len(session.exec(select(LessonVersion)).all())) == 2
    assert database.read_now(lambda session: bind(session).lessons.get(LESSON.id, "khác")) is None


def test_a_damaged_version_is_none(database: Database) -> None:
    def unit(session: Session) -> None:
        bind(session).lessons.keep(LESSON)
        session.flush()
        session.execute(text("UPDATE lesson_version SET body = 'hỏng'"))

    database.write_now(unit)
    assert database.read_now(lambda session: bind(session).lessons.get(LESSON.id, LESSON.version)) is None


def test_an_upgrade_takes_the_lessons_that_chats_carried(database: Database) -> None:
    downgrade_to(database.engine, "0001")
    where = {"lesson": LESSON.id, "version": "cu", "run": 1, "step": 2}
    state = {"lesson": where, "begun": pack(OLDER), "notice": True}

    with database.engine.begin() as connection:  # as that revision wrote it, whatever columns came later
        for address, kept_state in (("a", state), ("b", state), ("c", {"count": 3})):
            row = {"channel": "web", "address": address, "state": json.dumps(kept_state)}
            connection.execute(
                text(
                    "INSERT INTO chat (channel, address, state, reachable, created_at, last_seen_at) "
                    "VALUES (:channel, :address, :state, true, '2026-11-01', '2026-11-01')"
                ),
                row,
            )
    run_to(database.engine, head_revision())
    kept = database.read_now(lambda session: bind(session).lessons.get(LESSON.id, "cu"))
    assert kept and kept.title == "Tên cũ"
    states = database.read_now(lambda session: dict(session.exec(select(Chat.address, Chat.state)).all()))
    assert states == {
        "a": {"lesson": where, "notice": True},
        "b": {"lesson": where, "notice": True},
        "c": {"count": 3},
    }
