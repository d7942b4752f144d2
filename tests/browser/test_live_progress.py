"""The progress of a broadcast moves on the staff site while somebody writes the next one."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Page, expect
from sqlmodel import select

from bot.staff.accounts import Role
from bot.store.tables import Broadcast, Chat, Outbox, Person, utc_now
from tests.support.house import PASSWORD, House

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_progress_moves_and_what_is_typed_stays(page: Page, house: House) -> None:
    def running(session: Any) -> None:
        audience = {"groups": [], "unfinished": None, "age_bands": []}
        body = {"text": "Mời họp", "buttons": [], "citations": []}
        session.add(
            Broadcast(
                id=1, ward_code="hung-dao", body=body, audience=audience, recipients=4, author="Lan", status="running",
                start_at=utc_now(), started_at=utc_now(), chats=[1, 2, 3, 4], cursor=4, fed=True,
            )
        )  # fmt: skip
        for number in range(1, 5):
            session.add(Person(id=number, ward_code="hung-dao"))
            session.flush()
            session.add(Chat(id=number, channel="telegram", address=str(number), person_id=number, state={}))
            session.flush()
            session.add(Outbox(chat_id=number, channel="telegram", body=body, broadcast_id=1, status="sending"))

    house.database.write_now(running)
    house.staff("lan", {"hung-dao": Role.STAFF})
    await page.goto(f"{house.url}/staff/sign-in")
    await page.get_by_label("Tên đăng nhập").fill("lan")
    await page.get_by_label("Mật khẩu").fill(PASSWORD)
    await page.get_by_role("button", name="Đăng nhập").click()
    await page.goto(f"{house.url}/staff/w/hung-dao/broadcasts")
    await expect(page.locator("progress")).to_have_attribute("value", "0")
    await page.get_by_role("textbox", name="Nội dung").fill("Thông báo khác")
    two = select(Outbox).where(Outbox.broadcast_id == 1).limit(2)
    house.database.write_now(lambda session: [setattr(row, "status", "sent") for row in session.exec(two).all()])
    await expect(page.locator("progress")).to_have_attribute("value", "2", timeout=10_000)
    await expect(page.get_by_role("textbox", name="Nội dung")).to_have_value("Thông báo khác")
