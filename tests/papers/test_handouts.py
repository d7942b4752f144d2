"""A lesson to print: from the chat, from the staff site, with the ward's name on it."""

from __future__ import annotations

import io
from typing import Any

import aiohttp
import pytest
from pypdf import PdfReader

from bot.staff.accounts import Role
from tests.staff.test_site import Browser
from tests.support.courses import shipped_courses
from tests.support.house import House

LESSON = shipped_courses().lessons[0]


async def fetch(house: House, path: str) -> tuple[int, bytes, Any]:
    async with aiohttp.ClientSession() as http, http.get(house.url + path) as response:
        return response.status, await response.read(), response.headers


async def test_a_handout_bears_the_ward_and_is_drawn_once(house: House) -> None:
    for path, ward in ((f"/to-in/hung-dao/{LESSON.id}.pdf", "Phường Hưng Đạo"), (f"/to-in/{LESSON.id}.pdf", "")):
        status, body, headers = await fetch(house, path)
        said = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(body)).pages)
        assert status == 200 and headers["Content-Type"] == "application/pdf"
        assert LESSON.title in " ".join(said.split())
        assert (ward in said) and ("Phường" in said) is bool(ward)
        assert (await fetch(house, path))[1] == body
    assert len(list((house.settings.data_dir / "handouts").rglob("*.pdf"))) == 2


@pytest.mark.parametrize("path", ["khong-co.pdf", "khong-co/dt-lam-quen.pdf", "..%2F..%2Fx.pdf", "dt-lam-quen.png"])
async def test_what_is_no_lesson_is_not_found(house: House, path: str) -> None:
    assert (await fetch(house, f"/to-in/{path}"))[0] == 404


async def test_staff_and_leaders_find_every_lesson(house: House) -> None:
    house.staff("lan", {"hung-dao": Role.READ_ONLY})
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        browser = Browser(house, http)
        await browser.sign_in("lan")
        status, listed = await browser.get("/staff/w/hung-dao/handouts")
    assert status == 200
    assert all(f"/to-in/hung-dao/{lesson.id}.pdf" in listed for lesson in shipped_courses().lessons)
