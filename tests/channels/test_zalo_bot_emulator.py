"""The Zalo Bot emulator, judged by clients we did not write: python-zalo-bot (forms) and pyzalo (JSON)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import httpx
import pytest
import zalo_bot
import zalo_bot.error
from pyzalo.main import PyZALO

from tests.emulators.zalo_bot import Idle, ZaloBotEmulator

LAN = "6ede9afa66b88fe6d6a9"


@pytest.fixture
async def emulator() -> AsyncIterator[ZaloBotEmulator]:
    async with ZaloBotEmulator() as server:
        yield server


@asynccontextmanager
async def form_client(server: ZaloBotEmulator) -> AsyncIterator[zalo_bot.Bot]:
    async with zalo_bot.Bot(server.token, base_url=server.base_url) as bot:
        yield bot


@pytest.fixture
def json_client(emulator: ZaloBotEmulator) -> Iterator[PyZALO]:
    client = PyZALO(emulator.token, base_url=emulator.base_url)
    client.session.trust_env = False
    yield client
    client.session.close()


async def test_two_clients_sign_in_and_write(emulator: ZaloBotEmulator, json_client: PyZALO) -> None:
    emulator.known.add(LAN)
    async with form_client(emulator) as bot:
        sent = await bot.send_message(LAN, "Xin chào")
    answer = await asyncio.to_thread(json_client.sendMessage, LAN, "Chào bạn")
    account = await asyncio.to_thread(json_client.getMe)
    assert account["result"]["account_type"] == "BASIC"
    assert [message.message_id for message in emulator.sent(LAN)] == [
        sent.message_id,
        answer["result"]["message_id"],
    ]
    kinds = {call.content_type.partition(";")[0] for call in emulator.journal.of("sendMessage")}
    assert kinds == {"application/x-www-form-urlencoded", "application/json"}
    assert await asyncio.to_thread(json_client.sendChatAction, LAN) == {"ok": True}


async def test_updates_one_by_one(emulator: ZaloBotEmulator, json_client: PyZALO) -> None:
    emulator.user_sends(LAN, "một")
    number = emulator.user_sends_photo(LAN)
    async with form_client(emulator) as bot:
        update = await bot.get_update(timeout=2)
    assert update.message is not None and update.message.text == "một"
    photo = await asyncio.to_thread(json_client.getUpdates, 2)
    assert photo["result"]["event_name"] == "message.image.received"
    assert photo["result"]["message"]["message_id"] == number
    assert photo["result"]["message"]["date"] > 1_700_000_000_000
    idle = await asyncio.to_thread(json_client.getUpdates, 0)
    assert idle == {"ok": False, "description": "Request timeout", "error_code": 408}


async def test_replay_gives_the_same_update_again(emulator: ZaloBotEmulator, json_client: PyZALO) -> None:
    emulator.switches.replay = True
    emulator.user_sends(LAN, "một")
    first, second = [await asyncio.to_thread(json_client.getUpdates, 1) for _ in range(2)]
    assert first == second
    emulator.switches.replay, emulator.switches.idle = False, Idle.EMPTY
    await asyncio.to_thread(json_client.getUpdates, 1)
    assert await asyncio.to_thread(json_client.getUpdates, 0) == {"ok": True, "result": {}}


async def test_webhook_methods(emulator: ZaloBotEmulator, json_client: PyZALO) -> None:
    async with httpx.AsyncClient(base_url=f"{emulator.base_url}/bot{emulator.token}") as client:
        assert (await client.get("/getWebhookInfo")).status_code == 404
        result = await asyncio.to_thread(json_client.setWebhook, "https://a.invalid/x", "short")
        assert result["error_code"] == 400
        emulator.switches.probe = False
        result = await asyncio.to_thread(json_client.setWebhook, "https://a.example/x", "long-enough")
        assert result["result"]["url"] == "https://a.example/x"
        assert (await client.get("/getUpdates")).json()["ok"] is False
        await asyncio.to_thread(json_client.deleteWebhook)
        assert (await client.get("/getWebhookInfo")).status_code == 404


async def test_refusals(emulator: ZaloBotEmulator, json_client: PyZALO) -> None:
    emulator.known.add(LAN)
    long = await asyncio.to_thread(json_client.sendMessage, LAN, "a" * 2001)
    assert long["error_code"] == 400
    assert (await asyncio.to_thread(json_client.sendPhoto, LAN, "http://a.example/x.png"))["ok"] is False
    emulator.switches.users = 0
    assert (await asyncio.to_thread(json_client.sendMessage, LAN, "a"))["error_code"] == 429
    with pytest.raises(zalo_bot.error.InvalidToken):
        async with zalo_bot.Bot("1:wrong", base_url=emulator.base_url):
            pass
    assert emulator.sent() == []
