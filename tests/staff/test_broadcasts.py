"""Broadcasts and invitations on the staff site."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest_asyncio
from sqlmodel import select

from bot.delivery.broadcasts import SECOND_PERSON_ABOVE
from bot.staff.accounts import Role
from bot.store import consents
from bot.store.consents import MESSAGES
from bot.store.tables import Broadcast, Chat, Invitation, Person, utc_now
from tests.support.house import House
from tests.support.staff_browser import Browser

PAGE = "/staff/w/hung-dao/broadcasts"
HELPERS = "/staff/w/hung-dao/helpers"


@pytest_asyncio.fixture
async def staff(house: House) -> AsyncIterator[tuple[Browser, Browser]]:
    """Two of the ward's staff, signed in, and a resident to write to."""
    house.group("hung-dao", "Tổ 1")

    def resident(session: Any) -> None:
        session.add(Person(id=1, ward_code="hung-dao"))
        session.flush()
        consents.give(session, 1, MESSAGES, "1", utc_now())
        session.add(Chat(channel="web", address="a", person_id=1, state={}))

    house.database.write_now(resident)
    browsers = []
    for name in ("mai", "tu"):
        house.staff(name, {"hung-dao": Role.STAFF})
        http = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))
        browsers.append(Browser(house, http))
        await browsers[-1].sign_in(name)
    yield browsers[0], browsers[1]
    for browser in browsers:
        await browser.http.close()


def statuses(house: House) -> list[str]:
    return house.database.read_now(lambda session: list(session.exec(select(Broadcast.status))))


async def test_a_broadcast_is_shown_before_it_is_confirmed(house: House, staff: tuple[Browser, Browser]) -> None:
    mai, _ = staff
    status, page = await mai.submit(PAGE, PAGE, text="Mời họp <tối thứ tư>")
    assert status == 200 and "Mời họp &lt;tối thứ tư&gt;" in page
    assert "Xác nhận gửi đến 1 người" in page
    assert statuses(house) == ["draft"]
    _, page = await mai.submit(PAGE, f"{PAGE}/1/confirm")
    assert "Đã xác nhận" in page
    for action, shown in (("pause", "Tạm dừng"), ("resume", "Đang gửi tiếp"), ("cancel", "Đã hủy")):
        _, page = await mai.submit(PAGE, f"{PAGE}/1/{action}")
        assert shown in page
    assert statuses(house) == ["cancelled"]


async def test_the_start_shown_is_never_in_the_night(house: House, staff: tuple[Browser, Browser]) -> None:
    mai, _ = staff
    _, page = await mai.submit(PAGE, PAGE, text="Mời họp", start="2099-01-01T05:30")
    assert "Từ 07:00 01/01/2099" in page
    _, page = await mai.submit(PAGE, f"{PAGE}/1/confirm")
    assert "Từ 07:00 01/01/2099" in page


async def test_a_large_one_is_read_by_a_second_person(house: House, staff: tuple[Browser, Browser]) -> None:
    mai, tu = staff
    await mai.submit(PAGE, PAGE, text="Mời họp", start="2099-01-01T09:00")

    def many(session: Any) -> None:
        session.get_one(Broadcast, 1).recipients = SECOND_PERSON_ABOVE + 1

    house.database.write_now(many)
    _, page = await mai.submit(PAGE, f"{PAGE}/1/confirm")
    assert "Cần một cán bộ khác xác nhận" in page
    await mai.submit(PAGE, f"{PAGE}/1/confirm")
    assert statuses(house) == ["second"]
    await tu.submit(PAGE, f"{PAGE}/1/confirm")
    assert statuses(house) == ["scheduled"]


async def test_what_cannot_be_sent_is_told(house: House, staff: tuple[Browser, Browser]) -> None:
    mai, _ = staff
    for fields, problem in (
        ({"text": ""}, "Nội dung cần có"),
        ({"text": "x", "group": "999"}, "trong danh sách"),
        ({"text": "x", "unfinished": "no-lesson"}, "trong danh sách"),
        ({"text": "x", "start": "mai"}, "Giờ gửi chưa đúng"),
        ({"text": "x", "group": "1"}, "Không có ai nhận"),
    ):
        status, page = await mai.submit(PAGE, PAGE, **fields)
        assert status == 400 and problem in page, fields
    assert statuses(house) == []


async def test_another_wards_staff_can_touch_nothing(house: House, staff: tuple[Browser, Browser]) -> None:
    mai, _ = staff
    await mai.submit(PAGE, PAGE, text="Mời họp")
    house.staff("xa", {"tu-ky": Role.STAFF})
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        other = Browser(house, http)
        await other.sign_in("xa")
        theirs = "/staff/w/tu-ky/broadcasts"
        assert (await other.submit(theirs, f"{theirs}/1/confirm"))[0] == 404
        assert (await other.get(PAGE))[0] == 404
    assert statuses(house) == ["draft"]


async def test_an_invitation_is_shown_once(house: House, staff: tuple[Browser, Browser]) -> None:
    mai, _ = staff
    status, page = await mai.submit(HELPERS, HELPERS, role="volunteer", group="1")
    code = re.search(r"/vaitro ([A-Z2-9]{8})", page)
    assert status == 200 and code
    assert code[1] not in (await mai.get(HELPERS))[1]
    assert house.database.read_now(lambda session: session.exec(select(Invitation)).one()).role == "volunteer"
    status, page = await mai.submit(HELPERS, HELPERS, role="mayor", group="1")
    assert status == 400
