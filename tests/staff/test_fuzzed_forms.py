"""Every address of the staff site under input nobody foresaw: no page breaks, leaks, or writes it into the log."""

from __future__ import annotations

import logging
import os
import random
import re
from collections.abc import AsyncIterator

import aiohttp
import pytest
import pytest_asyncio

from bot.http import SECURITY_HEADERS
from bot.staff.access import StaffRoute
from bot.staff.accounts import Role
from bot.staff.site import FOLDER
from bot.store.tables import ResidentialGroup
from tests.support.house import House
from tests.support.staff_routes import As, filled, signed_in_as

SCRIPT = "<script>alert(1)</script>"
# Markup, SQL, templates, formats, other alphabets, numbers out of range, days that are none; and what is right.
TYPED = (
    SCRIPT, "' OR 1=1; DROP TABLE ward;--", "{{ 7*7 }}${7*7}", "%s%n{0}", "../../etc/passwd", "=cmd|' /C calc'!A0",
    "😀" * 400, "\u202ea\u0000b\r\nSet-Cookie: x=y", "９９９", "-1", "1e309", "99999999999999999999", "2026-02-30",
    "0000-00-00", "25:61", "NaN", "", "x" * 5000, "1", "2026-11-21", "08:00", "staff", "tổ dân phố", "on", "hung-dao",
)  # fmt: skip
NAMES = sorted(
    {
        name
        for file in (FOLDER / "templates").glob("*.html")
        for name in re.findall(r'name="(\w+)"', file.read_text("utf-8"))
    }
    - {"csrf", "viewport"}
)
SEED = int(os.environ.get("BDHVS_FUZZ_SEED", "26"))  # another one tries what this one does not
QUERY = ("page", "staff", "since", "group", "done")
# These end the session that goes through the addresses.
ENDING = ("/sign-out",)


@pytest_asyncio.fixture
async def lan(house: House) -> AsyncIterator[As]:
    """An administrator: who may open everything."""

    def rows(session):
        session.add(ResidentialGroup(id=1, ward_code="hung-dao", name=f"Tổ {SCRIPT}", join_code="a"))
        session.add(ResidentialGroup(id=2, ward_code="tu-ky", name="Thôn bí mật", join_code="b"))

    house.database.write_now(rows)
    async with signed_in_as(house, "lan", Role.ADMINISTRATOR, "hung-dao") as browser:
        yield browser


def routes(house: House, method: str) -> list[StaffRoute]:
    return [
        route
        for route in house.application.staff_site.routes()
        if route.method == method and route.path not in ENDING and "sessions" not in route.path
    ]


def sound(status: int, body: str, where: object) -> None:
    """Nothing broke, nothing of the machine or of another ward is shown, no text became markup."""
    assert status < 500, where
    for leak in ("Traceback", "sqlalchemy", "sqlite3", "Thôn bí mật", "argon2", "AGE-SECRET"):
        assert leak not in body, (where, leak)
    assert SCRIPT not in body or "<!doctype html>" not in body, where


async def test_whatever_is_typed_no_page_breaks_or_leaks(house: House, lan: As) -> None:
    choose = random.Random(SEED)
    for route in routes(house, "POST"):
        fields = {name: choose.choice(TYPED) for name in NAMES}
        status, body = await lan.ask("POST", filled(route, "hung-dao"), fields)
        sound(status, body, (route.path, fields))
    for route in routes(house, "GET"):
        query = "&".join(f"{name}={choose.choice(TYPED)[:60]}" for name in QUERY)
        status, body = await lan.ask("GET", f"{filled(route, 'hung-dao')}?{query}")
        sound(status, body, (route.path, query))


async def test_numbers_no_database_holds_are_not_found(house: House, lan: As) -> None:
    numbered = [route for method in ("GET", "POST") for route in routes(house, method) if ":[0-9]+}" in route.path]
    assert len(numbered) > 20
    for route in numbered:
        for number in ("0", "9" * 9, "9" * 40):
            status, body = await lan.ask(route.method, filled(route, "hung-dao", number), {"role": "staff"})
            assert status in (200, 400, 404), (route.path, status)
            sound(status, body, route.path)


@pytest.mark.parametrize("name", ["a.xlsx", "a.csv", "a.docx", "a.pdf", "../../a.xlsx", "a"])
async def test_whatever_file_is_sent_it_is_read_or_refused(house: House, lan: As, name: str) -> None:
    choose = random.Random(name)
    contents = (
        b"",
        b"PK\x03\x04" + choose.randbytes(400),
        b"%PDF-1.7\n" + choose.randbytes(400),
        choose.randbytes(999),
    )
    for path in ("import/groups", "import/roster"):
        for content in contents:
            status, body = await lan.send(f"/staff/w/hung-dao/{path}", name, content)
            assert status in (200, 303, 400), (path, content[:8])
            sound(status, body, path)


async def test_other_methods_are_refused(house: House, lan: As) -> None:
    for method in ("TRACE", "PUT", "DELETE", "PATCH", "OPTIONS"):
        status, _ = await lan.ask(method, "/staff/w/hung-dao/groups")
        assert status == 405


async def test_every_staff_page_has_the_headers(house: House, lan: As) -> None:
    for route in routes(house, "GET"):
        async with lan.open("GET", filled(route, "hung-dao")) as response:
            assert {name: response.headers.get(name) for name in SECURITY_HEADERS} == SECURITY_HEADERS, route.path
            if response.status == 200:
                assert response.headers["Cache-Control"] == "no-store", route.path


async def test_nothing_staff_type_is_logged(house: House, lan: As, caplog: pytest.LogCaptureFixture) -> None:
    secret = "Nguyễn Văn Bí-Mật 0912345678"
    with caplog.at_level(logging.DEBUG):
        for route in routes(house, "POST"):
            await lan.ask("POST", filled(route, "hung-dao"), dict.fromkeys(NAMES, secret))
        async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
            async with http.get(f"{house.url}/staff/sign-in") as response:
                token = re.search(r'name="csrf" value="([^"]+)"', await response.text())
            assert token
            form = {"csrf": token[1], "username": secret, "password": secret}
            async with http.post(f"{house.url}/staff/sign-in", data=form) as response:
                assert response.status == 401
    ours = [record for record in caplog.records if record.name.startswith(("bot", "aiohttp"))]
    assert not [record for record in ours if "Bí-Mật" in record.getMessage() or "0912345678" in record.getMessage()]


async def test_refusals_are_logged_without_names(house: House, caplog: pytest.LogCaptureFixture) -> None:
    async with signed_in_as(house, "Nguyễn Lan", Role.READ_ONLY, "hung-dao") as reader:
        await reader.ask("GET", "/staff/w/hung-dao/audit?staff=Bí-Mật")
        await reader.ask("GET", "/staff/w/tu-ky/groups")
    said = [record.getMessage() for record in caplog.records if record.name == "bot.staff.access"]
    assert said == [
        "refused to staff account 1: GET /staff/w/{ward}/audit",
        "refused to staff account 1: GET /staff/w/{ward}/groups",
    ]
