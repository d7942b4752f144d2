"""The emulated platform, and the people who write to the bot."""

from __future__ import annotations

import asyncio
import hashlib
import itertools
import time
from typing import Any, Self

from aiohttp import web

from tests.emulators.common import Fault, Faults, Journal

from .http_api import HttpApi
from .messages import SentMessage
from .pushing import Webhook, push
from .switches import Switches

OVERTAKEN_SECONDS = 0.2  # long beside a post on loopback
DEFAULT_TOKEN = "1459232241454765289:emulated-token-of-nobody"


class ZaloBotEmulator:
    """``async with ZaloBotEmulator(token) as emulator``; ``base_url`` is the platform's root."""

    def __init__(self, token: str = DEFAULT_TOKEN, *, port: int = 0) -> None:
        self.token = token
        self.switches = Switches()
        self.journal = Journal()
        self.faults = Faults()
        self.account = {
            "id": token.partition(":")[0],
            "account_name": "bot.BinhDanHocVu",
            "account_type": "BASIC",
            "can_join_groups": False,
        }
        self.known: set[str] = set()
        self.messages: list[SentMessage] = []
        self.pending: list[dict[str, Any]] = []
        self.added = asyncio.Event()
        self.webhook = Webhook()
        self.base_url = ""
        self._port = port
        self._numbers = itertools.count(1)
        self._count = 0
        self._runner: web.AppRunner | None = None
        self._posts: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.stop()

    async def start(self) -> None:
        """Listen on loopback."""
        self._runner = web.AppRunner(
            HttpApi(self).application(), handler_cancellation=True, access_log=None, shutdown_timeout=0.5
        )
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port).start()
        self._port = self._runner.addresses[0][1]
        self.base_url = f"http://127.0.0.1:{self._port}"

    async def stop(self) -> None:
        """Stop listening."""
        for post in self._posts:
            post.cancel()
        await asyncio.gather(*self._posts, return_exceptions=True)
        if self._runner is not None:
            await self._runner.cleanup()

    def fail_next(self, method: str, fault: Fault, times: int = 1, chat_id: str | None = None) -> None:
        """Let the next calls of a method (to one chat) fail."""
        self.faults.add(method, fault, times, chat_id)

    def next_id(self) -> str:
        """An identifier of the platform's kind: 20 hex digits."""
        return hashlib.sha256(f"message {next(self._numbers)}".encode()).hexdigest()[:20]

    def user_sends(self, chat_id: str, text: str, *, name: str = "Lan", **place: Any) -> str:
        """A person writes; the message's id."""
        return self._event("message.text.received", chat_id, name, {"text": text}, place)

    def user_sends_photo(self, chat_id: str, caption: str = "") -> str:
        """A person sends a picture."""
        field = "photo_url" if self.switches.photo_url else "photo"
        content = {field: "https://photo-stal.zdn.vn/a.jpg", "message_type": "CHAT_PHOTO"}
        return self._event(
            "message.image.received", chat_id, "Lan", {**content, **({"caption": caption} if caption else {})}, {}
        )

    def user_does(self, chat_id: str, kind: str, **content: Any) -> str:
        """A person sends a ``sticker``, ``voice`` or something ``unsupported``."""
        return self._event(f"message.{kind}.received", chat_id, "Lan", content, {})

    def raw_event(self, body: dict[str, Any]) -> None:
        """An event that is not checked."""
        self._deliver(body)

    def _event(self, event: str, chat_id: str, name: str, content: dict[str, Any], place: dict[str, Any]) -> str:
        number = self.next_id()
        self.known.add(chat_id)
        message = {
            "from": {"id": place.get("user_id", chat_id), "display_name": name, "is_bot": False},
            "chat": {"id": chat_id, "chat_type": place.get("chat_type", "PRIVATE")},
            "message_id": number,
            "date": int(time.time() * 1000),
            **content,
        }
        self._deliver({"event_name": event, "message": message})
        return number

    def _deliver(self, event: dict[str, Any]) -> None:
        self._count += 1
        every = self.switches.reorder_every
        if self.webhook.url:
            # The one that is to be overtaken sets out late.
            late = OVERTAKEN_SECONDS if every and (self._count + 1) % every == 0 else 0.0
            post = asyncio.create_task(push(self, event, late))
            self._posts.add(post)
            post.add_done_callback(self._posts.discard)
        else:
            overtakes = bool(every and self._count % every == 0 and self.pending)
            self.pending.insert(len(self.pending) - overtakes, event)
            self.added.set()

    def sent(self, chat_id: str | None = None) -> list[SentMessage]:
        """The bot's messages to one chat, or to all, in order."""
        return [message for message in self.messages if chat_id in (None, message.chat_id)]

    async def wait_for_sent(self, count: int, chat_id: str | None = None) -> list[SentMessage]:
        """The bot's messages, once there are so many. Raises TimeoutError."""
        await self.journal.wait_until(lambda: len(self.sent(chat_id)) >= count)
        return self.sent(chat_id)
