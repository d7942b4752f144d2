"""The emulated account, and the people who write to it."""

from __future__ import annotations

import asyncio
import hashlib
import itertools
import json
import time
from typing import Any, Self

import aiohttp
from aiohttp import web

from tests.emulators.common import Fault, Faults, Journal

from .http_api import HttpApi
from .state import Credentials, Person, SentMessage, Switches, Tokens

OVERTAKEN_SECONDS = 0.2  # long beside a post on loopback
POST_TIMEOUT = aiohttp.ClientTimeout(2)


class ZaloOaEmulator:
    """``async with ZaloOaEmulator() as emulator``; ``base_url`` serves the API and the token server."""

    def __init__(self) -> None:
        self.credentials = Credentials()
        self.switches = Switches()
        self.journal = Journal()
        self.faults = Faults()
        self.skipped = 0.0
        self.tokens = Tokens(issued_at=time.time())
        self.code = "consent-code"
        self.challenge = ""
        """Of the consent page that was opened; empty: any verifier will do."""
        self.people: dict[str, Person] = {}
        self.messages: list[SentMessage] = []
        self.uploads: dict[str, bytes] = {}
        self.articles: set[str] = set()
        """Ids of articles written in the account's console."""
        self.broadcasts: list[list[str]] = []
        """The articles of each broadcast taken, in order."""
        self.webhook_url = ""
        self.webhook_enabled = True
        self.posts: list[tuple[str, int, str]] = []
        """(event, HTTP status, num_retry) of every post to the webhook."""
        self.base_url = ""
        self._numbers = itertools.count(1)
        self._events = itertools.count(1)
        self._posted = 0
        self._runner: web.AppRunner | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    def clock(self) -> float:
        """Seconds since 1970, moved on by ``advance``."""
        return time.time() + self.skipped

    def advance(self, seconds: float) -> None:
        """Let time pass at once."""
        self.skipped += seconds

    def now_ms(self) -> int:
        """The time that events carry: the bot's, since its clock does not move with ours."""
        return int(time.time() * 1000)

    async def __aenter__(self) -> Self:
        self._runner = web.AppRunner(
            HttpApi(self).application(), handler_cancellation=True, access_log=None, shutdown_timeout=0.5
        )
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.base_url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *error: object) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._runner is not None:
            await self._runner.cleanup()

    def fail_next(self, method: str, fault: Fault, times: int = 1) -> None:
        """Let the next calls of v3, v2, quota, upload or access_token fail; an error's status is its code."""
        self.faults.add(method, fault, times)

    def next_id(self) -> str:
        """An identifier of the platform's kind."""
        return hashlib.sha256(f"oa {next(self._numbers)}".encode()).hexdigest()[:20]

    def person(self, user_id: str) -> Person:
        """Somebody who follows the account and has just written."""
        return self.people.setdefault(user_id, Person(user_id, last_interaction=self.clock()))

    def user_sends(self, user_id: str, text: str) -> str:
        """A person writes; the message's id."""
        return self.user_does(user_id, "user_send_text", text=text)

    def user_does(self, user_id: str, event: str, **message: Any) -> str:
        """A person sends something (``user_send_image`` and so on)."""
        self.person(user_id).last_interaction = self.clock()
        number = self.next_id()
        self._post(
            event,
            {
                "sender": {"id": user_id},
                "recipient": {"id": self.credentials.oa_id},
                "message": {**message, "msg_id": number},
            },
        )
        return number

    def user_taps(self, user_id: str, payload: str) -> str:
        """A person taps a button that was sent to them: its payload arrives as a text."""
        shown = {data for message in self.sent(user_id) for _, data in message.buttons}
        if payload not in shown:
            raise AssertionError(f"no button with {payload!r} was sent: {shown}")
        return self.user_sends(user_id, payload)

    def user_follows(self, user_id: str, *, follows: bool = True) -> None:
        """A person begins or ends following."""
        person = self.person(user_id)
        person.follows = follows
        content = {"follower": {"id": user_id}, "oa_id": self.credentials.oa_id, "source": "oa_profile"}
        self._post("follow" if follows else "unfollow", content)

    def echo(self, person: Person, sent: SentMessage) -> None:
        """The account's own message comes back as an event."""
        if self.switches.echo:
            message = {"text": sent.text, "msg_id": sent.message_id}
            account = {"id": self.credentials.oa_id}
            self._post("oa_send_text", {"sender": account, "recipient": {"id": person.id}, "message": message})

    def sent(self, user_id: str | None = None) -> list[SentMessage]:
        """The account's messages to one person, or to all, in order."""
        return [message for message in self.messages if user_id in (None, message.user_id)]

    def signed(self, event: dict[str, Any]) -> tuple[bytes, dict[str, str]]:
        """An event's raw body and headers."""
        stamp = str(self.now_ms())
        in_header = self.switches.header_timestamp
        body = {"app_id": self.credentials.app_id, **event, **({} if in_header else {"timestamp": stamp})}
        raw = json.dumps(body, ensure_ascii=False, indent=1).encode("utf-8")
        secret = self.credentials.oa_secret.encode()
        digest = hashlib.sha256(self.credentials.app_id.encode() + raw + stamp.encode() + secret).hexdigest()
        headers = {"Content-Type": "application/json", "X-ZEvent-Signature": f"mac={digest}"}
        return raw, {**headers, **({"X-ZEvent-Timestamp": stamp} if in_header else {})}

    def _post(self, event: str, content: dict[str, Any]) -> None:
        if not self.webhook_url or not self.webhook_enabled:
            return
        self._posted += 1
        every = self.switches.reorder_every
        # The one that is to be overtaken sets out late.
        late = OVERTAKEN_SECONDS if every and (self._posted + 1) % every == 0 else 0.0
        task = asyncio.create_task(self._push(event, *self.signed({"event_name": event, **content}), late))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _push(self, event: str, raw: bytes, headers: dict[str, str], late: float) -> None:
        await asyncio.sleep(late)
        every = self.switches.duplicate_every
        copies = 2 if every and next(self._events) % every == 0 else 1
        async with aiohttp.ClientSession(timeout=POST_TIMEOUT) as session:
            for _ in range(copies):
                for retry, pause in enumerate((*self.switches.retry_seconds, None)):
                    retry_header = {"num_retry": str(retry)} if retry else {}
                    try:
                        async with session.post(
                            self.webhook_url, data=raw, headers={**headers, **retry_header}
                        ) as answer:
                            status = answer.status
                    except (aiohttp.ClientError, TimeoutError):
                        status = 0
                    self.posts.append((event, status, str(retry)))
                    self.journal.notify()
                    if status == 200:
                        break
                    if pause is None:
                        self.webhook_enabled = False
                        return
                    await asyncio.sleep(pause)
