"""Receiving: getUpdates, the webhook's methods, and the pushing of updates to it."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import aiohttp

from .parameters import Parameters
from .switches import ApiError, bad_request
from .updates import Pending, in_delivery_order

if TYPE_CHECKING:
    from .emulator import TelegramEmulator

ACTIVE = "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
REPLACED = "Conflict: terminated by setWebhook request"
PORTS = frozenset({80, 88, 443, 8443})
SECRET = re.compile(r"[A-Za-z0-9_-]*")
SECRET_LENGTH = 256
LONGEST_RETRY = 60
LONGEST_RETRY_AFTER = 3600
DEFAULT_CONNECTIONS = 40
POST_TIMEOUT_SECONDS = 60


@dataclass
class Webhook:
    """Where updates are posted to; ``last_error`` is what getWebhookInfo tells."""

    url: str = ""
    secret: str = field(default="", repr=False)
    connections: int = DEFAULT_CONNECTIONS
    last_error: tuple[int, str] | None = None


async def get_updates(server: TelegramEmulator, given: Parameters) -> list[dict[str, Any]]:
    """Long poll."""
    if server.webhook.url:
        raise ApiError(409, ACTIVE)
    _allow(server, given)
    limit = min(max(given.integer("limit", 100), 1), 100)
    return await server.updates.poll(given.integer("offset"), limit, given.integer("timeout"))


async def set_webhook(server: TelegramEmulator, given: Parameters) -> bool:
    """Begin to push; an empty address ends it."""
    url, secret = given.text("url"), given.text("secret_token")
    if len(secret) > SECRET_LENGTH:
        raise bad_request("secret token is too long")
    if not SECRET.fullmatch(secret):
        raise bad_request("secret token contains unallowed characters")
    address = urlsplit(url)
    if server.switches.strict_webhook_address and url:
        if address.scheme != "https":
            raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
        if (address.port or 443) not in PORTS:
            raise bad_request("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")
    server.updates.interrupt(REPLACED)
    _drop(server, given)
    _allow(server, given)
    server.webhook = Webhook(url, secret, given.integer("max_connections", DEFAULT_CONNECTIONS))
    server.updates.added.set()
    return True


async def delete_webhook(server: TelegramEmulator, given: Parameters) -> bool:
    """Stop pushing; what waits stays unless it is to be dropped."""
    _drop(server, given)
    server.webhook = Webhook()
    return True


async def get_webhook_info(server: TelegramEmulator, given: Parameters) -> dict[str, Any]:
    """How the webhook does."""
    del given
    info: dict[str, Any] = {
        "url": server.webhook.url,
        "has_custom_certificate": False,
        "pending_update_count": len(server.updates.pending),
    }
    if server.webhook.url:
        info["max_connections"] = server.webhook.connections
    if server.webhook.last_error is not None:
        info["last_error_date"], info["last_error_message"] = server.webhook.last_error
    if server.updates.allowed:
        info["allowed_updates"] = server.updates.allowed
    return info


def _drop(server: TelegramEmulator, given: Parameters) -> None:
    if given.boolean("drop_pending_updates"):
        server.updates.pending.clear()


def _allow(server: TelegramEmulator, given: Parameters) -> None:
    """Remember the wanted kinds; without the parameter the earlier ones stay."""
    wanted = given.nested("allowed_updates")
    if wanted is not None:
        server.updates.allowed = list(wanted)


class Pusher:
    """Posts waiting updates: in order within a chat, at once across chats, again with doubling pauses."""

    def __init__(self, server: TelegramEmulator) -> None:
        self._server = server
        self._busy: set[int] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Push until cancelled."""
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(POST_TIMEOUT_SECONDS)) as session:
            try:
                while True:
                    await self._server.updates.added.wait()
                    self._server.updates.added.clear()
                    if self._server.webhook.url:
                        self._launch(session)
            finally:
                for task in self._tasks:
                    task.cancel()
                await asyncio.gather(*self._tasks, return_exceptions=True)

    def _launch(self, session: aiohttp.ClientSession) -> None:
        self._server.updates.expire()
        for entry in in_delivery_order(self._server.updates.pending):
            lane = _chat_of(entry)
            if lane in self._busy:
                continue
            if len(self._tasks) >= self._server.webhook.connections:
                break
            self._busy.add(lane)
            task = asyncio.create_task(self._push(session, entry, lane))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _push(self, session: aiohttp.ClientSession, entry: Pending, lane: int) -> None:
        pause = self._server.switches.webhook_retry_seconds
        longest = pause * LONGEST_RETRY
        try:
            while self._server.webhook.url and entry in self._server.updates.pending:
                asked = await self._post(session, entry)
                if asked is None:
                    entry.copies -= 1
                    if entry.copies < 1:
                        self._server.updates.pending.remove(entry)
                    continue
                await asyncio.sleep(min(asked, LONGEST_RETRY_AFTER) or pause)
                pause = min(pause * 2, longest)
        finally:
            self._busy.discard(lane)
            self._server.updates.added.set()
            self._server.journal.notify()

    async def _post(self, session: aiohttp.ClientSession, entry: Pending) -> float | None:
        """Post once; None when it was taken, else the seconds that the other side asks to wait."""
        webhook = self._server.webhook
        headers = {"X-Telegram-Bot-Api-Secret-Token": webhook.secret} if webhook.secret else {}
        try:
            async with session.post(webhook.url, json=entry.body, headers=headers) as answer:
                self._server.pushes.append((entry.id, answer.status))
                self._server.journal.notify()
                if 200 <= answer.status < 300:
                    await self._run_answered_method(answer)
                    return None
                problem = f"Wrong response from the webhook: {answer.status} {answer.reason}"
                asked = answer.headers.get("Retry-After", "0")
        except (aiohttp.ClientError, TimeoutError) as error:
            problem, asked = type(error).__name__, "0"
        webhook.last_error = (int(self._server.clock()), problem)
        return float(asked) if asked.isdecimal() else 0.0

    async def _run_answered_method(self, answer: aiohttp.ClientResponse) -> None:
        """An answer may carry one method call, whose result nobody sees."""
        if answer.content_type != "application/json":
            return
        body = await answer.json()
        if isinstance(body, dict) and "method" in body:
            await self._server.perform(str(body.pop("method")), Parameters(body))


def _chat_of(entry: Pending) -> int:
    for content in entry.body.values():
        if isinstance(content, dict):
            chat = content.get("chat") or content.get("message", {}).get("chat") or {}
            return int(chat.get("id", 0))
    return 0
