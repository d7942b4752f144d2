"""Every channel beside its emulated platform, behind one face, for the conformance suite."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Protocol

from aiohttp import web

from bot.channels.base import Channel
from bot.channels.message import Reply
from bot.channels.telegram import TelegramChannel
from bot.channels.webhook import WebhookSettings
from bot.channels.zalo_bot import ZaloBotChannel
from bot.channels.zalo_oa import ZaloOaChannel
from bot.channels.zalo_oa_tokens import OaSettings, TokenPair
from tests.channels.stores import Store
from tests.channels.web_platform import web_chat
from tests.emulators.common import Fault, FaultKind
from tests.emulators.telegram import TelegramEmulator
from tests.emulators.zalo_bot import ZaloBotEmulator
from tests.emulators.zalo_oa import ZaloOaEmulator

SECRET = "a-long-webhook-secret_1"
QUICK = 0.01


class VerifiableChannel(Channel, Protocol):
    """A channel of a platform with an account."""

    @property
    def trouble(self) -> str | None: ...

    async def verify(self) -> str: ...


class Platform(Protocol):
    """A running channel, its platform, and one person who uses both."""

    @property
    def channel(self) -> Channel: ...

    store: Store
    chat: str
    token: str

    async def send(self, reply: Reply, edits: str | None = None) -> str | None:
        """The bot says something to the person."""

    def says(self, text: str) -> None:
        """The person writes."""

    def chooses(self, message_id: str, label: str, payload: str, number: int) -> None:
        """The person picks a choice under a message."""

    def delivers_twice(self) -> None:
        """From now on everything is delivered twice."""

    def shown(self) -> list[str]:
        """The bot's messages as the person reads them."""


class PushedPlatform(Platform, Protocol):
    """A platform of somebody else's, to which messages are sent."""

    @property
    def channel(self) -> VerifiableChannel: ...

    def sends_photo(self, caption: str) -> None:
        """The person sends a picture."""

    def fail_send(self, fault: Fault) -> None:
        """The next text meets this."""


class Sends:
    """Says things by the channel."""

    channel: VerifiableChannel
    chat: str

    async def send(self, reply: Reply, edits: str | None = None) -> str | None:
        return await self.channel.send(self.chat, reply, edits)


class TelegramPlatform(Sends):
    """Telegram, by polling or webhook."""

    def __init__(self, emulator: TelegramEmulator, channel: TelegramChannel, store: Store) -> None:
        self.emulator, self.channel, self.store = emulator, channel, store
        self.chat, self.token = "11", emulator.token
        emulator.add_chat(11)

    def says(self, text: str) -> None:
        self.emulator.user_sends(11, text)

    def chooses(self, message_id: str, label: str, payload: str, number: int) -> None:
        del label, number
        self.emulator.user_taps(11, int(message_id), payload)

    def sends_photo(self, caption: str) -> None:
        self.emulator.user_attaches(11, "photo", caption)

    def delivers_twice(self) -> None:
        self.emulator.switches.duplicate_every = 1

    def shown(self) -> list[str]:
        return [message.text for message in self.emulator.sent(11)]

    def fail_send(self, fault: Fault) -> None:
        self.emulator.fail_next("sendMessage", fault)


class ZaloBotPlatform(Sends):
    """Zalo Bot Platform, by polling or webhook."""

    def __init__(self, emulator: ZaloBotEmulator, channel: ZaloBotChannel, store: Store) -> None:
        self.emulator, self.channel, self.store = emulator, channel, store
        self.chat, self.token = "6ede9afa66b88fe6d6a9", emulator.token
        emulator.known.add(self.chat)

    def says(self, text: str) -> None:
        self.emulator.user_sends(self.chat, text)

    def chooses(self, message_id: str, label: str, payload: str, number: int) -> None:
        del message_id, payload
        self.emulator.user_sends(self.chat, f"số {number}" if number % 2 else label.upper())

    def sends_photo(self, caption: str) -> None:
        self.emulator.user_sends_photo(self.chat, caption)

    def delivers_twice(self) -> None:
        self.emulator.switches.duplicate_every = 1
        self.emulator.switches.replay = True

    def shown(self) -> list[str]:
        return [message.text for message in self.emulator.sent(self.chat)]

    def fail_send(self, fault: Fault) -> None:
        self.emulator.fail_next("sendMessage", fault)


class ZaloOaPlatform(Sends):
    """Zalo Official Account."""

    def __init__(self, emulator: ZaloOaEmulator, channel: ZaloOaChannel, store: Store) -> None:
        self.emulator, self.channel, self.store = emulator, channel, store
        self.chat, self.token = "246845883529197922", f"token:{emulator.tokens.access}"
        emulator.person(self.chat)

    def says(self, text: str) -> None:
        self.emulator.user_sends(self.chat, text)

    def chooses(self, message_id: str, label: str, payload: str, number: int) -> None:
        del message_id, label
        if number % 2:
            self.emulator.user_taps(self.chat, f"#{payload}")
        else:
            self.emulator.user_sends(self.chat, f"{number}.")

    def sends_photo(self, caption: str) -> None:
        self.emulator.user_does(self.chat, "user_send_image", text=caption)

    def delivers_twice(self) -> None:
        self.emulator.switches.duplicate_every = 1

    def shown(self) -> list[str]:
        return [message.text for message in self.emulator.sent(self.chat)]

    def fail_send(self, fault: Fault) -> None:
        if fault.kind is not FaultKind.ERROR:
            self.emulator.fail_next("v3", fault)
            return
        code = {429: -32, 500: -999, 400: -201, 401: -216}[fault.status]
        # A dead token is renewed once: both calls meet the refusal.
        self.emulator.fail_next("v3", Fault(status=code, description="refused"), times=2 if code == -216 else 1)


