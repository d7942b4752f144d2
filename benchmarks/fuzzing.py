"""Webhooks under 100 000 hostile bodies: each is refused or ignored, nothing crashes, no secret reaches a log.

Real channels behind real HTTP, beside the emulated platforms they belong to. Most bodies begin as ones the platform
would send and are then damaged: fields of a wrong type, cut, doubled, with stray bytes, nested without end. They carry
the right secret (an Official Account's are signed as they are), so that they reach what reads them; others carry a
wrong one, none, another body's signature, a wrong type, or more than is taken.
"""

from __future__ import annotations

import asyncio
import hashlib
import io
import json
import logging
import random
import time
from collections import Counter
from collections.abc import Iterable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from benchmarks.harness import Row
from bot.channels.webhook import BODY_LIMIT
from tests.channels.platforms import SECRET, Platform, telegram_webhook, zalo_bot_webhook, zalo_oa_webhook

BODIES = 100_000
SEED = 20261123
LANES = 16  # posts at once
REFUSED = {400, 403, 413, 415}
OVERSIZE_EVERY = 500  # a megabyte each: enough to see that they are refused
ODD: tuple[Any, ...] = (
    None, True, 0, -1, 2**63, 2**70, 1e308, "", " ", "a" * 5000, "\x00", "\ud800", "\u202e", [], {}, [[]], [{}],
    {"id": {}}, {"": None}, "../../etc", "' OR 1=1 --", "{{7*7}}", "%s%n", "-1e999",
)  # fmt: skip
PRIVATE = {"id": 11, "type": "private"}
TELEGRAM: tuple[dict[str, Any], ...] = (
    {"message": {"message_id": 1, "date": 1, "chat": PRIVATE, "from": {"id": 11}, "text": "chào"}},
    {"message": {"message_id": 2, "date": 1, "chat": {"id": -5, "type": "group"}, "text": "@a_bot x",
                 "entities": [{"type": "mention", "offset": 0, "length": 6}]}},
    {"message": {"message_id": 3, "date": 1, "chat": PRIVATE, "photo": [{"file_id": "f"}]}},
    {"edited_message": {"message_id": 4, "date": 1, "edit_date": 2, "chat": PRIVATE, "text": "x"}},
    {"callback_query": {"id": "1", "from": {"id": 11}, "chat_instance": "1", "data": "1mn",
                        "message": {"message_id": 5, "date": 1, "chat": PRIVATE}}},
    {"my_chat_member": {"chat": PRIVATE, "date": 1, "from": {"id": 11},
                        "new_chat_member": {"status": "kicked", "user": {"id": 1}}}},
)  # fmt: skip
ZALO_BOT: tuple[dict[str, Any], ...] = tuple(
    {"event_name": f"message.{kind}.received", "message": {
        "from": {"id": "6ede", "display_name": "Lan", "is_bot": False}, "chat": {"id": "6ede", "chat_type": "PRIVATE"},
        "message_id": f"m{kind}", "date": 1, "text": "1", "photo_url": "https://a.example/x.jpg"}}
    for kind in ("text", "image", "sticker", "voice", "unsupported", "new")
)  # fmt: skip
ZALO_OA: tuple[dict[str, Any], ...] = (
    *({"event_name": kind, "sender": {"id": "24684"}, "recipient": {"id": "38861"},
       "message": {"text": "#1mn", "msg_id": f"m{kind}"}}
      for kind in ("user_send_text", "user_send_image", "oa_send_text", "user_seen_message", "anything")),
    {"event_name": "follow", "follower": {"id": "24684"}, "source": "oa_profile"},
)  # fmt: skip


@dataclass(slots=True)
class Found:
    """What came of the bodies."""

    statuses: Counter[int] = field(default_factory=Counter)
    let_in: int = 0
    """Bodies with a wrong secret that were not refused."""
    leaks: set[str] = field(default_factory=set)
    """Logged texts that held a secret."""
    alive: int = 0
    """Platforms whose honest message was taken at the end."""
    seconds: float = 0.0

    @property
    def crashed(self) -> int:
        """Answers that are neither taken, ignored nor refused."""
        return sum(count for status, count in self.statuses.items() if status != 200 and status not in REFUSED)


class _Watch(logging.Handler):
    """Notes every line of any logger, of any level, that holds a secret."""

    def __init__(self, secrets: Iterable[str], leaks: set[str]) -> None:
        super().__init__()
        self._secrets, self._leaks = tuple(secrets), leaks

    def emit(self, record: logging.LogRecord) -> None:
        """Look at one line."""
        said = self.format(record)
        self._leaks.update(record.name for secret in self._secrets if secret in said)


def damaged(value: Any, chance: random.Random) -> Any:
    """The value with some of it replaced, taken away or nested."""
    if chance.random() < 0.15:
        return chance.choice(ODD)
    if isinstance(value, dict):
        kept = {key: damaged(one, chance) for key, one in value.items() if chance.random() > 0.08}
        return (
            kept
            if chance.random() > 0.05
            else {**kept, chance.choice(("id", "text", "message", "")): chance.choice(ODD)}
        )
    return [damaged(one, chance) for one in value] if isinstance(value, list) else value


