"""The emulated Bot API server, and the people who use the bot."""

from __future__ import annotations

import asyncio
import itertools
import time
from typing import Any, Self

from aiohttp import web

from tests.emulators.common import Fault, Faults, Journal

from .chats import Chat, Chats, SentMessage
from .fields import problems
from .flood import FloodControl
from .http_api import HttpApi
from .methods import METHODS
from .parameters import Parameters
from .switches import ApiError, Switches
from .updates import UpdateQueue
from .webhooks import Pusher, Webhook

DEFAULT_TOKEN = "123456789:AAemulated-token-of-nobody-0123456789"
FIRST_UPDATE = 700_000_001
# What people send besides text, as the Message object carries it.
ATTACHMENTS: dict[str, Any] = {
    "photo": [{"file_id": "AgACphoto", "file_unique_id": "photo1", "width": 90, "height": 60}],
    "voice": {"file_id": "AwACvoice", "file_unique_id": "voice1", "duration": 3},
    "sticker": {
        "file_id": "CAACsticker",
        "file_unique_id": "sticker1",
        "type": "regular",
        "width": 512,
        "height": 512,
        "is_animated": False,
        "is_video": False,
    },
    "document": {"file_id": "BQACdocument", "file_unique_id": "document1", "file_name": "don.pdf"},
    "location": {"latitude": 20.94, "longitude": 106.33},
}


