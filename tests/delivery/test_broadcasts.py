"""Broadcasts: whom they reach, when they leave, and what is reported."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session, col, select

from bot.channels.base import UnreachableError
from bot.delivery.broadcasts import (
    SECOND_PERSON_ABOVE,
    advance,
    cancel,
    confirm,
    drop_for,
    freeze_reports,
    is_quiet,
    pause,
    report,
    resume,
    under_way,
    waking_hour,
)
from bot.delivery.outbox import REMINDER, recover
from bot.delivery.reach import WEEKLY_CAP, Audience, Why, reach, recipients
from bot.jobs.retention import NOTICE_DAYS, forget_what_is_due
from bot.store import consents, quotas
from bot.store.consents import MESSAGES
from bot.store.database import Database
from bot.store.tables import Attempt, Broadcast, Chat, Inbox, Outbox, Person, ResidentialGroup
from lessons.progress import VIETNAM
from tests.delivery.test_delivery import Line, house, message

MORNING = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)  # 9:00 in Vietnam
NIGHT = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)  # 21:00
BODY = {"text": "Mời bà con học lớp tối thứ tư", "buttons": [], "citations": []}


@pytest.fixture
def ward(database: Database) -> Database:
    """Ten residents of two groups: five write by line, five on the web."""

    def unit(session: Session) -> None:
        for group in (1, 2):
            session.add(ResidentialGroup(id=group, ward_code="hung-dao", name=f"Tổ {group}", join_code=f"c{group}"))
        session.flush()
        for number in range(1, 11):
            session.add(Person(id=number, ward_code="hung-dao", group_id=1 + number % 2))
        session.flush()
        for number in range(1, 11):
            consents.give(session, number, MESSAGES, "1", MORNING)
        for number in range(1, 11):
            channel = "line" if number <= 5 else "web"
            session.add(
                Chat(id=number, channel=channel, address=str(number), person_id=number, state={}, last_seen_at=MORNING)
            )

    database.write_now(unit)
    return database


def draft(database: Database, **values: Any) -> int:
    def unit(session: Session) -> int:
        given = {"recipients": 10, "start_at": MORNING, "audience": Audience().to_json(), **values}
        row = Broadcast(ward_code="hung-dao", body=BODY, author="Mai", **given)
        session.add(row)
        session.flush()
        return row.id or 0

    return database.write_now(unit)


def does(database: Database, number: int, act: Callable[[Session, Broadcast], Any]) -> Any:
    return database.write_now(lambda session: act(session, session.get_one(Broadcast, number)))


def step(database: Database, number: int, now: datetime = MORNING) -> int:
    return int(does(database, number, lambda session, row: advance(session, row, now)))


def status(database: Database, number: int) -> str:
    return database.read_now(lambda session: session.get_one(Broadcast, number).status)


EVERYBODY = Audience()


def reached(database: Database, audience: Audience = EVERYBODY, now: datetime = MORNING) -> list[int]:
    return database.read_now(lambda session: recipients(session, "hung-dao", audience, now))


def outbox(database: Database) -> list[str]:
    return database.read_now(lambda session: list(session.exec(select(Outbox.status).order_by(col(Outbox.chat_id)))))


def change(database: Database, table: type, key: int, **values: Any) -> None:
    def unit(session: Session) -> None:
        row = session.get_one(table, key)
        for name, value in values.items():
            setattr(row, name, value)

    database.write_now(unit)


def test_only_who_agreed_can_be_reached_and_takes_messages_is_written_to(ward: Database) -> None:
    change(ward, Chat, 1, reachable=False)
    change(ward, Chat, 2, state={"stopped": True})
    change(ward, Chat, 3, person_id=None)
    change(ward, Person, 4, ward_code="tu-ky")
    assert reached(ward) == [5, 6, 7, 8, 9, 10]


def test_groups_lessons_and_ages_narrow_the_audience(ward: Database) -> None:
    assert reached(ward, Audience(groups=(1,))) == [2, 4, 6, 8, 10]
    change(ward, Person, 4, age_band="60+")
    assert reached(ward, Audience(age_bands=("60+",))) == [4]

    def learn(session: Session) -> None:
        for person, questions in ((6, 2), (8, 1)):
            for number in range(questions):
                session.add(
                    Attempt(
                        key=f"{person}-{number}", person_id=person, course_id="c", lesson_id="l", lesson_version="1",
                        question_id=f"q{number}", question_count=2, chosen="a", correct=True, answered_at=MORNING,
                    )
                )  # fmt: skip

    ward.write_now(learn)
    assert reached(ward, Audience(groups=(1,), unfinished="l")) == [2, 4, 8, 10]


def test_a_person_with_several_accounts_gets_it_once_and_stops_for_all(ward: Database) -> None:
    later = MORNING + timedelta(hours=1)
    ward.write_now(
        lambda session: session.add(
            Chat(id=20, channel="telegram", address="x", person_id=6, state={}, last_seen_at=later)
        )
    )
    assert reached(ward) == [1, 2, 3, 4, 5, 7, 8, 9, 10, 20]
    change(ward, Chat, 6, state={"stopped": True})
    assert reached(ward) == [1, 2, 3, 4, 5, 7, 8, 9, 10]


def test_nobody_gets_more_than_the_weekly_cap(ward: Database) -> None:
    for _ in range(WEEKLY_CAP):
        number = draft(ward, status="scheduled")
        step(ward, number)
    assert reached(ward) == []
    assert len(reached(ward, now=MORNING + timedelta(days=8))) == 10


def test_nothing_leaves_before_it_is_confirmed_and_a_large_one_needs_a_second_person(ward: Database) -> None:
    small, large = draft(ward), draft(ward, recipients=SECOND_PERSON_ABOVE + 1)
    assert step(ward, small) == 0 and outbox(ward) == []
    for number in (small, large):
        does(ward, number, lambda session, row: confirm(session, row, "mai", MORNING))
    assert (status(ward, small), status(ward, large)) == ("scheduled", "second")
    does(ward, large, lambda session, row: confirm(session, row, "mai", MORNING))
    assert status(ward, large) == "second"
    does(ward, large, lambda session, row: confirm(session, row, "tu", MORNING))
    assert status(ward, large) == "scheduled"
    assert ward.read_now(under_way) == [small, large]


def test_one_for_later_waits_for_its_time_and_for_the_morning(ward: Database) -> None:
    number = draft(ward, status="scheduled", start_at=MORNING + timedelta(hours=1))
    assert step(ward, number) == 0
    assert step(ward, number, NIGHT) == 0 and status(ward, number) == "scheduled"
    assert step(ward, number, MORNING + timedelta(days=1)) == 10


@pytest.mark.parametrize(("hour", "quiet"), [(20, False), (21, True), (23, True), (6, True), (7, False), (12, False)])
def test_the_night_is_quiet(hour: int, quiet: bool) -> None:
    assert is_quiet(datetime(2026, 11, 23, (hour - 7) % 24, 0, tzinfo=UTC)) is quiet


@pytest.mark.parametrize(
    ("asked", "leaves"),
    [
        ("2026-11-23 06:59", "2026-11-23 07:00"),
        ("2026-11-23 21:00", "2026-11-24 07:00"),
        ("2026-11-23 07:00", "2026-11-23 07:00"),
    ],
)
def test_a_start_in_the_night_is_moved_to_the_morning(ward: Database, asked: str, leaves: str) -> None:
    moments = [datetime.fromisoformat(one).replace(tzinfo=VIETNAM) for one in (asked, leaves)]
    assert waking_hour(moments[0]) == moments[1]
    number = draft(ward, start_at=moments[0])
    does(ward, number, lambda session, row: confirm(session, row, "mai", MORNING - timedelta(days=2)))
    assert ward.read_now(lambda session: session.get_one(Broadcast, number)).start_at == moments[1]


def test_at_nightfall_what_waits_is_held_until_the_morning(ward: Database) -> None:
    number = draft(ward, status="scheduled")
    step(ward, number)
    step(ward, number, NIGHT)
    assert outbox(ward) == ["held"] * 5 + ["sent"] * 5
    step(ward, number, MORNING + timedelta(days=1))
    assert outbox(ward) == ["waiting"] * 5 + ["sent"] * 5


def test_paused_resumed_and_cancelled(ward: Database) -> None:
    number = draft(ward, status="scheduled")
    step(ward, number)
    does(ward, number, pause)
    assert step(ward, number) == 0 and outbox(ward)[:5] == ["held"] * 5
    does(ward, number, lambda session, row: resume(session, row))
    step(ward, number)
    assert outbox(ward)[:5] == ["waiting"] * 5
    does(ward, number, lambda session, row: cancel(session, row, MORNING))
    assert outbox(ward)[:5] == ["cancelled"] * 5
    assert step(ward, number) == 0 and status(ward, number) == "cancelled"
    figures = does(ward, number, report)
    assert (figures.sent, figures.cancelled, figures.waiting) == (5, 5, 0)


async def test_the_report_tells_sent_failed_unknown_and_answered(ward: Database) -> None:
    number = draft(ward, status="scheduled")
    step(ward, number)
    line = Line(failures=[UnreachableError("Forbidden: bot was blocked by the user")])
    async with house(ward, line=line) as parts:
        await parts.until(lambda: "waiting" not in outbox(ward) and "sending" not in outbox(ward))
    assert step(ward, number) == 0 and status(ward, number) == "done"

    def later(session: Session) -> None:
        chat = session.exec(select(Outbox.chat_id).where(Outbox.channel == "line", Outbox.status == "sent")).first()
        at = datetime.now(UTC) + timedelta(minutes=5)
        session.add(Inbox(channel="line", message_id="m", chat_id=chat or 0, body={}, received_at=at))
        row = session.exec(select(Outbox).where(Outbox.channel == "line", Outbox.chat_id != chat)).first()
        assert row is not None

    ward.write_now(later)
    figures = does(ward, number, report)
    assert figures.recipients == 10
    assert (figures.sent, figures.waiting, figures.unknown, figures.answered) == (9, 0, 0, 1)
    assert figures.failed == {"Forbidden: bot was blocked by the user": 1}


def test_what_was_being_sent_at_a_crash_is_reported_unknown_and_not_sent_again(ward: Database) -> None:
    number = draft(ward, status="scheduled")
    step(ward, number)
    ward.write_now(
        lambda session: [
            setattr(row, "status", "sending") for row in session.exec(select(Outbox).where(Outbox.chat_id == 1))
        ]
    )
    ward.write_now(lambda session: recover(session, "line", "me"))
    assert does(ward, number, report).unknown == 1


def test_a_stop_word_reaches_what_waits_already(ward: Database) -> None:
    step(ward, draft(ward, status="scheduled"))
    ward.write_now(lambda session: drop_for(session, 2))
    assert outbox(ward)[:3] == ["waiting", "cancelled", "waiting"]


async def test_who_says_stop_gets_nothing_more(ward: Database) -> None:
    step(ward, draft(ward, status="scheduled"))

    def handle(context: Any, received: Any, _repositories: Any) -> list[Any]:
        context.state["stopped"] = True
        return []

    ward.write_now(
        lambda session: [setattr(row, "status", "held") for row in session.exec(select(Outbox)) if row.chat_id == 3]
    )
    async with house(ward, handle) as parts:
        await parts.inbox.receive(message("dừng", chat="3"))
        await parts.until(lambda: outbox(ward)[2] == "cancelled")
        await asyncio.sleep(0)


def test_the_report_outlives_the_messages(ward: Database) -> None:
    number = draft(ward, status="scheduled")
    step(ward, number)
    does(ward, number, lambda session, row: cancel(session, row, MORNING))
    before = does(ward, number, report).to_json()
    ward.write_now(lambda session: freeze_reports(session, MORNING + timedelta(days=1)))
    ward.write_now(lambda session: forget_what_is_due(session, MORNING + timedelta(days=NOTICE_DAYS + 1)))
    assert outbox(ward) == []
    row = ward.read_now(lambda session: session.get_one(Broadcast, number))
    assert (row.report, row.chats) == (before, None)


def test_a_broadcast_larger_than_a_chunk_is_fed_bit_by_bit(ward: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.delivery.broadcasts.CHUNK", 3)
    monkeypatch.setattr("bot.delivery.broadcasts.AHEAD", 5)
    number = draft(ward, status="scheduled")
    assert [step(ward, number) for _ in range(3)] == [3, 0, 0], "what waits is sent first"
    ward.write_now(lambda session: [setattr(row, "status", "sent") for row in session.exec(select(Outbox))])
    assert step(ward, number) == 3
    assert does(ward, number, report).waiting == 6


def reasons(database: Database, now: datetime = MORNING) -> dict[int, Why]:
    return database.read_now(lambda session: reach(session, "hung-dao", EVERYBODY, now).out)


def test_who_cannot_be_reached_is_told_with_the_reason(ward: Database) -> None:
    change(ward, Chat, 1, reachable=False)
    change(ward, Chat, 2, state={"stopped": True})
    change(ward, Chat, 3, person_id=None)
    assert reasons(ward) == {1: Why.BLOCKED, 2: Why.STOPPED, 3: Why.NO_CHAT}


def test_an_official_account_writes_within_its_windows_only(ward: Database) -> None:
    """Free for 48 hours, then for money up to 7 days, then not at all."""
    for number, hours in ((1, 47), (2, 49), (3, 7 * 24 + 1)):
        change(ward, Chat, number, channel="zalo-oa", last_seen_at=MORNING - timedelta(hours=hours))
    ward.write_now(lambda session: quotas.set_limits(session, "zalo-oa", 0, None, MORNING))
    assert reasons(ward) == {2: Why.WINDOW, 3: Why.WINDOW}
    ward.write_now(lambda session: quotas.set_limits(session, "zalo-oa", 1, None, MORNING))
    assert reasons(ward) == {3: Why.WINDOW}
    ward.write_now(lambda session: quotas.count(session, "zalo-oa", 1, MORNING))
    assert reasons(ward) == {2: Why.WINDOW, 3: Why.WINDOW}


def test_an_account_within_its_window_is_taken_before_one_that_is_shut(ward: Database) -> None:
    change(ward, Chat, 1, channel="zalo-oa", last_seen_at=MORNING - timedelta(days=8))
    long_ago = MORNING - timedelta(days=90)
    ward.write_now(
        lambda session: session.add(
            Chat(id=20, channel="telegram", address="x", person_id=1, state={}, last_seen_at=long_ago)
        )
    )
    assert 20 in reached(ward) and reasons(ward) == {}


def test_a_months_messages_are_counted_and_some_are_kept_for_replies(ward: Database) -> None:
    for number in range(1, 6):
        change(ward, Chat, number, channel="zalo-bot", last_seen_at=MORNING - timedelta(hours=number))
    ward.write_now(lambda session: quotas.set_limits(session, "zalo-bot", 10, None, MORNING))
    ward.write_now(lambda session: quotas.count(session, "zalo-bot", 5, MORNING))
    assert reasons(ward) == {4: Why.QUOTA, 5: Why.QUOTA}, "8 of 10 are for pushes, 5 are gone, who wrote last is first"
    assert reasons(ward, MORNING + timedelta(days=30)) == {}, "a new month"
    ward.write_now(lambda session: quotas.set_limits(session, "zalo-bot", None, None, MORNING))
    assert reasons(ward) == {}


def test_reminders_count_in_the_weekly_cap(ward: Database) -> None:
    def remind(session: Session) -> None:
        for _ in range(WEEKLY_CAP):
            session.add(
                Outbox(chat_id=1, channel="line", body={}, priority=REMINDER, status="sent", created_at=MORNING)
            )

    ward.write_now(remind)
    assert reasons(ward) == {1: Why.CAPPED}
