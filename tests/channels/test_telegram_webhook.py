"""The Telegram channel receives by webhook: stored before answered, strangers refused."""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from bot.channels.message import Reply
from bot.channels.webhook import BODY_LIMIT, WebhookSettings
from tests.channels.stores import Store
from tests.channels.telegram_rig import BUTTONS, LAN, SECRET, behind_webhook
from tests.emulators.telegram import TelegramEmulator


@pytest.fixture
async def emulator() -> AsyncIterator[TelegramEmulator]:
    async with TelegramEmulator() as server:
        server.add_chat(LAN)
        yield server


async def test_a_webhook_stores_before_it_answers(emulator: TelegramEmulator) -> None:
    store = Store()
    store.down = True
    emulator.switches.duplicate_every = 2
    async with behind_webhook(emulator, store) as (channel, _):
        under = await channel.send(str(LAN), Reply("Bạn đồng ý không?", BUTTONS))
        emulator.user_taps(LAN, int(under or 0), "yes")
        emulator.user_sends(LAN, "chào")
        await emulator.journal.wait_until(lambda: any(status == 503 for _, status in emulator.pushes))
        store.down = False
        tap, text = await store.wait_for(2)
        await emulator.journal.wait_until(lambda: not emulator.updates.pending)
        await emulator.wait_for_calls("answerCallbackQuery")
    assert (tap.payload, text.text) == ("yes", "chào")


async def endless() -> AsyncIterator[bytes]:
    """A body without a declared length."""
    for _ in range(BODY_LIMIT // 65536 + 1):
        yield b" " * 65536


async def test_a_webhook_takes_nothing_but_telegram(emulator: TelegramEmulator) -> None:
    store = Store()
    update = json.dumps({"update_id": 1, "message": {"chat": {"id": LAN, "type": "private"}, "text": "a"}})
    secret = {"X-Telegram-Bot-Api-Secret-Token": SECRET}
    kind = {"Content-Type": "application/json"}
    cases: list[tuple[dict[str, str], Any, int]] = [
        (kind, update.encode(), 403),
        ({**kind, "X-Telegram-Bot-Api-Secret-Token": SECRET + "x"}, update.encode(), 403),
        ({**kind, "X-Telegram-Bot-Api-Secret-Token": "bí mật"}, update.encode(), 403),
        ({**secret, "Content-Type": "text/plain"}, update.encode(), 415),
        ({**secret, **kind}, io.BytesIO(b" " * (BODY_LIMIT + 1)), 413),
        ({**secret, **kind}, endless(), 413),
        ({**secret, **kind, "Content-Encoding": "gzip"}, gzip.compress(b" " * (BODY_LIMIT + 1)), 413),
        ({**secret, **kind, "Content-Encoding": "gzip"}, gzip.compress(update.encode()), 200),
        ({**secret, **kind}, b"{", 400),
        ({**secret, **kind}, b"\xff\xfe", 400),
        ({**secret, **kind}, b"[" * 100_000, 400),
        ({**secret, **kind}, b"[1]", 400),
        ({**secret, **kind}, b'{"update_id": "1"}', 400),
        ({**secret, **kind}, b'{"update_id": 2, "brand_new_kind": {}}', 200),
        ({**secret, "Content-Type": "application/json; charset=utf-8"}, update.encode(), 200),
    ]
    async with behind_webhook(emulator, store) as (_, url), aiohttp.ClientSession() as session:
        for headers, body, status in cases:
            async with session.post(url, data=body, headers=headers) as answer:
                assert answer.status == status, (headers, status)
                assert SECRET not in await answer.text()
        async with session.get(url) as answer:
            assert answer.status == 405
    assert store.texts == ["a"]


async def test_random_bodies_never_break_the_webhook(emulator: TelegramEmulator) -> None:
    store = Store()
    values: list[Any] = [None, True, 0, -1, 1e400, "", "a", [], {}, [{}], {"id": 1}, {"id": {"id": []}}]
    keys = ["message", "edited_message", "callback_query", "my_chat_member"]
    inner = ["chat", "text", "entities", "from", "data", "message", "photo", "reply_to_message", "new_chat_member"]
    headers = {"X-Telegram-Bot-Api-Secret-Token": SECRET}
    async with behind_webhook(emulator, store) as (_, url), aiohttp.ClientSession(headers=headers) as session:
        bodies = [{"update_id": 1, key: value} for key in keys for value in values]
        bodies += [
            {"update_id": 1, key: {"chat": {"id": 1, "type": "private"}, name: value}}
            for key in keys
            for name in inner
            for value in values
        ]
        for body in bodies:
            async with session.post(url, json=body) as answer:
                assert answer.status == 200, body
    assert all(isinstance(message.text, str) for message in store.messages.values())


def test_a_webhook_without_a_good_secret_is_refused() -> None:
    for secret in ("", "short", "có dấu tiếng Việt", "a" * 257):
        with pytest.raises(ValueError, match="token_urlsafe"):
            WebhookSettings("https://bdhvs.example/webhooks/telegram", secret)
    assert SECRET not in repr(WebhookSettings("https://bdhvs.example/webhooks/telegram", SECRET))
