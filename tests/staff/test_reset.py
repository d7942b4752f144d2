"""A password that leaked: the account is locked until its owner sets a new one."""

from __future__ import annotations

import pytest
from sqlmodel import select

from bot.errors import OperatorError
from bot.staff.accounts import Role
from bot.staff.command import reset
from bot.store.tables import AuditEntry
from tests.support.staff_browser import Browser


async def test_a_reset_ends_password_and_sessions_and_gives_a_new_link(browser: Browser) -> None:
    database = browser.house.database
    browser.house.staff("lan", {"hung-dao": Role.STAFF})
    await browser.sign_in("lan")
    assert (await browser.get("/staff/w/hung-dao/groups"))[0] == 200
    token = reset(browser.house.settings, "Lan").rsplit("/", 1)[-1]
    with pytest.raises(OperatorError, match="nobody"):
        reset(browser.house.settings, "nobody")
    assert database.read_now(lambda session: session.exec(select(AuditEntry.detail)).all())[-1] == "lan"
    _, page = await browser.get("/staff/w/hung-dao/groups")
    assert "Đăng nhập" in page
    assert (await browser.sign_in("lan"))[0] == 401
    path, password = f"/staff/first/{token}", "một câu khác dễ nhớ 9"
    await browser.submit(path, path, username="lan", name="", password=password, again=password)
    assert (await browser.get("/staff/w/hung-dao/groups"))[0] == 200
