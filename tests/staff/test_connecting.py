"""A ward's own accounts: tried, kept where only this program reads them, used at once, dropped."""

from __future__ import annotations

import asyncio
import os
import re
import stat
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio
from sqlmodel import select

from bot.connecting import connected_channels
from bot.saved_accounts import ACCOUNTS_FILE
from bot.staff.accounts import Role
from bot.store.database import Database
from bot.store.quotas import count, left_for_pushes, limits_of
from bot.store.tables import Chat, utc_now
from tests.emulators.telegram import TelegramEmulator
from tests.emulators.zalo_oa import ZaloOaEmulator
from tests.support.house import House, StartHouse
from tests.support.staff_browser import Browser

LAN = 11
PAGE = "/staff/w/hung-dao/setup/channels"


async def signed_in(house: House, http: aiohttp.ClientSession) -> Browser:
    house.staff("lan", {"hung-dao": Role.ADMINISTRATOR, "tu-ky": Role.ADMINISTRATOR})
    browser = Browser(house, http)
    await browser.sign_in("lan")
    return browser


@pytest_asyncio.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        yield session


async def test_who_writes_to_a_wards_own_bot_is_its_resident(
    sqlite_database_url: str, start_house: StartHouse, http: aiohttp.ClientSession
) -> None:
    async with TelegramEmulator() as emulator:
        house = await start_house(sqlite_database_url, telegram_base_url=f"{emulator.base_url}/bot")
        browser = await signed_in(house, http)
        status, page = await browser.submit(PAGE, PAGE, kind="telegram", token=f" {emulator.token}\n")
        assert status == 200 and "Đã kết nối Telegram: @" in page
        assert emulator.token not in page
        house.group("hung-dao", "Tổ 5")
        elsewhere = house.group("tu-ky", "Thôn 1")
        emulator.add_chat(LAN)
        emulator.user_sends(LAN, f"/start {elsewhere}")
        said = (await emulator.wait_for_sent(1, LAN))[0].text
        assert "Thôn 1" not in said and "không còn dùng" in said, "another ward's code leads nowhere here"
        emulator.user_sends(LAN, "Dùng ẩn danh")
        assert "phường Hưng Đạo" in (await emulator.wait_for_sent(2, LAN))[1].text, "the ward is not asked for"
        stored = house.database.read_now(lambda session: session.exec(select(Chat.channel, Chat.ward_code)).all())
        assert [tuple(row) for row in stored] == [("telegram@hung-dao", "hung-dao")]
        _, page = await browser.get("/staff/w/hung-dao/setup/test")
        assert "Telegram: @" in page and "đã trả lời 2 tin" in page
        _, page = await browser.get("/staff/w/tu-ky/setup/channels")
        assert "Đã kết nối" not in page, "another ward sees nothing of it"
        status, page = await browser.submit(
            "/staff/w/tu-ky/setup/channels", "/staff/w/tu-ky/setup/channels", kind="telegram", token=emulator.token
        )
        assert status == 400 and "đang dùng rồi" in page, "one bot has one ward"
        file = house.settings.data_dir / ACCOUNTS_FILE
        if os.name == "posix":
            assert stat.S_IMODE(file.stat().st_mode) == 0o600
        database = Database(sqlite_database_url)
        connected = [channel.name for channel, _ in connected_channels(house.settings, database)]
        database.close()
        assert connected == ["telegram@hung-dao"], "the next start connects it again"
        _, page = await browser.submit(PAGE, f"{PAGE}/drop", kind="telegram")
        assert "Đã thôi dùng" in page and "Đã kết nối Telegram" not in page
        assert emulator.token not in file.read_text(encoding="utf-8")
        assert [channel.name for channel in house.application.channels] == ["web"]
        assert (await browser.submit(PAGE, f"{PAGE}/drop", kind="telegram"))[0] == 404


