"""Trouble of a channel is told to administrators, in healthz and by doctor."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import aiohttp
import pytest

from bot.alerts import STALLED_AFTER, Alerts, stalled
from bot.staff.accounts import Role
from bot.store.database import Database
from bot.store.tables import Chat, Outbox, utc_now
from tests.support.house import House
from tests.support.staff_browser import Browser


def leave_waiting(database: Database, minutes: float, priority: int = 0) -> None:
    def unit(session: Any) -> None:
        chat = Chat(channel="telegram", address=f"{minutes}-{priority}", state={})
        session.add(chat)
        session.flush()
        at = utc_now() - timedelta(minutes=minutes)
        session.add(Outbox(chat_id=chat.id, channel="telegram", body={}, priority=priority, created_at=at))

    database.write_now(unit)


def test_replies_that_wait_too_long_are_told_and_broadcasts_are_not(database: Database) -> None:
    leave_waiting(database, 1)
    leave_waiting(database, 600, priority=5)
    assert database.read_now(stalled) == []
    leave_waiting(database, STALLED_AFTER.seconds / 60 + 1)
    (alert,) = database.read_now(stalled)
    assert (alert.kind, alert.channel) == ("stalled", "telegram") and alert.text.startswith("1 replies")


@pytest.mark.parametrize(("role", "sees"), [(Role.ADMINISTRATOR, True), (Role.STAFF, False)])
async def test_administrators_see_it_on_every_page(house: House, role: Role, sees: bool) -> None:
    leave_waiting(house.database, 10)
    await house.application.alerts.refresh()
    house.staff("lan", {"hung-dao": role})
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        browser = Browser(house, http)
        await browser.sign_in("lan")
        _, page = await browser.get("/staff/w/hung-dao/")
        assert ("ứ tin trả lời" in page) is sees
        async with http.get(f"{house.url}/healthz") as answer:
            body = await answer.json()
    assert answer.status == 200 and "telegram: 1 replies" in body["alerts"][0]


def test_a_channels_own_trouble_is_an_alert(sqlite_database_url: str) -> None:
    class Silent:
        name = "zalo-oa"
        trouble = "the Official Account has to give its consent again"

    database = Database(sqlite_database_url)
    (alert,) = Alerts(database, lambda: [Silent()]).now()
    assert (alert.kind, alert.channel) == ("trouble", "zalo-oa")
    database.close()
