"""Somebody asks for a human: staff answer from the site, and the thread goes back to the bot."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest
import pytest_asyncio
from sqlmodel import Session, select

from bot.jobs.retention import KEEP, forget_what_is_due
from bot.staff.accounts import Role
from bot.store.database import Database
from bot.store.desk import desk_view
from bot.store.forget import forget_person
from bot.store.tables import Chat, HumanLine, HumanRequest, WardDesk, utc_now
from tests.support.house import ChatClient, House, StartHouse, text_of
from tests.support.staff_browser import Browser

PAGE = "/staff/w/hung-dao/people"


@pytest_asyncio.fixture
async def ward(database_url: str, start_house: StartHouse) -> House:
    house = await start_house(database_url)
    house.staff("mai", {"hung-dao": Role.STAFF})
    house.staff("tu", {"tu-ky": Role.STAFF})
    return house


@pytest_asyncio.fixture
async def staff(ward: House) -> AsyncIterator[Browser]:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        browser = Browser(ward, http)
        await browser.sign_in("mai")
        yield browser


@pytest_asyncio.fixture
async def lan(ward: House) -> AsyncIterator[ChatClient]:
    """A resident of phường Hưng Đạo who has asked for a human."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        client = ChatClient(ward, http)
        await client.say("tôi ở phường Hưng Đạo")
        said = text_of(await client.say("tôi muốn gặp cán bộ"))
        assert "07:30" in said and "17:00" in said
        yield client


async def history(client: ChatClient) -> list[str]:
    async with client.http.get(f"{client.house.url}/api/chat/events?after=0") as response:
        said: list[str] = []
        async for line in response.content:
            if line.startswith(b"data: "):
                said.append(line.decode())
            if line.startswith(b": alive") or any("kết thúc" in one for one in said):
                return said
    return said


async def test_what_is_typed_reaches_staff_and_their_answer_reaches_the_chat(staff: Browser, lan: ChatClient) -> None:
    assert "Đã chuyển cho cán bộ" in text_of(await lan.say("Con tôi 0912345678 chưa có giấy khai sinh"))
    _, page = await staff.get(PAGE)
    assert "chưa có giấy khai sinh" in page and "0912345678" not in page
    status, page = await staff.submit(PAGE, f"{PAGE}/1/answer", text="Mời bạn đến bộ phận một cửa <thứ hai>.")
    assert status == 200 and "Đã gửi" in page and "&lt;thứ hai&gt;" in page
    status, page = await staff.submit(PAGE, f"{PAGE}/1/close")
    assert "Không có ai đang chờ" in page
    said = "\n".join(await history(lan))
    assert "Cán bộ Mai trả lời: Mời bạn đến bộ phận một cửa" in said
    assert "Đã chuyển" not in text_of(await lan.say("quên passcode VNeID")), "the bot answers again"


async def test_commands_stay_the_bots_and_the_resident_may_come_back(staff: Browser, lan: ChatClient) -> None:
    assert "Tiến độ" in text_of(await lan.say("/trogiup")) or "Trợ lý giúp được" in text_of(await lan.say("/trogiup"))
    back = await lan.tap(await lan.say("alo"), "Quay lại với trợ lý")
    assert "Đã quay lại" in text_of(back)
    assert "Đã chuyển" not in text_of(await lan.say("quên passcode VNeID"))
    assert "Không có ai đang chờ" in (await staff.get(PAGE))[1]


async def test_another_wards_staff_see_and_touch_nothing(ward: House, lan: ChatClient) -> None:
    await lan.say("bí mật của phường")
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        other = Browser(ward, http)
        await other.sign_in("tu")
        assert (await other.get(PAGE))[0] == 404
        theirs = "/staff/w/tu-ky/people"
        assert "bí mật" not in (await other.get(theirs))[1]
        assert (await other.submit(theirs, f"{theirs}/1/answer", text="x"))[0] == 404
        assert (await other.submit(theirs, f"{theirs}/1/close"))[0] == 404


async def test_hours_are_set_and_said(staff: Browser, ward: House) -> None:
    status, _ = await staff.submit(PAGE, f"{PAGE}/hours", opens="17:00", closes="08:00", day0="1")
    assert status == 400
    status, page = await staff.submit(
        PAGE, f"{PAGE}/hours", opens="08:00", closes="11:30", day0="1", day5="1", away="Gọi tổ trưởng nhé."
    )
    assert status == 200 and "Đã lưu" in page
    desk = ward.database.read_now(lambda session: session.get_one(WardDesk, "hung-dao"))
    assert (desk.opens, desk.closes, desk.weekdays, desk.away) == ("08:00", "11:30", "05", "Gọi tổ trưởng nhé.")


@pytest.mark.parametrize(
    ("moment", "there"),
    [
        (datetime(2026, 11, 23, 1, 0, tzinfo=UTC), True),  # Monday 08:00 in Vietnam
        (datetime(2026, 11, 23, 0, 29, tzinfo=UTC), False),
        (datetime(2026, 11, 23, 10, 0, tzinfo=UTC), False),
        (datetime(2026, 11, 22, 1, 0, tzinfo=UTC), False),  # a Sunday
    ],
)
def test_staff_are_there_in_their_hours(database: Database, moment: datetime, there: bool) -> None:
    assert database.read_now(lambda session: desk_view(session, "hung-dao", moment)).there is there


def test_deletion_and_time_remove_what_was_said(database: Database) -> None:
    def unit(session: Session) -> None:
        for number in (1, 2):
            session.add(Chat(id=number, channel="web", address=str(number), state={}))
            session.flush()
            session.add(HumanRequest(id=number, chat_id=number, ward_code="hung-dao", opened_at=utc_now()))
            session.flush()
            session.add(HumanLine(request_id=number, text="lời", at=utc_now()))
        session.get_one(HumanRequest, 2).closed_at = utc_now() - KEEP.staff_talks - timedelta(days=1)

    database.write_now(unit)
    database.write_now(lambda session: forget_what_is_due(session, utc_now()))
    assert database.read_now(lambda session: list(session.exec(select(HumanLine.request_id)))) == [1]
    database.write_now(lambda session: forget_person(session, None, 1))
    assert database.read_now(lambda session: list(session.exec(select(HumanRequest.id)))) == []