class TelegramEmulator:
    """``async with TelegramEmulator(token) as emulator``; ``base_url`` is the server's root."""

    def __init__(self, token: str = DEFAULT_TOKEN, *, port: int = 0, username: str = "bdhvs_test_bot") -> None:
        self.token = token
        self.switches = Switches()
        self.journal = Journal()
        self.account = {
            "id": int(token.split(":")[0]),
            "is_bot": True,
            "first_name": "Bình dân học vụ số",
            "username": username,
        }
        self._skipped = 0.0
        self._began = time.time()
        self._frozen_at: float | None = None
        self.chats = Chats(self.account, self.clock)
        self.updates = UpdateQueue(self.switches, self.clock, FIRST_UPDATE)
        self.flood = FloodControl(self.switches, self.clock)
        self.webhook = Webhook()
        self.commands: list[dict[str, str]] = []
        self.files: dict[str, tuple[str, bytes]] = {}
        self.open_taps: set[str] = set()
        self.pushes: list[tuple[int, int]] = []
        """(update_id, HTTP status) of every post to the webhook."""
        self.invalid_answers: list[str] = []
        self.base_url = ""
        self._port = port
        self.faults = Faults()
        self._taps = itertools.count(4_000_000_000)
        self._runner: web.AppRunner | None = None
        self._pushing: asyncio.Task[None] | None = None

    def clock(self) -> float:
        """Seconds since 1970, moved on by ``advance``, faster by the switch ``clock_speed``."""
        now = time.time()
        faster = (now - self._began) * (self.switches.clock_speed - 1)
        return (now + faster if self._frozen_at is None else self._frozen_at) + self._skipped

    def freeze_clock(self) -> None:
        """Let time pass by ``advance`` alone."""
        self._frozen_at = time.time()

    def advance(self, seconds: float) -> None:
        """Let time pass at once."""
        self._skipped += seconds

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, kind: object, error: object, trace: object) -> None:
        await self.stop()
        if error is None and self.invalid_answers:
            raise AssertionError(f"the emulator answered what the Bot API would not: {self.invalid_answers}")

    async def start(self, application: web.Application | None = None) -> None:
        """Listen on loopback; ``application`` may carry more routes."""
        api = HttpApi(self).application()
        if application is not None:
            api.add_subapp("/emulator", application)
        self._runner = web.AppRunner(api, handler_cancellation=True, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port)
        await site.start()
        self._port = self._runner.addresses[0][1]
        self.base_url = f"http://127.0.0.1:{self._port}"
        self._pushing = asyncio.create_task(Pusher(self).run())

    async def stop(self) -> None:
        """Stop listening; chats and updates are kept, so that the server can be started again on its port."""
        if self._pushing is not None:
            self._pushing.cancel()
            await asyncio.gather(self._pushing, return_exceptions=True)
        self.updates.interrupt("Conflict: the server is stopping")
        if self._runner is not None:
            await self._runner.cleanup()

    async def perform(self, method: str, given: Parameters) -> Any:
        """Run a method by name, in any case. Raises ApiError."""
        if method.lower() not in METHODS:
            raise ApiError(404, "Not Found: method not found")
        return await METHODS[method.lower()][1](self, given)

    # Scripted trouble

    def fail_next(self, method: str, fault: Fault, times: int = 1, chat_id: int | None = None) -> None:
        """Let the next calls of a method (to one chat) fail."""
        self.faults.add(method, fault, times, chat_id)

    # People

    def add_chat(self, chat_id: int, first_name: str = "Lan") -> Chat:
        """Somebody who wrote to the bot before."""
        return self.chats.open(chat_id, first_name)

    def user_sends(
        self,
        chat_id: int,
        text: str,
        first_name: str = "Lan",
        *,
        user_id: int | None = None,
        reply_to: int | None = None,
        **content: Any,
    ) -> int:
        """A person writes, in a group (negative ``chat_id``) as ``user_id``; the update's number."""
        chat = self.add_chat(chat_id, first_name)
        message = {**({"text": text} if text else {}), **content}
        if reply_to is not None:
            message["reply_to_message"] = chat.messages[reply_to]
        stored = self.chats.add_from_user(chat, self._person(chat_id, first_name, user_id), message)
        return self._deliver("message", stored)

    def add_chats(self, count: int, first: int = 1) -> None:
        """Many people who wrote to the bot before, numbered from ``first``."""
        for chat_id in range(first, first + count):
            self.add_chat(chat_id)

    def users_block(self, chats: list[int]) -> None:
        """People who have blocked the bot unnoticed: it learns so when it writes."""
        for chat_id in chats:
            self.add_chat(chat_id).blocked = True

    def users_send(self, messages: list[tuple[int, str]]) -> int:
        """Many people write, each (chat, text); how many updates are not confirmed yet."""
        for chat_id, text in messages:
            self.user_sends(chat_id, text)
        return len(self.updates.pending)

    def sent_count(self) -> int:
        """How many sendMessage calls were taken."""
        return sum(call.status == 200 for call in self.journal.of("sendMessage"))

    def sent_to(self, chat_id: int) -> float:
        """When the first message was taken for a chat, by the server's clock; 0 when none was."""
        calls = (call for call in self.journal.of("sendMessage") if call.status == 200)
        return next((call.at for call in calls if str(call.parameters.get("chat_id")) == str(chat_id)), 0.0)

    def waiting_updates(self) -> int:
        """How many updates are not confirmed yet."""
        return len(self.updates.pending)

    def user_attaches(self, chat_id: int, kind: str, caption: str = "") -> int:
        """A person sends a photo, voice, sticker, document or location."""
        content: dict[str, Any] = {kind: ATTACHMENTS[kind], **({"caption": caption} if caption else {})}
        return self.user_sends(chat_id, "", **content)

    def user_edits(self, chat_id: int, message_id: int, text: str, seconds_later: int = 5) -> int:
        """A person corrects a message."""
        message = self.chats.open(chat_id, "").messages[message_id]
        message.update(text=text, edit_date=message["date"] + seconds_later)
        return self._deliver("edited_message", dict(message))

    def user_taps(self, chat_id: int, message_id: int, data: str) -> int:
        """A person taps a button that the message shows now."""
        message = self.chats.open(chat_id, "").messages[message_id]
        rows = message.get("reply_markup", {}).get("inline_keyboard", [])
        if data not in [button.get("callback_data") for row in rows for button in row]:
            raise AssertionError(f"no button with {data!r} under the message: {rows}")
        return self.late_tap(chat_id, message, data)

    def late_tap(self, chat_id: int, message: dict[str, Any], data: str) -> int:
        """A tap on a message as the person still sees it, though it may be gone or changed."""
        number = str(next(self._taps))
        self.open_taps.add(number)
        tap = {
            "id": number,
            "from": self._person(chat_id, "Lan", None),
            "chat_instance": f"{chat_id}-instance",
            "message": dict(message),
            "data": data,
        }
        return self._deliver("callback_query", tap)

    def user_blocks(self, chat_id: int) -> int:
        """A person blocks the bot, or a group removes it."""
        return self._membership(chat_id, blocked=True)

    def user_unblocks(self, chat_id: int) -> int:
        """A person unblocks the bot, or a group adds it again."""
        return self._membership(chat_id, blocked=False)

    def _membership(self, chat_id: int, *, blocked: bool) -> int:
        chat = self.add_chat(chat_id)
        chat.blocked = blocked
        inside = {"status": "member", "user": self.account}
        outside: dict[str, Any] = (
            {"status": "kicked", "user": self.account, "until_date": 0}
            if chat.is_private
            else {"status": "left", "user": self.account}
        )
        change = {
            "chat": chat.wire(),
            "from": self._person(chat_id, chat.name, None),
            "date": int(self.clock()),
            "old_chat_member": inside if blocked else outside,
            "new_chat_member": outside if blocked else inside,
        }
        return self._deliver("my_chat_member", change)

    def raw_update(self, content: dict[str, Any]) -> int:
        """An update that is not checked: a new kind, or nonsense."""
        return self.updates.add(content)

    def _deliver(self, kind: str, content: dict[str, Any]) -> int:
        if self.switches.validate:
            body = {"update_id": 1, kind: content}
            self.invalid_answers.extend(problems(body, "Update", "update"))
        # A copy: later edits change the chat, not what was said.
        return self.updates.add({kind: dict(content)})

    def _person(self, chat_id: int, name: str, user_id: int | None) -> dict[str, Any]:
        return {"id": user_id or abs(chat_id), "is_bot": False, "first_name": name, "language_code": "vi"}

    # What the bot did

    def sent(self, chat_id: int | None = None) -> list[SentMessage]:
        """The bot's messages as they read now, in order of sending."""
        return self.chats.sent(chat_id)

    async def wait_for_sent(self, count: int, chat_id: int | None = None) -> list[SentMessage]:
        """The bot's messages, once there are so many. Raises TimeoutError."""
        await self.journal.wait_until(lambda: len(self.sent(chat_id)) >= count)
        return self.sent(chat_id)

    async def wait_for_calls(self, method: str, count: int = 1) -> None:
        """Return once a method was called so often and answered. Raises TimeoutError."""
        await self.journal.wait_until(lambda: sum(call.status > 0 for call in self.journal.of(method)) >= count)
