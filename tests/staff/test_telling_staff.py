"""Staff who linked a chat are told of alerts and report deadlines there, each once."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import aiohttp
import pytest
from sqlmodel import Session, col, select

from bot.alerts import Alert, near_quota
from bot.conversation.ports import ChatContext
from bot.jobs.telling_staff import SAME_TROUBLE, alerts_to_tell, tell_alerts, tell_of_reports
from bot.staff.accounts import Role
from bot.store.database import Database
from bot.store.forget import forget_person
from bot.store.quotas import count, set_limits
from bot.store.staff_chats import CODE_MINUTES, join, make_code
from bot.store.tables import Chat, Outbox, StaffAccount, StaffChat, StaffMembership, utc_now
from knowledge.deadlines import ReportDeadline
from tests.support.house import ChatClient, House, text_of
from tests.support.staff_browser import Browser

MORNING = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)  # 9:00 in Vietnam
DEAD = Alert("trouble", "zalo-oa", "the Official Account has to give its consent again")
DEADLINE = ReportDeadline("hung-dao", "Kế hoạch 1", 5, (12,), "Hằng năm gửi báo cáo trước ngày 05/12")


@pytest.fixture
def staff(database: Database) -> Database:
    """An administrator and a member of staff of phường Hưng Đạo, each with a Telegram chat, one on Zalo too."""

    def unit(session: Session) -> None:
        for number, role in ((1, Role.ADMINISTRATOR), (2, Role.STAFF), (3, Role.READ_ONLY)):
            session.add(StaffAccount(id=number, username=f"u{number}", name=f"U{number}"))
            session.flush()
            session.add(StaffMembership(staff_id=number, ward_code="hung-dao", role=role))
        for chat, channel, owner in ((11, "telegram", 1), (12, "zalo-oa", 1), (13, "telegram", 2), (14, "telegram", 3)):
            session.add(Chat(id=chat, channel=channel, address=str(chat), state={}, last_seen_at=MORNING))
            session.flush()
            session.add(StaffChat(staff_id=owner, chat_id=chat, linked_at=MORNING))

    database.write_now(unit)
    return database


def told(database: Database) -> list[tuple[int, str]]:
    rows = database.read_now(lambda session: session.exec(select(Outbox).order_by(col(Outbox.id))).all())
    return [(row.chat_id, row.body["text"]) for row in rows]


def does(database: Database, unit: Callable[[Session], Any]) -> Any:
    return database.write_now(unit)


def test_administrators_are_told_once_while_an_alert_lasts_and_by_a_channel_that_works(staff: Database) -> None:
    for hours in range(6):
        does(staff, lambda session, at=MORNING + timedelta(hours=hours): tell_alerts(session, [DEAD], at))
    ((chat, said),) = told(staff)
    assert chat == 11 and "Zalo" in said and "consent again" in said


def test_nothing_is_written_while_nothing_changes(staff: Database) -> None:
    def would(alerts: list[Alert], at: datetime) -> bool:
        return staff.read_now(lambda session: alerts_to_tell(session, alerts, at))

    only_by_the_dead = Alert("trouble", "telegram", "no answer")
    assert not would([], MORNING) and would([DEAD], MORNING)
    assert not would([DEAD, only_by_the_dead], MORNING), "there is no chat left to be told in"
    does(staff, lambda session: tell_alerts(session, [DEAD], MORNING))
    assert not would([DEAD], MORNING + timedelta(minutes=5)) and not would([], MORNING + timedelta(minutes=30))
    assert would([DEAD], MORNING + timedelta(minutes=11)), "that it lasts is noted now and then"
    assert would([], MORNING + SAME_TROUBLE + timedelta(minutes=1)), "when it is over it may be told again"


def test_a_wards_own_trouble_is_told_to_that_ward(staff: Database) -> None:
    other = Alert("trouble", "zalo-oa@tu-ky", "no answer")
    own = Alert("trouble", "zalo-oa@hung-dao", "no answer")
    does(staff, lambda session: tell_alerts(session, [other, own], MORNING))
    assert [chat for chat, _ in told(staff)] == [11, 12] and "riêng của phường, xã" in told(staff)[0][1]


def test_trouble_that_comes_back_is_told_again_but_not_its_flicker(staff: Database) -> None:
    at = MORNING
    for alerts, pause in (([DEAD], 0), ([], 10), ([DEAD], 10), ([], 10), ([], SAME_TROUBLE.seconds // 60), ([DEAD], 1)):
        at += timedelta(minutes=pause)
        does(staff, lambda session, at=at, alerts=alerts: tell_alerts(session, alerts, at))
    assert len(told(staff)) == 2


def test_a_quota_near_its_end_is_an_alert(staff: Database) -> None:
    def unit(session: Session) -> list[Alert]:
        set_limits(session, "zalo-bot", 10, 50, utc_now())
        set_limits(session, "zalo-oa", 0, None, utc_now())
        count(session, "zalo-bot", 7, utc_now())
        session.flush()
        assert near_quota(session) == []
        count(session, "zalo-bot", 1, utc_now())
        session.flush()
        session.expire_all()
        for number in range(40):
            session.add(Chat(id=100 + number, channel="zalo-bot", address=f"z{number}", state={}))
        return near_quota(session)

    found = does(staff, unit)
    assert [(one.kind, one.used, one.most) for one in found] == [("quota", 8, 10), ("people", 40, 50)]
    does(staff, lambda session: tell_alerts(session, found, MORNING))
    assert "Kênh Zalo Bot đã gửi 8 trên 10 tin" in told(staff)[0][1] and "40 trên 50 người" in told(staff)[2][1]


@pytest.mark.parametrize(
    ("today", "chats"),
    [("2026-11-18", []), ("2026-11-20", [11, 12, 13]), ("2026-12-01", [11, 12, 13]), ("2026-12-05", [])],
)
def test_the_wards_staff_are_told_some_days_before_the_report_is_due(
    staff: Database, today: str, chats: list[int]
) -> None:
    at = datetime.combine(date.fromisoformat(today), MORNING.time(), UTC)
    for hours in (0, 1, 24):
        does(staff, lambda session, hours=hours: tell_of_reports(session, [DEADLINE], at + timedelta(hours=hours)))
    assert [chat for chat, _ in told(staff)] == chats
    if chats:
        assert "chậm nhất 04/12/2026" in told(staff)[0][1] and DEADLINE.said in told(staff)[0][1]


def test_nobody_is_told_of_a_report_at_night_nor_of_another_wards(staff: Database) -> None:
    night = datetime(2026, 12, 1, 15, 0, tzinfo=UTC)
    does(staff, lambda session: tell_of_reports(session, [DEADLINE], night))
    other = ReportDeadline("tu-ky", "Kế hoạch 2", 5, (12,), "Hằng năm gửi báo cáo trước ngày 05/12")
    does(staff, lambda session: tell_of_reports(session, [other], night + timedelta(hours=10)))
    assert told(staff) == []


def test_a_code_links_a_chat_once_and_for_ten_minutes(staff: Database) -> None:
    def unit(session: Session) -> list[bool]:
        code = make_code(session, 1, MORNING)
        session.flush()
        chat = ChatContext(13, "telegram")
        late = MORNING + timedelta(minutes=CODE_MINUTES)
        return [join(session, chat, code, late), join(session, chat, code, MORNING), join(session, chat, code, MORNING)]

    assert does(staff, unit) == [False, True, False]
    owners = staff.read_now(lambda session: {row.chat_id: row.staff_id for row in session.exec(select(StaffChat))})
    assert owners == {11: 1, 12: 1, 13: 1, 14: 3}


def test_deletion_takes_the_link_away(staff: Database) -> None:
    does(staff, lambda session: forget_person(session, None, 11))
    assert 11 not in staff.read_now(lambda session: [row.chat_id for row in session.exec(select(StaffChat))])


async def test_from_the_staff_site_into_the_chat_and_out_again(house: House, chat: ChatClient) -> None:
    house.staff("lan", {"hung-dao": Role.ADMINISTRATOR})
    page = "/staff/w/hung-dao/my-alerts"
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        browser = Browser(house, http)
        await browser.sign_in("lan")
        status, shown = await browser.submit(page, page)
        code = re.search(r"/nhanbao ([A-Z2-9]{8})", shown)
        assert status == 200 and code and "trước ngày 05/12" in shown
        assert "không đúng" in text_of(await chat.say("/nhanbao ABCDEFGH"))
        assert "nhận tin báo dành cho cán bộ" in text_of(await chat.say(f"/nhanbao {code[1].lower()}"))
        assert "Tin báo dành cho cán bộ: đang nhận" not in text_of(await chat.say("đồng ý"))
        assert "Tin báo dành cho cán bộ: đang nhận" in text_of(await chat.say("/dulieucuatoi"))
        _, shown = await browser.get(page)
        assert "trang web, từ" in shown
        assert "Đã thôi" in text_of(await chat.say("/thoibao"))
        assert "không nhận tin báo" in text_of(await chat.say("/thoibao"))
        assert (await browser.submit(page, f"{page}/1/end"))[0] == 404
