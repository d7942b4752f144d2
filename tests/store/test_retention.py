"""Forgetting on time."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError
from sqlmodel import Session, select

from bot.jobs.retention import Keep, forget_what_is_due, remove_old_backups
from bot.settings import Settings
from bot.store.database import Database
from bot.store.staff_answers import Draft, follow, publish
from bot.store.tables import (
    Chat,
    Inbox,
    Outbox,
    Person,
    StaffAnswerFollower,
    StaffAnswerRow,
    UnansweredQuestion,
    utc_now,
)

NOW = utc_now()


def at(hours: float):
    return NOW - timedelta(hours=hours)


def fill(session: Session) -> None:
    chat = Chat(channel="web", address="a", state={"asked": ["câu hỏi"], "lesson": 3}, last_seen_at=at(25))
    fresh = Chat(channel="web", address="b", state={"asked": ["câu hỏi mới"]}, last_seen_at=at(1))
    session.add_all([chat, fresh])
    session.flush()
    for number, (status, hours) in enumerate([("done", 25), ("done", 23), ("new", 99), ("done", 31 * 24)]):
        row = Inbox(
            channel="web",
            message_id=str(number),
            chat_id=chat.id or 0,
            body={"text": "riêng"},
            received_at=at(hours),
            status=status,
            done_at=None if status == "new" else at(hours),
        )
        session.add(row)
        session.flush()
        session.add(
            Outbox(inbox_id=row.id, chat_id=chat.id or 0, channel="web", body={}, status="sent", created_at=at(hours))
        )
    session.add(UnansweredQuestion(text="cũ", asked_at=at(91 * 24)))
    session.add(UnansweredQuestion(text="mới", asked_at=at(89 * 24)))


def test_texts_go_after_a_day_and_rows_after_a_month(database: Database) -> None:
    database.write_now(fill)
    database.write_now(lambda session: forget_what_is_due(session, NOW))
    kept = database.read_now(lambda session: {row.message_id: row.body for row in session.exec(select(Inbox))})
    assert kept == {"0": {}, "1": {"text": "riêng"}, "2": {"text": "riêng"}}
    assert database.read_now(lambda session: len(session.exec(select(Outbox)).all())) == 3


def test_questions_for_staff_go_after_90_days(database: Database) -> None:
    database.write_now(fill)
    database.write_now(lambda session: forget_what_is_due(session, NOW))
    assert database.read_now(lambda session: [row.text for row in session.exec(select(UnansweredQuestion))]) == ["mới"]


def test_who_wants_to_hear_of_changes_is_forgotten_after_30_days(database: Database) -> None:
    def followed(session: Session) -> None:
        fill(session)
        row = publish(session, "hung-dao", Draft("Bao giờ?", "Mai."), "Lan", at(40 * 24))
        follow(session, row.id or 0, 1, 1, at(31 * 24))
        follow(session, row.id or 0, 2, 1, at(29 * 24))

    database.write_now(followed)
    database.write_now(lambda session: forget_what_is_due(session, NOW))
    kept = database.read_now(lambda session: [one.chat_id for one in session.exec(select(StaffAnswerFollower))])
    assert kept == [2]
    assert database.read_now(lambda session: len(session.exec(select(StaffAnswerRow)).all())) == 1


def test_what_was_sent_unasked_stays_a_month_for_who_opens_the_chat_seldom(database: Database) -> None:
    def sent(session: Session) -> None:
        session.add(Chat(id=1, channel="web", address="a", state={}))
        session.flush()
        for days in (8, 29, 31):
            session.add(Outbox(chat_id=1, channel="web", body={"d": days}, status="sent", created_at=at(days * 24)))

    database.write_now(sent)
    database.write_now(lambda session: forget_what_is_due(session, NOW))
    kept = database.read_now(lambda session: [row.body["d"] for row in session.exec(select(Outbox))])
    assert sorted(kept) == [8, 29]


def test_a_quiet_chat_forgets_its_last_questions_and_keeps_its_lesson(database: Database) -> None:
    database.write_now(fill)
    database.write_now(lambda session: forget_what_is_due(session, NOW))
    states = database.read_now(lambda session: {chat.address: chat.state for chat in session.exec(select(Chat))})
    assert states == {"a": {"lesson": 3}, "b": {"asked": ["câu hỏi mới"]}}


def test_a_ward_may_keep_less(database: Database) -> None:
    database.write_now(fill)
    settings = Settings(_env_file=None, keep_questions_days=30, keep_texts_hours=1)
    database.write_now(lambda session: forget_what_is_due(session, NOW, Keep.of(settings)))
    assert database.read_now(lambda session: session.exec(select(UnansweredQuestion)).all()) == []
    kept = database.read_now(lambda session: {row.message_id: row.body for row in session.exec(select(Inbox))})
    assert kept == {"0": {}, "1": {}, "2": {"text": "riêng"}}
    with pytest.raises(ValidationError):
        Settings(_env_file=None, keep_questions_days=91)


def test_who_was_not_seen_for_two_years_is_deleted(database: Database) -> None:
    def lives(session: Session) -> None:
        old, recent = at(731 * 24), at(729 * 24)
        for number, seen in ((1, old), (2, recent)):
            session.add(Person(id=number, called=f"Bác {number}", created_at=old))
            session.flush()
            session.add(Chat(channel="web", address=f"p{number}", person_id=number, state={}, last_seen_at=seen))
        session.add(Person(id=3, called="Không điện thoại", created_at=old))
        session.add(Person(id=4, called="Mới ghi hộ", created_at=recent))
        session.add(
            Chat(channel="web", address="anon", ward_code="hung-dao", state={"noticed": True}, last_seen_at=old)
        )

    database.write_now(lives)
    database.write_now(lambda session: forget_what_is_due(session, NOW, Keep(silent=None)))
    assert database.read_now(lambda session: len(session.exec(select(Person)).all())) == 4
    database.write_now(lambda session: forget_what_is_due(session, NOW))
    assert database.read_now(lambda session: sorted(session.exec(select(Person.id)))) == [2, 4]
    addresses = database.read_now(lambda session: sorted(session.exec(select(Chat.address))))
    assert addresses[-1] == "p2" and all(one.startswith("gone:") for one in addresses[:-1])


def test_the_address_of_a_deleted_chat_goes_after_a_day_of_silence(database: Database) -> None:
    def chats(session: Session) -> None:
        for name, hours in (("deleted", 25), ("just now", 23), ("writes again", 25)):
            state = {"noticed": True} if name == "writes again" else {}
            session.add(Chat(channel="web", address=name, state=state, last_seen_at=at(hours)))
        session.add(Chat(id=9, channel="web", address="waiting", state={}, last_seen_at=at(25)))
        session.flush()
        session.add(Inbox(channel="web", message_id="x", chat_id=9, received_at=at(0)))

    database.write_now(chats)
    for _ in range(2):
        database.write_now(lambda session: forget_what_is_due(session, NOW))
    left = database.read_now(lambda session: set(session.exec(select(Chat.address))))
    assert {"just now", "writes again", "waiting"} == {one for one in left if not one.startswith("gone:")}


def test_own_backups_go_in_time_and_those_of_people_stay(tmp_path: Path) -> None:
    for name, days in (("before-upgrade-1.zip", 91), ("before-restore-2.zip", 89), ("mine.zip", 400)):
        (tmp_path / name).write_text("x", encoding="utf-8")
        os.utime(tmp_path / name, (at(days * 24).timestamp(),) * 2)
    remove_old_backups(tmp_path, NOW, Keep().backups)
    assert {file.name for file in tmp_path.iterdir()} == {"before-restore-2.zip", "mine.zip"}
