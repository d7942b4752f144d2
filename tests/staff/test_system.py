"""The system page: what the doctor says, of the running program, and a backup made at once."""

from __future__ import annotations

from pathlib import Path

from sqlmodel import select

from bot.doctor import Installation, examine
from bot.staff.accounts import Role
from bot.staff.context import staff_texts
from bot.store.sealed import is_sealed
from bot.store.tables import BackupRun
from tests.support.staff_browser import Browser

PAGE = "/staff/w/hung-dao/system"


async def test_page_and_doctor_say_the_same(browser: Browser) -> None:
    browser.house.staff("lan", {"hung-dao": Role.ADMINISTRATOR})
    await browser.sign_in("lan")
    _, page = await browser.get(PAGE)
    by_command = list(examine(Installation(browser.house.settings, browser.house.database)))
    by_server = await browser.house.application._findings()
    assert [one.name for one in by_server] == [one.name for one in by_command]
    assert all(one.well for one in by_server), by_server
    for one in by_command:
        assert staff_texts()[f"finding_{one.name}"] in page
        if one.name not in ("data folder", "index"):  # free space moves; the command reads the index anew
            assert one.text in page.replace("&#39;", "'"), one.name
    assert page.count('<span class="mark">') == len(by_command)


async def test_what_is_wrong_is_told(browser: Browser) -> None:
    browser.house.staff("lan", {"hung-dao": Role.ADMINISTRATOR})
    await browser.sign_in("lan")
    sender = type("Sender", (), {"name": "telegram", "trouble": "the token is refused"})()
    browser.house.application.alerts._channels = lambda: [sender]
    _, page = await browser.get(PAGE)
    assert '<span class="mark wrong">' in page and "telegram: the token is refused" in page


async def test_a_backup_is_made_at_once_or_the_reason_told(browser: Browser) -> None:
    house = browser.house
    house.staff("lan", {"hung-dao": Role.ADMINISTRATOR})
    await browser.sign_in("lan")
    status, page = await browser.submit(PAGE, f"{PAGE}/backup")
    assert status == 200 and "Đã sao lưu" in page and " kB" in page
    run = house.database.read_now(lambda session: session.exec(select(BackupRun)).one())
    assert is_sealed(Path(run.file)) and "the last at" in page
    house.settings.backup_key.write_text("spoilt")
    status, page = await browser.submit(PAGE, f"{PAGE}/backup")
    assert status == 503 and "holds no key" in page and "Không được" in page
