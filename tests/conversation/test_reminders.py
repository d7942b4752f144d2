"""Reminders: asked for, in the evening, of what is really due, seldom, and ended by one word."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import Session, col, select

from bot.conversation.router import Conversation
from bot.delivery.outbox import REMINDER
from bot.jobs.reminders import REMINDER_CAP, Reminders
from bot.store.database import Database
from bot.store.tables import Chat, Outbox
from lessons.catalogue import Catalogue, load_courses
from tests.conversation.passages import Noting
from tests.conversation.test_linking import Accounts
from tests.lessons.material import write_courses

EVENING = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)  # 19:00 in Vietnam


@pytest.fixture
def small(tmp_path: Path) -> Catalogue:
    return load_courses(write_courses(tmp_path))


@pytest.fixture
def lan(database: Database, noting: Noting, small: Catalogue) -> Accounts:
    """Somebody on Telegram who agreed and asked to be reminded, at noon of 21/11."""
    accounts = Accounts(database, Conversation(noting, small))
    accounts.add(1, "telegram")
    accounts.says(1, "đồng ý")
    seen(accounts, 1)
    return accounts


def seen(lan: Accounts, number: int) -> None:
    """As the worker notes it."""
    lan.do(lambda session: setattr(session.get_one(Chat, number), "last_seen_at", lan.now))


def evening(lan: Accounts, days: int, hour: int = 12) -> list[str]:
    """What is sent when the job looks some days later; the evening is 12:00 UTC."""
    at = EVENING.replace(hour=hour) + timedelta(days=days)
    assert lan.conversation is not None
    catalogue = lan.conversation.catalogue
    before = len(sent(lan))
    job = Reminders(lan.database, lambda: catalogue)
    for _ in range(2):
        asyncio.run(job.step(at))
    return [row.body["text"] for row in sent(lan)[before:]]


def sent(lan: Accounts) -> list[Outbox]:
    return list(
        lan.do(
            lambda session: session.exec(
                select(Outbox).where(Outbox.priority == REMINDER).order_by(col(Outbox.id))
            ).all()
        )
    )


def learns(lan: Accounts, answers: int = 3) -> None:
    """Begins the small lesson and answers so many of its questions, then is away."""
    lan.says(1, "học bài")
    while "Câu 1/" not in "\n".join(reply.text for reply in lan.replies):
        payload = next(
            button.payload
            for reply in lan.replies
            for button in reply.buttons
            if button.payload.startswith(("1co", "1le", "1nx"))
        )
        lan.says(1, "", payload)
    for _ in range(answers):
        options = [
            button.payload for reply in lan.replies for button in reply.buttons if button.payload.startswith("1op")
        ]
        lan.says(1, "", options[0])
    seen(lan, 1)


def test_nobody_is_reminded_who_did_not_ask(lan: Accounts) -> None:
    learns(lan, 1)
    assert evening(lan, 2) == []


def test_a_lesson_left_half_done_is_told_the_next_evening(lan: Accounts) -> None:
    assert "Nhiều nhất hai lần một tuần" in lan.says(1, "nhắc tôi")
    learns(lan, 1)
    assert evening(lan, 0) == [], "not on the same day"
    (said,) = evening(lan, 1)
    assert "học dở bài" in said
    (row,) = sent(lan)
    assert [button["label"] for button in row.body["buttons"]] == ["Học tiếp", "Thôi nhắc"]
    assert "Câu 2" in lan.says(1, "1"), "a typed number means the reminder's button"


def test_questions_due_for_review_are_told(lan: Accounts) -> None:
    lan.says(1, "nhắc tôi")
    learns(lan, 2)
    assert evening(lan, 0) == []
    lan.do(lambda session: setattr(session.get_one(Chat, 1), "state", {"remind": {}}))
    found = [said for days in range(1, 10) for said in evening(lan, days)]
    assert found and all("câu đến lúc ôn lại" in said for said in found)


def test_only_in_the_evening(lan: Accounts) -> None:
    lan.says(1, "nhắc tôi")
    learns(lan, 1)
    assert evening(lan, 1, hour=2) == evening(lan, 1, hour=15) == [], "9:00 and 22:00 in Vietnam"
    assert len(evening(lan, 1)) == 1


def test_twice_a_week_and_not_for_ever(lan: Accounts) -> None:
    lan.says(1, "nhắc tôi")
    learns(lan, 1)
    week = [len(evening(lan, days)) for days in range(1, 8)]
    assert sum(week) == REMINDER_CAP
    assert sum(len(evening(lan, days)) for days in range(8, 40)) == 1, "three unanswered in a row are enough"
    lan.now += timedelta(days=40)
    lan.says(1, "chào")
    learns(lan, 1)
    assert sum(len(evening(lan, days)) for days in range(41, 60)) > 0, "who writes again is reminded again"


@pytest.mark.parametrize("answers", [0, 1])
@pytest.mark.parametrize("word", ["dừng", "Dừng.", "/dung", "/stop", "thôi nhắc", "/thoinhac"])
def test_one_word_ends_it(lan: Accounts, word: str, answers: int) -> None:
    """Also below a question whose buttons are "Đúng" and "Sai"."""
    lan.says(1, "nhắc tôi")
    learns(lan, answers)
    lan.says(1, word)
    seen(lan, 1)
    assert evening(lan, 2) == []


def test_a_stop_word_on_another_account_counts_too(lan: Accounts) -> None:
    lan.says(1, "nhắc tôi")
    learns(lan, 1)

    def other(session: Session) -> None:
        person = session.get_one(Chat, 1).person_id
        session.add(Chat(id=2, channel="web", address="b", person_id=person, state={"stopped": True}))

    lan.do(other)
    assert evening(lan, 1) == []


def test_a_person_with_two_accounts_is_reminded_once(lan: Accounts) -> None:
    lan.says(1, "nhắc tôi")
    learns(lan, 1)

    def other(session: Session) -> None:
        chat = session.get_one(Chat, 1)
        twin = Chat(id=2, channel="zalo-bot", address="b", person_id=chat.person_id, state=dict(chat.state))
        twin.last_seen_at = chat.last_seen_at - timedelta(minutes=1)
        session.add(twin)

    lan.do(other)
    evening(lan, 1)
    assert [row.chat_id for row in sent(lan)] == [1]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda chat: setattr(chat, "reachable", False), "blocked"),
        (lambda chat: setattr(chat, "channel", "zalo-oa"), "the window is shut after a week"),
    ],
)
def test_who_cannot_be_reached_is_not_reminded(lan: Accounts, change: Callable[[Chat], None], why: str) -> None:
    lan.says(1, "nhắc tôi")
    learns(lan, 1)
    lan.do(lambda session: change(session.get_one(Chat, 1)))
    assert evening(lan, 8) == [], why


def test_who_is_anonymous_or_has_stopped_is_told_what_to_do_first(lan: Accounts) -> None:
    lan.add(2, "telegram")
    assert "ẩn danh" in lan.says(2, "nhắc tôi")
    lan.says(1, "dừng")
    assert "Nhận tin trở lại" in lan.says(1, "/nhac")


def test_it_is_seen_and_set_with_the_other_settings(lan: Accounts) -> None:
    assert "Nhắc học buổi tối: đang tắt" in lan.says(1, "/dulieucuatoi")
    lan.says(1, "cài đặt")
    assert "Từ nay" in lan.taps(1, "Nhắc tôi học")
    assert "Nhắc học buổi tối: đang bật" in lan.says(1, "/dulieucuatoi")
    lan.says(1, "cài đặt")
    assert "Đã thôi" in lan.taps(1, "Thôi nhắc")
