"""Telegram with a token, through the whole program: the same conversation as the web chat."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from pydantic import SecretStr
from sqlmodel import select

from bot.store.tables import Person
from knowledge.encoder import Encoder
from tests.emulators.telegram import TelegramEmulator
from tests.support.house import House, StartHouse, houses

LAN = 11
PLATFORM_SECONDS = 0.3  # until Telegram answers: a bad line, but less than a stop waits


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


async def test_what_is_being_sent_at_a_stop_is_sent_and_known_to_be(
    sqlite_database_url: str, shipped_index: Path, encoder: Encoder, tmp_path: Path
) -> None:
    async with TelegramEmulator() as emulator:
        async with houses(tmp_path, shipped_index, encoder) as start_house:
            await start(start_house, sqlite_database_url, emulator)
            emulator.switches.delay_seconds = PLATFORM_SECONDS
            emulator.add_chat(LAN)
            emulator.user_sends(LAN, "quên passcode VNeID")
            await emulator.journal.wait_until(lambda: bool(emulator.journal.of("sendMessage")))
        assert len(emulator.sent(LAN)) == 1
        with closing(sqlite3.connect(tmp_path / "bdhvs.sqlite3")) as connection:
            states = connection.execute("SELECT status, platform_id FROM outbox ORDER BY id").fetchall()
        assert states[0] == ("sent", str(emulator.sent(LAN)[0].message_id))


async def test_an_update_that_comes_twice_is_answered_once(sqlite_database_url: str, start_house: StartHouse) -> None:
    async with TelegramEmulator() as emulator:
        emulator.switches.duplicate_every = 1
        await start(start_house, sqlite_database_url, emulator)
        emulator.add_chat(LAN)
        emulator.user_sends(LAN, "quên passcode VNeID")
        emulator.user_sends(LAN, "/tiendo")
        sent = await emulator.wait_for_sent(3, LAN)
        assert sum("Quên passcode" in one.text for one in sent) == 1
