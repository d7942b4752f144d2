"""A password that leaked: the account is locked until its owner sets a new one."""

from __future__ import annotations

from bot.staff.accounts import Role, reset_account
from tests.support.staff_browser import Browser


async def test_a_reset_ends_password_and_sessions_and_gives_a_new_link(browser: Browser) -> None:
    database = browser.house.database
    browser.house.staff("lan", {"hung-dao": Role.STAFF})
    await browser.sign_in("lan")
    assert (await browser.get("/staff/w/hung-dao/groups"))[0] == 200
    token = database.write_now(lambda session: reset_account(session, "Lan"))
    assert token and database.write_now(lambda session: reset_account(session, "nobody")) is None
    _, page = await browser.get("/staff/w/hung-dao/groups")
    assert "Đăng nhập" in page
    assert (await browser.sign_in("lan"))[0] == 401
    path, password = f"/staff/first/{token}", "một câu khác dễ nhớ 9"
    await browser.submit(path, path, username="lan", name="", password=password, again=password)
    assert (await browser.get("/staff/w/hung-dao/groups"))[0] == 200
