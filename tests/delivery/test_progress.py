"""The author of a broadcast sees in the chat how it gets on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session, col, select

from bot.delivery.broadcasts import advance, cancel, pause
from bot.delivery.outbox import INTERACTIVE
from bot.jobs.progress import EDIT_EVERY, figures_of, show, to_show
from bot.store import consents
from bot.store.consents import MESSAGES
from bot.store.database import Database
from bot.store.tables import Broadcast, Chat, Outbox, Person

MORNING = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
AUTHOR = 50


@pytest.fixture
def running(database: Database) -> Database:
    """A broadcast to ten people on Telegram, sent from chat 50, under way."""

    def unit(session: Session) -> None:
        for number in range(1, 11):
            session.add(Person(id=number, ward_code="hung-dao"))
            session.flush()
            consents.give(session, number, MESSAGES, "1", MORNING)
        for number in (*range(1, 11), AUTHOR):
            person = number if number != AUTHOR else None
            session.add(
                Chat(
                    id=number, channel="telegram", address=str(number), person_id=person, state={}, last_seen_at=MORNING
                )
            )
        session.flush()
        audience = {"groups": [], "unfinished": None, "age_bands": []}
        body = {"text": "Mời họp", "buttons": [], "citations": []}
        session.add(
            Broadcast(
                id=1, ward_code="hung-dao", body=body, audience=audience, recipients=10, author="Lan",
                author_chat_id=AUTHOR, status="scheduled", start_at=MORNING,
            )
        )  # fmt: skip
        session.flush()
        advance(session, session.get_one(Broadcast, 1), MORNING)

    database.write_now(unit)
    return database


def sends(database: Database, count: int, status: str = "sent") -> None:
    def unit(session: Session) -> None:
        waiting = select(Outbox).where(Outbox.broadcast_id == 1, Outbox.status == "waiting").order_by(col(Outbox.id))
        for row in session.exec(waiting.limit(count)).all():
            row.status, row.sent_at = status, MORNING
        session.flush()
        advance(session, session.get_one(Broadcast, 1), MORNING)

    database.write_now(unit)


def looks(database: Database, seconds: float, edits: bool = True) -> list[Outbox]:
    """The messages to the author after a look at this moment; what waits arrives at once."""
    at = MORNING + timedelta(seconds=seconds)
    editing = frozenset({"telegram"}) if edits else frozenset()

    def unit(session: Session) -> None:
        for number in to_show(session):
            figures = figures_of(session, number)
            assert figures is not None
            show(session, number, figures, editing, at)

    database.write_now(unit)
    return arrive(database, at)


def arrive(database: Database, at: datetime) -> list[Outbox]:
    def unit(session: Session) -> list[Outbox]:
        rows = session.exec(select(Outbox).where(Outbox.chat_id == AUTHOR).order_by(col(Outbox.id))).all()
        for row in rows:
            if row.status == "waiting":
                row.status, row.sent_at, row.platform_id = "sent", at, f"m{row.id}"
        return list(rows)

    return database.write_now(unit)


def said(row: Outbox) -> str:
    return str(row.body["text"])


def does(database: Database, act: Any) -> None:
    database.write_now(lambda session: act(session, session.get_one(Broadcast, 1)))


def test_one_message_is_edited_in_place_until_the_end(running: Database) -> None:
    (row,) = looks(running, 0)
    assert "░░░░░░░░░░ 0 %" in said(row) and row.edits is None and row.priority == INTERACTIVE
    assert [button["label"] for button in row.body["buttons"]] == ["Tạm dừng gửi", "Hủy phần chưa gửi"]
    sends(running, 4)
    (row,) = looks(running, 1)
    assert "0 %" in said(row), "not more often than the platform likes"
    (row,) = looks(running, EDIT_EVERY.seconds + 1)
    assert "▓▓▓▓░░░░░░ 40 %" in said(row) and "Đã gửi 4/10" in said(row) and row.edits == f"m{row.id}"
    sends(running, 1, "unknown")
    sends(running, 1, "failed")
    sends(running, 9)
    (row,) = looks(running, EDIT_EVERY.seconds + 2)
    assert "Đã gửi xong" in said(row) and "Đã gửi 8/10. Không gửi được: 1. Không rõ: 1." in said(row)
    assert row.body["buttons"] == [] and running.read_now(to_show) == [1]
    looks(running, 60)
    assert running.read_now(to_show) == []


def test_where_nothing_can_be_edited_only_half_and_end_are_told(running: Database) -> None:
    assert looks(running, 0, edits=False) == []
    for _ in range(5):
        sends(running, 1)
        looks(running, 10, edits=False)
    assert ["50 %" in said(row) for row in looks(running, 20, edits=False)] == [True]
    sends(running, 5)
    rows = looks(running, 30, edits=False)
    assert [said(row).split(" tin ")[0] for row in rows] == ["Đang gửi", "Đã gửi xong"]
    assert looks(running, 40, edits=False) == rows or len(looks(running, 50, edits=False)) == 2
    assert running.read_now(to_show) == []


def test_a_pause_and_a_cancellation_are_seen(running: Database) -> None:
    looks(running, 0)
    does(running, pause)
    (row,) = looks(running, 10)
    assert said(row).startswith("Tạm dừng")
    assert [button["label"] for button in row.body["buttons"]] == ["Gửi tiếp", "Hủy phần chưa gửi"]
    does(running, lambda session, one: cancel(session, one, MORNING))
    (row,) = looks(running, 11)
    assert said(row).startswith("Đã hủy") and "Không gửi nữa: 10" in said(row)


def test_an_author_who_blocked_the_bot_is_left_alone(running: Database) -> None:
    looks(running, 0)
    to_author = select(Outbox).where(Outbox.chat_id == AUTHOR)
    running.write_now(lambda session: setattr(session.exec(to_author).one(), "status", "failed"))
    looks(running, 10)
    assert running.read_now(to_show) == []


def test_a_broadcast_from_the_staff_site_tells_nobody(running: Database) -> None:
    does(running, lambda session, one: setattr(one, "author_chat_id", None))
    assert running.read_now(to_show) == []
