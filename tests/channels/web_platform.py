"""The web chat for the conformance suite: its real addresses, a store in memory, and a browser's side in Python."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp import web

from bot.channels.message import Message, Reply
from bot.channels.message_json import reply_to_json
from bot.channels.web import SESSION_COOKIE, WebChannel, address_of
from tests.channels.stores import Store

QUICK = 0.01


@dataclass(frozen=True)
class Numbered:
    number: int
    body: dict[str, Any]


@dataclass
class RepliesInMemory:
    """What the channel reads from (bot.channels.web.Replies)."""

    store: Store
    address: str
    replies: list[Numbered] = field(default_factory=list)
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    async def answer(self, message: Message, timeout: float) -> list[Numbered]:
        await self.store.receive(message)
        return []

    async def since(self, address: str, after: int, timeout: float) -> list[Numbered]:
        self.changed.clear()
        found = [one for one in self.replies if one.number > after] if address == self.address else []
        if not found:
            try:
                await asyncio.wait_for(self.changed.wait(), QUICK)
            except TimeoutError:
                return []
        return found

    async def history(self, address: str) -> list[dict[str, Any]]:
        return []

    async def knows(self, address: str) -> bool:
        return address == self.address


class WebPlatform:
    """Posts as the page does: each message under its own id, again and again until the server has it."""

    def __init__(self, root: str, channel: WebChannel, store: Store, session: str, replies: RepliesInMemory) -> None:
        self.channel, self.store, self.chat, self.token = channel, store, replies.address, f"session:{session}"
        self._root, self._session, self._replies = root, session, replies
        self._times = 1
        self._posts: set[asyncio.Task[None]] = set()
        self._shown: list[str] = []
        self._last = 0

    async def send(self, reply: Reply, edits: str | None = None) -> str | None:
        """The outbox has it, the stream brings it, the page shows it."""
        number = len(self._replies.replies) + 1
        self._replies.replies.append(Numbered(number, reply_to_json(reply)))
        self._replies.changed.set()
        async with (
            aiohttp.ClientSession(cookies={SESSION_COOKIE: self._session}) as http,
            http.get(f"{self._root}/api/chat/events?after={self._last}") as stream,
        ):
            async for line in stream.content:
                if line.startswith(b"data: "):
                    self._shown.append(read(json.loads(line.removeprefix(b"data: "))))
                    self._last = number
                    break
        return str(number)

    def says(self, text: str) -> None:
        self._post({"text": text})

    def chooses(self, message_id: str, label: str, payload: str, number: int) -> None:
        del message_id, number
        self._post({"text": label, "payload": payload})

    def delivers_twice(self) -> None:
        self._times = 2

    def shown(self) -> list[str]:
        return self._shown

    def _post(self, body: dict[str, str]) -> None:
        body = {"session": self._session, "message_id": secrets.token_hex(12), **body}
        for _ in range(self._times):
            post = asyncio.create_task(self._until_stored(body))
            self._posts.add(post)
            post.add_done_callback(self._posts.discard)

    async def _until_stored(self, body: dict[str, str]) -> None:
        async with aiohttp.ClientSession() as http:
            while True:
                async with http.post(f"{self._root}/api/chat", json=body) as answer:
                    if answer.status < 500:
                        return
                await asyncio.sleep(QUICK)

    async def stop(self) -> None:
        """Let go of what was not stored."""
        for post in self._posts:
            post.cancel()
        await asyncio.gather(*self._posts, return_exceptions=True)


def read(reply: dict[str, Any]) -> str:
    """A reply as the page shows it before anything is opened: a source is a line, its passage is folded away."""
    sources = [f"{one['title']}, {one['section']} ({one['note']})" for one in reply["citations"]]
    files = [f"{one['label']}: {one['path']}" for one in reply.get("files", ())]
    return "\n".join([reply["text"], *files, *sources])


@asynccontextmanager
async def web_chat() -> AsyncIterator[WebPlatform]:
    store, session = Store(), secrets.token_hex(16)
    replies = RepliesInMemory(store, address_of(session))
    channel = WebChannel(replies, secure_cookie=False)
    application = web.Application()
    application.add_routes(channel.routes())
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.5)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    await channel.start(store.receive)
    platform = WebPlatform(f"http://127.0.0.1:{runner.addresses[0][1]}", channel, store, session, replies)
    try:
        yield platform
    finally:
        await platform.stop()
        async with asyncio.timeout(5):
            await channel.stop()
        await runner.cleanup()