class TokensInMemory:
    """A TokenStore of one process, which counts what it stored."""

    def __init__(self, pair: TokenPair | None = None) -> None:
        self.pair = pair
        self.saved: list[TokenPair] = []
        self._lock = asyncio.Lock()

    @asynccontextmanager
    async def lock(self) -> AsyncIterator[None]:
        async with self._lock:
            yield

    async def load(self) -> TokenPair | None:
        return self.pair

    async def save(self, pair: TokenPair) -> None:
        self.pair = pair
        self.saved.append(pair)


def oa_settings(emulator: ZaloOaEmulator) -> OaSettings:
    """The app's settings, pointing to the emulator."""
    app = emulator.credentials
    return OaSettings(app.app_id, app.app_secret, app.oa_secret, emulator.base_url, emulator.base_url)


def oa_pair(emulator: ZaloOaEmulator, life: float = 90_000) -> TokenPair:
    """The pair that works now."""
    return TokenPair(emulator.tokens.access, emulator.tokens.refresh, emulator.tokens.issued_at + life)


@asynccontextmanager
async def started(channel: Channel, store: Store) -> AsyncIterator[None]:
    """The channel, receiving into the store; it must stop within 5 s."""
    await channel.start(store.receive)
    try:
        yield
    finally:
        async with asyncio.timeout(5):
            await channel.stop()


@asynccontextmanager
async def listening(build: Callable[[str], Awaitable[Channel]]) -> AsyncIterator[None]:
    """Serve the routes of ``build(root address)`` on a port that is known before them, as behind a proxy."""
    listener = await asyncio.get_running_loop().create_server(asyncio.Protocol, "127.0.0.1", 0)
    port = listener.sockets[0].getsockname()[1]
    listener.close()
    await listener.wait_closed()
    application = web.Application()
    application.add_routes((await build(f"http://127.0.0.1:{port}")).routes())
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        yield
    finally:
        await runner.cleanup()


@asynccontextmanager
async def telegram_polling() -> AsyncIterator[PushedPlatform]:
    async with TelegramEmulator() as emulator:
        store = Store()
        channel = TelegramChannel(emulator.token, emulator.base_url, retry_seconds=QUICK)
        async with started(channel, store):
            yield TelegramPlatform(emulator, channel, store)


@asynccontextmanager
async def telegram_webhook() -> AsyncIterator[PushedPlatform]:
    async with TelegramEmulator() as emulator:
        emulator.switches.webhook_retry_seconds = QUICK
        store, built = Store(), list[TelegramChannel]()

        async def build(root: str) -> TelegramChannel:
            settings = WebhookSettings(f"{root}/webhooks/telegram", SECRET)
            built.append(TelegramChannel(emulator.token, emulator.base_url, settings, retry_seconds=QUICK))
            return built[0]

        async with listening(build), started(built[0], store):
            yield TelegramPlatform(emulator, built[0], store)


@asynccontextmanager
async def zalo_bot_polling() -> AsyncIterator[PushedPlatform]:
    async with ZaloBotEmulator() as emulator:
        store = Store()
        channel = ZaloBotChannel(emulator.token, emulator.base_url, retry_seconds=QUICK, poll_seconds=0)
        async with started(channel, store):
            yield ZaloBotPlatform(emulator, channel, store)


@asynccontextmanager
async def zalo_bot_webhook() -> AsyncIterator[PushedPlatform]:
    async with ZaloBotEmulator() as emulator:
        emulator.switches.posts = 1000
        store, built = Store(), list[ZaloBotChannel]()

        async def build(root: str) -> ZaloBotChannel:
            settings = WebhookSettings(f"{root}/webhooks/zalo-bot", SECRET)
            built.append(ZaloBotChannel(emulator.token, emulator.base_url, settings, retry_seconds=QUICK))
            return built[0]

        async with listening(build), started(built[0], store):
            yield ZaloBotPlatform(emulator, built[0], store)


@asynccontextmanager
async def zalo_oa_webhook() -> AsyncIterator[PushedPlatform]:
    async with ZaloOaEmulator() as emulator:
        emulator.switches.retry_seconds = (QUICK,) * 1000
        store = Store()
        channel = ZaloOaChannel(oa_settings(emulator), TokensInMemory(oa_pair(emulator)), retry_seconds=QUICK)

        async def build(root: str) -> ZaloOaChannel:
            emulator.webhook_url = f"{root}/webhooks/zalo-oa"
            return channel

        async with listening(build), started(channel, store):
            yield ZaloOaPlatform(emulator, channel, store)


PUSHED: tuple[Callable[[], AbstractAsyncContextManager[PushedPlatform]], ...] = (
    telegram_polling,
    telegram_webhook,
    zalo_bot_polling,
    zalo_bot_webhook,
    zalo_oa_webhook,
)

PLATFORMS: tuple[Callable[[], AbstractAsyncContextManager[Platform]], ...] = (*PUSHED, web_chat)
