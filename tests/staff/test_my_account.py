"""My account: the password changed, browsers listed and ended, idle ones signed out."""

from __future__ import annotations

import re
from datetime import timedelta

import aiohttp
import pytest
from sqlmodel import select

from bot.staff.accounts import Role
from bot.staff.sessions import IDLE_HOURS, agent_name
from bot.store.tables import StaffSession, utc_now
from tests.support.house import PASSWORD
from tests.support.staff_browser import Browser

ME = "/staff/me"
FRESH = " một câu khác, cũng dài "  # blanks at the ends belong to it


async def test_a_changed_password_signs_every_other_browser_out(browser: Browser) -> None:
    browser.house.staff("lan", {"hung-dao": Role.STAFF})
    await browser.sign_in("lan")
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        other = Browser(browser.house, http)
        await other.sign_in("lan")
        assert "Đăng xuất" in (await other.get(ME))[1]
        status, page = await browser.submit(ME, f"{ME}/password", current=PASSWORD, password=FRESH, again=FRESH)
        assert status == 200 and "Đã đổi mật khẩu" in page
        assert "Đăng nhập trang cán bộ" in (await other.get(ME))[1]
        assert (await other.sign_in("lan"))[0] == 401
        assert (await other.sign_in("lan", FRESH.strip()))[0] == 401
        assert (await other.sign_in("lan", FRESH))[0] == 200


@pytest.mark.parametrize(
    ("current", "fresh", "says"),
    [
        ("sai", FRESH, "đang dùng chưa đúng"),
        (PASSWORD, "ngắn", "ít nhất 10"),
        (PASSWORD, "binhdanhocvuso26", "dễ đoán"),
    ],
)
async def test_a_wrong_change_changes_nothing(browser: Browser, current: str, fresh: str, says: str) -> None:
    browser.house.staff("lan", {"hung-dao": Role.STAFF})
    await browser.sign_in("lan")
    status, page = await browser.submit(ME, f"{ME}/password", current=current, password=fresh, again=fresh)
    assert status == 400 and says in page
    assert (await browser.sign_in("lan"))[0] == 200


async def test_browsers_are_listed_and_ended(browser: Browser) -> None:
    browser.house.staff("lan", {"hung-dao": Role.STAFF})
    await browser.sign_in("lan")
    headers = {"User-Agent": "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/130.0 Safari/537.36 Edg/130.0"}
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True), headers=headers) as http:
        other = Browser(browser.house, http)
        await other.sign_in("lan")
        _, page = await browser.get(ME)
        assert "Edge, Windows" in page and "(máy này)" in page
        ends = re.findall(r'action="(/staff/me/sessions/[0-9a-f]+/end)"', page)
        assert len(ends) == 1
        await browser.submit(ME, ends[0])
        assert "Đăng nhập trang cán bộ" in (await other.get(ME))[1]
        assert (await browser.submit(ME, ends[0]))[0] == 404, "gone already"
        await other.sign_in("lan")
        await browser.submit(ME, f"{ME}/sessions/end-others")
        assert "Đăng nhập trang cán bộ" in (await other.get(ME))[1]
    assert "Tài khoản của tôi" in (await browser.get(ME))[1]


async def test_nobody_ends_somebody_elses_browser(browser: Browser) -> None:
    for name in ("lan", "mai"):
        browser.house.staff(name, {"hung-dao": Role.STAFF})
    await browser.sign_in("mai")
    mine = browser.house.database.read_now(lambda session: session.exec(select(StaffSession)).one().token_hash)
    browser.http.cookie_jar.clear()
    await browser.sign_in("lan")
    assert (await browser.submit(ME, f"{ME}/sessions/{mine[:16]}/end"))[0] == 404


async def test_a_browser_left_alone_is_signed_out(browser: Browser) -> None:
    browser.house.staff("lan", {"hung-dao": Role.STAFF})
    await browser.sign_in("lan")

    def seen(hours: float) -> None:
        def unit(session):
            session.exec(select(StaffSession)).one().seen_at = utc_now() - timedelta(hours=hours)

        browser.house.database.write_now(unit)

    seen(IDLE_HOURS - 0.1)
    assert "Tài khoản của tôi" in (await browser.get(ME))[1], "seen again, so that the two hours begin anew"
    seen_at = browser.house.database.read_now(lambda session: session.exec(select(StaffSession)).one().seen_at)
    assert utc_now() - seen_at < timedelta(minutes=5)
    seen(IDLE_HOURS + 0.1)
    assert "Đăng nhập trang cán bộ" in (await browser.get(ME))[1]


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Version/17.0 Safari/604.1", "Safari, iPhone, iPad"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0", "Firefox, Linux"),
        ("<script>", ""),
    ],
)
def test_of_a_browser_only_its_kind_is_kept(header: str, name: str) -> None:
    assert agent_name(header) == name


async def test_a_new_sign_in_ends_the_session_of_before(browser: Browser) -> None:
    browser.house.staff("lan", {"hung-dao": Role.STAFF})
    await browser.sign_in("lan")
    before = browser.house.database.read_now(lambda session: session.exec(select(StaffSession.token_hash)).all())
    await browser.sign_in("lan")
    after = browser.house.database.read_now(lambda session: session.exec(select(StaffSession.token_hash)).all())
    assert len(before) == len(after) == 1 and before != after