async def test_by_webhook_a_wards_bot_has_its_own_address_and_secret(
    sqlite_database_url: str, start_house: StartHouse, http: aiohttp.ClientSession
) -> None:
    async with TelegramEmulator() as emulator:
        secret = "the-operators-secret-1"
        house = await start_house(
            sqlite_database_url,
            telegram_base_url=f"{emulator.base_url}/bot",
            public_url="http://hoc.example",
            telegram_webhook_secret=secret,
        )
        browser = await signed_in(house, http)
        await browser.submit(PAGE, PAGE, kind="telegram", token=emulator.token)
        (call,) = emulator.journal.of("setWebhook")
        assert call.parameters["url"] == "http://hoc.example/webhooks/telegram/hung-dao"
        own = str(call.parameters["secret_token"])
        assert own != secret

        async def post(path: str, token: str) -> int:
            headers = {"X-Telegram-Bot-Api-Secret-Token": token}
            body = {"update_id": 1, "message": {"message_id": 1, "date": 1, "chat": {"id": LAN, "type": "private"}}}
            async with http.post(f"{house.url}/webhooks/{path}", json=body, headers=headers) as answer:
                return answer.status

        assert await post("telegram/hung-dao", own) == 200
        assert await post("telegram/hung-dao", secret) == 403
        assert await post("telegram/tu-ky", own) == 404
        assert await post("telegram", secret) == 404, "no shared bot is connected"


async def test_a_token_that_died_while_the_program_was_off_stops_nobody_else(
    sqlite_database_url: str, start_house: StartHouse, http: aiohttp.ClientSession, tmp_path: Path
) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / ACCOUNTS_FILE).write_text(
        '{"telegram@hung-dao": {"token": "123456:%s"}, "telegram@tu-ky": {"token": "?"}, "zalo-oa@dai-son": {}}'
        % ("a" * 35),
        encoding="utf-8",
    )
    async with TelegramEmulator() as emulator:
        house = await start_house(sqlite_database_url, telegram_base_url=f"{emulator.base_url}/bot")
        assert [channel.name for channel in house.application.channels] == ["web"]
        browser = await signed_in(house, http)
        _, page = await browser.get(PAGE)
        assert "Telegram riêng của phường, xã đang gặp sự cố" in page
        assert page.count("đang gặp sự cố") == 1, "other wards' troubles are theirs"
        _, page = await browser.submit(PAGE, PAGE, kind="telegram", token=emulator.token)
        assert "Đã kết nối Telegram: @" in page and "gặp sự cố" not in page


@pytest.mark.parametrize(
    ("kind", "token", "says"),
    [
        ("telegram", "không phải token", "không phải token Telegram"),
        ("telegram", "123456:" + "a" * 35, "không nhận token này"),
        ("zalo-bot", "?", "không phải token bot Zalo"),
        ("viber", "1:2", "dán token"),
        ("telegram", "", "dán token"),
    ],
)
async def test_a_token_that_is_none_or_is_refused_is_not_kept(
    sqlite_database_url: str, start_house: StartHouse, http: aiohttp.ClientSession, kind: str, token: str, says: str
) -> None:
    async with TelegramEmulator() as emulator:
        house = await start_house(sqlite_database_url, telegram_base_url=f"{emulator.base_url}/bot")
        browser = await signed_in(house, http)
        status, page = await browser.submit(PAGE, PAGE, kind=kind, token=token)
        assert status == 400 and says in page
        assert not (house.settings.data_dir / ACCOUNTS_FILE).exists()
        assert [channel.name for channel in house.application.channels] == ["web"]


def oa_form(emulator: ZaloOaEmulator, **more: str) -> dict[str, str]:
    app = emulator.credentials
    return {"kind": "zalo-oa", "app_id": app.app_id, "app_secret": app.app_secret, "oa_secret": app.oa_secret, **more}


