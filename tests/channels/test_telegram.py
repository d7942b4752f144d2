"""The Telegram channel receives by long polling: nothing lost, nothing leaked, trouble named."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator

import aiohttp
import pytest

from bot.channels.base import (
    TemporaryError,
    TokenRefusedError,
)
from bot.channels.message import Reply
from bot.channels.telegram import TelegramChannel
from tests.channels.stores import Store
from tests.channels.telegram_rig import LAN, MINH, running
from tests.emulators.telegram import Fault, FaultKind, TelegramEmulator


@pytest.fixture
async def emulator() -> AsyncIterator[TelegramEmulator]:
    async with TelegramEmulator() as server:
        server.add_chat(LAN)
        yield server


async def test_what_is_written_arrives_once(emulator: TelegramEmulator) -> None:
    store = Store()
    emulator.switches.duplicate_every = 2
    async with running(emulator, store, commands=[("tiendo", "Tiến độ của tôi")]) as channel:
        number = emulator.user_sends(LAN, "Làm căn cước ở đâu?")
        emulator.user_sends(MINH, "chào")
        first, second = await store.wait_for(2)
        assert channel.trouble is None
    assert (first.channel, first.chat, first.id, first.text) == (
        "telegram",
        str(LAN),
        f"u{number}",
        "Làm căn cước ở đâu?",
    )
    assert first.payload is None and first.received_at.tzinfo is not None and second.chat == str(MINH)
    assert emulator.commands == [{"command": "tiendo", "description": "Tiến độ của tôi"}]


async def test_a_kill_before_storing_loses_nothing(emulator: TelegramEmulator) -> None:
    store = Store()
    store.gate.clear()
    emulator.user_sends(LAN, "một")
    emulator.user_sends(LAN, "hai")
    async with running(emulator, store):
        await store.wait_for_tries(1)
    assert store.messages == {}
    store.gate.set()
    async with running(emulator, store):
        await store.wait_for(2)
        await emulator.journal.wait_until(lambda: not emulator.updates.pending)
    assert store.texts == ["một", "hai"]


async def test_a_store_that_is_down_is_waited_for(emulator: TelegramEmulator, caplog: pytest.LogCaptureFixture) -> None:
    store = Store()
    store.down = True
    async with running(emulator, store) as channel:
        emulator.user_sends(LAN, "một")
        await store.wait_for_tries(3)
        assert channel.trouble is not None and "inbox" in channel.trouble
        store.down = False
        await store.wait_for(1)
    assert store.texts == ["một"]
    assert sum("inbox" in record.message for record in caplog.records) == 1


async def test_pending_messages_survive_a_webhook_of_before(emulator: TelegramEmulator) -> None:
    store = Store()
    emulator.webhook.url = "https://old.example/hook"
    emulator.user_sends(LAN, "viết lúc bot tắt")
    async with running(emulator, store):
        await store.wait_for(1)
    assert store.texts == ["viết lúc bot tắt"]


async def test_numbers_that_restart_lower_are_still_read(emulator: TelegramEmulator) -> None:
    store = Store()
    async with running(emulator, store):
        emulator.user_sends(LAN, "tuần trước")
        await store.wait_for(1)
        # The poll that confirms is answered before the numbers restart, as a quiet week has many polls.
        await emulator.journal.wait_until(lambda: not emulator.updates.pending)
        polls = len(emulator.journal.of("getUpdates"))
        emulator.updates.end_poll()
        await emulator.journal.wait_until(lambda: len(emulator.journal.of("getUpdates")) > polls)
        emulator.updates.jump(3)
        emulator.user_sends(LAN, "tuần này")
        await store.wait_for(2)
    assert store.texts == ["tuần trước", "tuần này"]


async def test_a_second_program_is_named_as_the_trouble(emulator: TelegramEmulator) -> None:
    store = Store()
    async with running(emulator, store) as channel:
        await emulator.journal.wait_until(lambda: bool(emulator.journal.of("getUpdates")))
        async with aiohttp.ClientSession() as other:
            await other.post(f"{emulator.base_url}/bot{emulator.token}/getUpdates")
            await emulator.wait_for_calls("getUpdates", 2)
        emulator.user_sends(LAN, "vẫn tới")
        await store.wait_for(1)
        await emulator.journal.wait_until(lambda: channel.trouble is None)
    with_conflict = [call for call in emulator.journal.of("getUpdates") if call.status == 409]
    assert with_conflict


@pytest.mark.parametrize(
    "fault",
    [Fault(), Fault(FaultKind.GARBAGE), Fault(FaultKind.DROP), Fault(FaultKind.DROP_AFTER), Fault.too_many(0)],
    ids=str,
)
async def test_trouble_on_the_line_passes(emulator: TelegramEmulator, fault: Fault) -> None:
    store = Store()
    for method in ("getMe", "deleteWebhook", "getUpdates"):
        emulator.fail_next(method, fault, times=2)
    async with running(emulator, store):
        emulator.user_sends(LAN, "chào")
        await store.wait_for(1)
    assert store.texts == ["chào"]


async def test_a_refused_token_is_said_at_start_and_never_logged(
    emulator: TelegramEmulator, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    wrong = "123456789:AAanother-token-of-nobody-0123456789"
    channel = TelegramChannel(wrong, emulator.base_url)
    with pytest.raises(TokenRefusedError, match="BDHVS_TELEGRAM_TOKEN") as raised:
        await channel.start(Store().receive)
    with pytest.raises(TokenRefusedError):
        await channel.verify()
    with pytest.raises(ValueError, match="BotFather") as misspelt:
        TelegramChannel("my bot " + wrong)
    assert "AAanother" not in caplog.text + repr(raised.value) + repr(misspelt.value)


async def test_no_token_in_any_log_or_error(emulator: TelegramEmulator, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    secret_part = emulator.token.partition(":")[2]
    async with running(emulator, Store()) as channel:
        assert await channel.verify() == "@bdhvs_test_bot"
        for fault in (Fault(), Fault(FaultKind.DROP), Fault(FaultKind.GARBAGE), Fault(status=404)):
            emulator.fail_next("sendMessage", fault)
            with pytest.raises(TemporaryError) as raised:
                await channel.send(str(LAN), Reply("bí mật"))
            assert secret_part not in repr(raised.value)
    await emulator.stop()
    with pytest.raises(TemporaryError) as raised:
        await channel.verify()
    assert secret_part not in caplog.text + repr(raised.value)
    assert "bí mật" not in caplog.text


async def test_the_program_starts_without_telegram(emulator: TelegramEmulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.channels.telegram.START_WAIT_SECONDS", 0.05)
    await emulator.stop()
    store = Store()
    async with running(emulator, store) as channel:
        assert channel.trouble is not None
        await emulator.start()
        emulator.user_sends(LAN, "chào")
        await store.wait_for(1)