def body_of(value: Any, chance: random.Random) -> bytes:
    """Its JSON, one time in four with damaged bytes."""
    raw = json.dumps(value).encode("utf-8", "replace")
    kind = chance.random()
    if kind < 0.06:
        return raw[: chance.randrange(len(raw) + 1)]
    if kind < 0.12:
        return chance.randbytes(chance.randrange(1, 400))
    if kind < 0.18:
        place = chance.randrange(len(raw) + 1)
        return raw[:place] + chance.randbytes(chance.randrange(1, 5)) + raw[place:]
    return b"[" * chance.randrange(1, 60_000) if kind < 0.185 else raw


@dataclass(frozen=True, slots=True)
class _Target:
    """A webhook: where, what honest bodies look like, and how they are proven."""

    url: str
    honest: tuple[dict[str, Any], ...]
    header: str
    app: tuple[str, str] | None = None

    def value(self, number: int, chance: random.Random) -> dict[str, Any]:
        """A body before it is damaged."""
        value = {**chance.choice(self.honest)}
        if self.app is not None:
            return {**value, "app_id": self.app[0], "timestamp": str(int(time.time() * 1000))}
        return {"update_id": number, **value} if "event_name" not in value else value

    def proven(self, raw: bytes, stamp: str) -> dict[str, str]:
        """The header by which the platform proves itself for this body."""
        if self.app is None:
            return {self.header: SECRET}
        digest = hashlib.sha256(self.app[0].encode() + raw + stamp.encode() + self.app[1].encode()).hexdigest()
        return {self.header: f"mac={digest}"}


async def _post(http: aiohttp.ClientSession, target: _Target, number: int, chance: random.Random, found: Found) -> None:
    value = target.value(number, chance)
    stamp = str(value.get("timestamp", ""))
    raw = body_of(damaged(value, chance) if chance.random() > 0.02 else value, chance)
    headers = {"Content-Type": "application/json", **target.proven(raw, stamp)}
    stranger = chance.random() < 0.1
    if number % OVERSIZE_EVERY == 0:
        raw = b" " * (BODY_LIMIT + 1)
    elif stranger:
        headers[target.header] = chance.choice(("", "x", SECRET + "x", f"mac={'0' * 64}", "mac=", "bí mật"))
    elif chance.random() < 0.03:
        headers["Content-Type"] = chance.choice(
            ("text/plain", "application/xml", "multipart/form-data; boundary=x", "")
        )
    async with http.post(target.url, data=io.BytesIO(raw), headers=headers) as answer:
        said = await answer.text()
    found.statuses[answer.status] += 1
    found.let_in += stranger and bool(raw) and answer.status == 200
    found.leaks.update("the answer" for secret in (SECRET, *(target.app or ())[1:]) if secret in said)


async def attacked(count: int) -> Found:
    """Post so many bodies to the three webhooks, then one honest message to each."""
    found, chance = Found(), random.Random(SEED)
    async with AsyncExitStack() as stack:
        telegram = await stack.enter_async_context(telegram_webhook())
        zalo_bot = await stack.enter_async_context(zalo_bot_webhook())
        zalo_oa = await stack.enter_async_context(zalo_oa_webhook())
        platforms: tuple[Any, ...] = (telegram, zalo_bot, zalo_oa)
        account = zalo_oa.emulator.credentials  # type: ignore[attr-defined]
        targets = (
            _Target(telegram.emulator.webhook.url, TELEGRAM, "X-Telegram-Bot-Api-Secret-Token"),  # type: ignore[attr-defined]
            _Target(zalo_bot.emulator.webhook.url, ZALO_BOT, "X-Bot-Api-Secret-Token"),  # type: ignore[attr-defined]
            _Target(
                zalo_oa.emulator.webhook_url,  # type: ignore[attr-defined]
                ZALO_OA,
                "X-ZEvent-Signature",
                (account.app_id, account.oa_secret),
            ),
        )
        secrets = [SECRET, account.oa_secret, *(one.token.partition(":")[2] for one in platforms)]
        watch = _Watch(secrets, found.leaks)
        root = logging.getLogger()
        root.addHandler(watch)
        stack.callback(root.removeHandler, watch)
        before = root.level
        root.setLevel(logging.DEBUG)
        stack.callback(root.setLevel, before)
        begin = time.perf_counter()
        async with aiohttp.ClientSession() as http:

            async def lane(first: int) -> None:
                for number in range(first, count, LANES):
                    await _post(http, targets[number % 3], number, chance, found)

            await asyncio.gather(*map(lane, range(LANES)))
        found.seconds = time.perf_counter() - begin
        found.alive = sum([await _takes_a_message(platform) for platform in platforms])
    return found


async def _takes_a_message(platform: Platform) -> bool:
    before = len(platform.store.messages)
    platform.says("tôi vẫn ở đây")
    await platform.store.wait_for(before + 1)
    return platform.store.texts[-1] == "tôi vẫn ở đây"


def rows(scale: float) -> Iterable[Row]:
    """One row: nothing got in, nothing broke, nothing leaked."""
    logging.getLogger("bot").propagate = True
    count = round(BODIES * scale)
    found = asyncio.run(attacked(count))
    told = ", ".join(f"{status}: {times:,}" for status, times in sorted(found.statuses.items()))
    yield Row(
        "Channels",
        f"{count:,} fuzzed bodies, wrong secrets, sizes and types: refused or ignored, no crash, no token in a log",
        f"{found.crashed} crashes, {found.let_in} let in, {len(found.leaks)} leaks ({told})",
        holds=not found.crashed and not found.let_in and not found.leaks and found.alive == 3,
        how=f"to the three webhooks over HTTP in {found.seconds:.0f} s, seed {SEED}; then {found.alive} of 3 took an "
        "honest message",
    )
