"""Posting events to the webhook."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import aiohttp

if TYPE_CHECKING:
    from .emulator import ZaloBotEmulator

# Cloudflare's browser check refuses this one; ours must not.
USER_AGENT = "Java/1.8.0_192"
TIMEOUT = aiohttp.ClientTimeout(5)


@dataclass
class Webhook:
    """Where events are posted to; ``statuses`` are the answers, ``posted`` counts the events."""

    url: str = ""
    secret: str = field(default="", repr=False)
    updated_at: int = 0
    posted: int = 0
    statuses: list[int] = field(default_factory=list)


async def probe(url: str) -> dict[str, Any]:
    """The empty request of setWebhook, and what is told of it."""
    try:
        async with (
            aiohttp.ClientSession(timeout=TIMEOUT) as session,
            session.post(url, headers={"User-Agent": USER_AGENT}, skip_auto_headers=["Content-Type"]) as answer,
        ):
            status = answer.status
    except (aiohttp.ClientError, TimeoutError):
        return {"ok": False, "url": url, "outcome": "webhook.err.conn", "hint": "cannot connect"}
    if status == 200:
        return {"ok": True, "url": url, "outcome": "webhook.ok", "hint": "", "status_code": status}
    outcome = f"webhook.http.{status}" if status in {403, 404} else "webhook.http.other"
    return {"ok": False, "url": url, "outcome": outcome, "hint": "answer 200", "status_code": status}


async def push(server: ZaloBotEmulator, event: dict[str, Any], late: float = 0.0) -> None:
    """Post one event after ``late`` seconds, again while it is refused."""
    await asyncio.sleep(late)
    webhook = server.webhook
    webhook.posted += 1
    every = server.switches.duplicate_every
    copies = 2 if every and webhook.posted % every == 0 else 1
    body = {"ok": True, "result": event} if server.switches.wrapped else event
    headers = {"X-Bot-Api-Secret-Token": webhook.secret, "User-Agent": USER_AGENT}
    async with aiohttp.ClientSession(timeout=TIMEOUT, headers=headers) as session:
        for _ in range(copies):
            for _ in range(server.switches.posts):
                try:
                    async with session.post(webhook.url, json=body) as answer:
                        webhook.statuses.append(answer.status)
                except (aiohttp.ClientError, TimeoutError):
                    webhook.statuses.append(0)
                server.journal.notify()
                if webhook.statuses[-1] == 200:
                    break
                await asyncio.sleep(server.switches.retry_seconds)