@pytest.mark.parametrize("by", ["refresh token", "consent"])
async def test_an_official_account_is_linked_and_answers(
    sqlite_database_url: str,
    start_house: StartHouse,
    http: aiohttp.ClientSession,
    by: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("DEBUG")
    async with ZaloOaEmulator() as emulator:
        house = await start_house(
            sqlite_database_url,
            public_url="http://hoc.example",
            zalo_oa_base_url=emulator.base_url,
            zalo_oa_oauth_url=emulator.base_url,
        )
        browser = await signed_in(house, http)
        _, page = await browser.get(PAGE)
        assert "http://hoc.example/webhooks/zalo-oa/hung-dao" in page
        secrets = {emulator.tokens.refresh, emulator.credentials.app_secret, emulator.credentials.oa_secret}
        if by == "consent":
            token = re.search(r'name="csrf" value="([^"]+)"', page)
            assert token
            form = {"csrf": token[1], **oa_form(emulator)}
            async with http.post(house.url + PAGE, data=form, allow_redirects=False) as sent:
                consent = sent.headers["Location"]
            async with http.get(consent, allow_redirects=False) as agreed:
                back = agreed.headers["Location"]
            assert back.startswith("http://hoc.example/staff/zalo-oa/hung-dao?code=")
            path = back.removeprefix("http://hoc.example")
            async with aiohttp.ClientSession() as without_cookies, without_cookies.get(house.url + path) as landed:
                landing = await landed.text()
            onward = re.search(r'<a class="button" href="([^"]+)"', landing)
            assert onward, "the browser comes back without its sign-in"
            onward_path = onward[1].replace("&amp;", "&")
            assert (await browser.get(onward_path.replace("state=", "state=x")))[0] == 400
            status, page = await browser.get(onward_path)
            assert (await browser.get(onward_path))[0] == 400, "a consent is good once"
        else:
            refused = await browser.submit(PAGE, PAGE, **oa_form(emulator, refresh_token="dead"))
            assert refused[0] == 400 and "Zalo không nhận" in refused[1]
            status, page = await browser.submit(PAGE, PAGE, **oa_form(emulator, refresh_token=emulator.tokens.refresh))
        assert status == 200 and "Đã kết nối Zalo OA: " in page
        secrets |= {emulator.tokens.refresh, emulator.tokens.access}
        assert not any(secret in page or secret in caplog.text for secret in secrets)
        emulator.webhook_url = f"{house.url}/webhooks/zalo-oa/hung-dao"
        emulator.user_sends("246845883529197922", "xin chào")
        for _ in range(200):
            if emulator.sent("246845883529197922"):
                break
            await asyncio.sleep(0.02)
        assert "trợ lý" in emulator.sent("246845883529197922")[0].text
        _, page = await browser.get("/staff/w/hung-dao/setup/test")
        assert re.search(r"Zalo OA: [^<]+: <strong>đã trả lời 1 tin", page)


async def test_a_ward_says_what_its_account_may_send(
    sqlite_database_url: str, start_house: StartHouse, http: aiohttp.ClientSession
) -> None:
    async with ZaloOaEmulator() as emulator:
        house = await start_house(
            sqlite_database_url,
            public_url="http://hoc.example",
            zalo_oa_base_url=emulator.base_url,
            zalo_oa_oauth_url=emulator.base_url,
        )
        browser = await signed_in(house, http)
        await browser.submit(PAGE, PAGE, **oa_form(emulator, refresh_token=emulator.tokens.refresh))
        own, read = "zalo-oa@hung-dao", house.database.read_now
        assert read(lambda session: limits_of(session, own)) == (0, None), "nothing is paid unless the ward says so"
        await browser.submit(PAGE, f"{PAGE}/limits", kind="zalo-oa", messages="1.200")
        house.database.write_now(lambda session: count(session, own, 200, utc_now()))
        assert read(lambda session: left_for_pushes(session, own, utc_now(), 0.0)) == 1000
        assert read(lambda session: left_for_pushes(session, "zalo-oa", utc_now(), 0.0)) == 0, (
            "the shared one's is its own"
        )
        status, page = await browser.submit(PAGE, f"{PAGE}/limits", kind="zalo-oa", messages="nhiều")
        assert status == 400 and "số nguyên" in page
        assert (await browser.submit(PAGE, f"{PAGE}/limits", kind="telegram", messages="1"))[0] == 404
