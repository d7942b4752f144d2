"""Forgetting on time."""

from __future__ import annotations

from datetime import timedelta

from sqlmodel import Session, select

from bot.jobs.retention import forget_what_is_due
from bot.store.database import Database
from bot.store.staff_answers import Draft, follow, publish
from bot.store.tables import Chat, Inbox, Outbox, StaffAnswerFollower, StaffAnswerRow, UnansweredQuestion, utc_now

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
