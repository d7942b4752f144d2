"""What did not arrive is told to staff: by group and reason, nobody named; failed messages can be replayed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from sqlmodel import select

from bot.channels.message import Reply
from bot.delivery.notices import HELD, queue_notice, release_held
from bot.jobs.retention import NOTICE_DAYS, forget_what_is_due
from bot.staff.accounts import Role
from bot.staff.undelivered import worded_reason
from bot.store import consents
from bot.store.consents import MESSAGES
from bot.store.database import Database
from bot.store.quotas import set_limits
from bot.store.tables import Chat, HumanRequest, Inbox, Outbox, Person, ResidentialGroup, utc_now
from tests.support.house import House
from tests.support.staff_browser import Browser

PAGE = "/staff/w/hung-dao/undelivered"


@pytest_asyncio.fixture
async def mai(house: House) -> AsyncIterator[Browser]:
    house.group("hung-dao", "Tổ 1")
    house.staff("mai", {"hung-dao": Role.STAFF})
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        browser = Browser(house, http)
        await browser.sign_in("mai")
        yield browser


def resident(session: Any, number: int, **chat: Any) -> Chat:
    group = session.exec(select(ResidentialGroup.id)).first()
    session.add(Person(id=number, ward_code="hung-dao", group_id=group, called="Bà Lan"))
    session.flush()
    consents.give(session, number, MESSAGES, "1", utc_now())
    given = {"channel": "zalo-oa", "last_seen_at": utc_now(), **chat}
    row = Chat(id=number, address=f"a{number}", person_id=number, ward_code="hung-dao", state={}, **given)
    session.add(row)
    session.flush()
    return row


def days_ago(days: float) -> datetime:
    return utc_now() - timedelta(days=days)


async def test_who_cannot_be_reached_is_counted_by_group_and_reason(house: House, mai: Browser) -> None:
    def unit(session: Any) -> None:
        resident(session, 1)
        resident(session, 2, last_seen_at=days_ago(8))
        resident(session, 3, reachable=False)
        session.add(Person(id=4, ward_code="hung-dao", group_id=1))
        session.add(Person(id=5, ward_code="hung-dao", group_id=1))
        session.flush()
        session.add(Chat(id=5, channel="web", address="a5", person_id=5, state={}))

    house.database.write_now(unit)
    _, page = await mai.get(PAGE)
    row = page.split("<tbody>")[1].split("</tbody>")[0]
    assert row.startswith('<tr><th scope="row">Tổ 1</th><td>5</td><td>1</td><td>1</td><td>0</td><td>0</td><td>1</td>')
    assert "Chưa đồng ý nhận tin" in page and row.split("</tr>")[0].endswith("<td>1</td>")
    assert "Bà Lan" not in page


def test_a_notice_outside_the_window_is_held_until_the_resident_writes(database: Database) -> None:
    def unit(session: Any) -> list[str]:
        set_limits(session, "zalo-oa", 0, None, utc_now())
        chats = [resident(session, 1), resident(session, 2, last_seen_at=days_ago(3))]
        for chat in chats:
            queue_notice(session, chat, [Reply("Cán bộ đã trả lời")], utc_now())
        session.flush()
        before = [row.status for row in session.exec(select(Outbox))]
        release_held(session, chats[1], utc_now())
        session.expire_all()
        return before + [row.status for row in session.exec(select(Outbox))]

    assert database.write_now(unit) == ["waiting", HELD, "waiting", "waiting"]


def test_a_held_notice_is_forgotten_after_a_month(database: Database) -> None:
    def unit(session: Any) -> int:
        queue_notice(session, resident(session, 1, last_seen_at=days_ago(90)), [Reply("x")], days_ago(NOTICE_DAYS + 1))
        session.flush()
        forget_what_is_due(session, utc_now())
        return len(session.exec(select(Outbox)).all())

    assert database.write_now(unit) == 0


async def test_staff_see_that_their_answer_did_not_arrive(house: House, mai: Browser) -> None:
    def unit(session: Any) -> None:
        chat = resident(session, 1, channel="telegram")
        session.add(HumanRequest(chat_id=1, ward_code="hung-dao", opened_at=days_ago(1)))
        queue_notice(session, chat, [Reply("Cán bộ Mai trả lời")], utc_now(), 0)
        session.flush()
        (row,) = session.exec(select(Outbox))
        row.status, row.error = "failed", "Forbidden: bot was blocked by the user"

    house.database.write_now(unit)
    _, page = await mai.get("/staff/w/hung-dao/people")
    assert "chưa đến người dân này: người nhận đã chặn" in page
    _, page = await mai.get(PAGE)
    assert "1 tin: người nhận đã chặn" in page


async def test_a_message_that_was_set_aside_is_shown_masked_and_can_be_replayed(house: House, mai: Browser) -> None:
    def unit(session: Any) -> None:
        resident(session, 1, channel="web")
        for number, body in ((1, {"text": "gọi tôi số 0912345678"}), (2, {})):
            session.add(
                Inbox(
                    id=number, channel="web", message_id=str(number), chat_id=1, body=body, received_at=utc_now(),
                    status="poison", tries=3, done_at=utc_now(),
                )
            )  # fmt: skip

    house.database.write_now(unit)
    _, page = await mai.get(PAGE)
    assert "gọi tôi số [số điện thoại]" in page and "Nội dung đã bị xóa" in page
    _, page = await mai.submit(PAGE, f"{PAGE}/1/again")
    assert "xử lý lại tin này" in page
    rows = house.database.read_now(lambda session: {row.id: row.status for row in session.exec(select(Inbox))})
    assert rows[1] in ("new", "done") and rows[2] == "poison"
    assert (await mai.submit(PAGE, f"{PAGE}/99/again"))[0] == 404
    _, page = await mai.submit(PAGE, f"{PAGE}/2/again")
    assert "đã bị xóa nên" in page


@pytest.mark.parametrize(
    ("error", "said"),
    [
        ("Forbidden: user is deactivated", "đã chặn"),
        ("the person wrote nothing for 7 days (-230)", "lâu không nhắn"),
        ("the account's plan lacks this: API messages need Growth or Comprehensive (-224)", "gói dịch vụ"),
        ("something new", "lỗi khác, báo người quản trị máy chủ: something new"),
        (None, "lỗi khác"),
    ],
)
def test_reasons_are_told_in_vietnamese(error: str | None, said: str) -> None:
    assert said in worded_reason(error)
