"""The Telegram channel beside its emulated server, for its tests."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

from bot.channels.message import Button
from bot.channels.telegram import TelegramChannel
from bot.channels.webhook import WebhookSettings
from tests.channels.stores import Store
from tests.emulators.telegram import TelegramEmulator

LAN = 11
MINH = 12
GROUP = -100200
SECRET = "a-long-webhook-secret_1"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)
BUTTONS = (Button("Có", "yes"), Button("Không", "no"))


@asynccontextmanager
async def running(emulator: TelegramEmulator, store: Store, **options: Any) -> AsyncIterator[TelegramChannel]:
    channel = TelegramChannel(emulator.token, f"{emulator.base_url}/bot", retry_seconds=0.01, **options)
    await channel.start(store.receive)
    try:
        yield channel
    finally:
        await channel.stop()


@asynccontextmanager
async def behind_webhook(emulator: TelegramEmulator, store: Store) -> AsyncIterator[tuple[TelegramChannel, str]]:
    """The channel's route on a port of its own, registered at the emulator."""
    emulator.switches.webhook_retry_seconds = 0.01
    application = web.Application()
    runner = web.AppRunner(application)
    # The address is needed before the routes, as behind a proxy.
    listener = await asyncio.get_running_loop().create_server(asyncio.Protocol, "127.0.0.1", 0)
    port = listener.sockets[0].getsockname()[1]
    listener.close()
    await listener.wait_closed()
    url = f"http://127.0.0.1:{port}/webhooks/telegram"
    channel = TelegramChannel(emulator.token, emulator.base_url, WebhookSettings(url, SECRET), retry_seconds=0.01)
    application.add_routes(channel.routes())
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    await channel.start(store.receive)
    try:
        yield channel, url
    finally:
        await channel.stop()
        await runner.cleanup()
