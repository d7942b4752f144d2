"""Telegram with a token, through the whole program: the same conversation as the web chat."""

from __future__ import annotations

from pydantic import SecretStr
from sqlmodel import select

from bot.store.tables import Person
from tests.emulators.telegram import TelegramEmulator
from tests.support.house import House, StartHouse

LAN = 11


async def start(start_house: StartHouse, url: str, emulator: TelegramEmulator) -> House:
    return await start_house(
        url, telegram_token=SecretStr(emulator.token), telegram_base_url=f"{emulator.base_url}/bot"
    )


async def tap(emulator: TelegramEmulator, label: str) -> None:
    """Tap the last shown button whose label begins so, and wait for what comes."""
    for sent in reversed(emulator.sent(LAN)):
        for text, data in sent.buttons:
            if text.startswith(label):
                emulator.user_taps(LAN, sent.message_id, data)
                return
    raise AssertionError(f"no button {label!r}")


async def test_a_resident_arrives_by_a_link_agrees_and_asks(database_url: str, start_house: StartHouse) -> None:
    async with TelegramEmulator() as emulator:
        house = await start(start_house, database_url, emulator)
        code = house.group("hung-dao", "Tổ 5")
        emulator.add_chat(LAN)
        emulator.user_sends(LAN, f"/start {code}")
        greeting = await emulator.wait_for_sent(1, LAN)
        assert "Tổ 5" in greeting[0].text
        await tap(emulator, "Đồng ý")
        await emulator.wait_for_sent(2, LAN)
        emulator.user_sends(LAN, "hạn gửi báo cáo hằng năm là khi nào")
        answers = await emulator.wait_for_sent(3, LAN)
        assert "05/12" in answers[2].text
        assert "Nguồn" in answers[2].text
        people = house.database.read_now(lambda session: session.exec(select(Person)).all())
        assert [one.ward_code for one in people] == ["hung-dao"]


async def test_an_update_that_comes_twice_is_answered_once(sqlite_database_url: str, start_house: StartHouse) -> None:
    async with TelegramEmulator() as emulator:
        emulator.switches.duplicate_every = 1
        await start(start_house, sqlite_database_url, emulator)
        emulator.add_chat(LAN)
        emulator.user_sends(LAN, "quên passcode VNeID")
        emulator.user_sends(LAN, "/tiendo")
        sent = await emulator.wait_for_sent(3, LAN)
        assert sum("Quên passcode" in one.text for one in sent) == 1
