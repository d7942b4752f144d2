"""Connecting a platform on the staff site: the token is tried, kept where only this computer reads it, used at once."""

from __future__ import annotations

import os
import stat

import aiohttp
import pytest

from bot.connecting import connected_channels
from bot.saved_tokens import TOKENS_FILE, keep_token, with_saved_tokens
from bot.settings import Settings
from bot.staff.accounts import Role
from bot.store.database import Database
from tests.emulators.telegram import TelegramEmulator
from tests.support.house import House, StartHouse
from tests.support.staff_browser import Browser

LAN = 11
PAGE = "/staff/w/hung-dao/setup/channels"


async def signed_in(house: House, http: aiohttp.ClientSession) -> Browser:
    house.staff("lan", {"hung-dao": Role.ADMINISTRATOR})
    browser = Browser(house, http)
    await browser.sign_in("lan")
    return browser


async def test_a_telegram_bot_is_connected_while_the_server_runs(
    sqlite_database_url: str, start_house: StartHouse
) -> None:
    async with TelegramEmulator() as emulator, aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        house = await start_house(sqlite_database_url, telegram_base_url=f"{emulator.base_url}/bot")
        browser = await signed_in(house, http)
        status, page = await browser.submit(PAGE, PAGE, kind="telegram", token=f" {emulator.token}\n")
        assert status == 200 and "Đã kết nối Telegram: @" in page
        assert emulator.token not in page
        code = house.group("hung-dao", "Tổ 5")
        emulator.add_chat(LAN)
        emulator.user_sends(LAN, f"/start {code}")
        assert "Tổ 5" in (await emulator.wait_for_sent(1, LAN))[0].text
        _, page = await browser.get("/staff/w/hung-dao/setup/test")
        assert "Telegram: @" in page and "đã trả lời 1 tin" in page
        file = house.settings.data_dir / TOKENS_FILE
        if os.name == "posix":
            assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert emulator.token not in repr(with_saved_tokens(house.settings))
        database = Database(sqlite_database_url)
        connected = [channel.name for channel, _ in connected_channels(house.settings, database)]
        database.close()
        assert connected == ["telegram"], "the next start connects it again"


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
    sqlite_database_url: str, start_house: StartHouse, kind: str, token: str, says: str
) -> None:
    async with TelegramEmulator() as emulator, aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        house = await start_house(sqlite_database_url, telegram_base_url=f"{emulator.base_url}/bot")
        browser = await signed_in(house, http)
        status, page = await browser.submit(PAGE, PAGE, kind=kind, token=token)
        assert status == 400 and says in page
        assert not (house.settings.data_dir / TOKENS_FILE).exists()
        assert [channel.name for channel in house.application.channels] == ["web"]


def test_what_the_environment_sets_goes_before_the_file(tmp_path) -> None:
    keep_token(tmp_path, "telegram_token", "1:saved")
    keep_token(tmp_path, "zalo_bot_token", "2:saved")
    settings = with_saved_tokens(Settings(_env_file=None, data_dir=tmp_path, telegram_token="3:given"))
    assert settings.telegram_token and settings.telegram_token.get_secret_value() == "3:given"
    assert settings.zalo_bot_token and settings.zalo_bot_token.get_secret_value() == "2:saved"
    (tmp_path / TOKENS_FILE).write_text("{broken", encoding="utf-8")
    assert with_saved_tokens(Settings(_env_file=None, data_dir=tmp_path)).telegram_token is None
