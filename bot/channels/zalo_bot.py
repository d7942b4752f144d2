"""The Zalo Bot Platform: no buttons, no editing, no files; menus are numbered lines."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import PurePosixPath

from aiohttp import web

from bot.channels.account import webhook_path
from bot.channels.base import (
    Capabilities,
    ChannelError,
    PermanentError,
    Receive,
    RetryAfterError,
    StoreUnavailableError,
    TemporaryError,
    TokenRefusedError,
)
from bot.channels.degrade import as_plain_text, split_text, units, with_links
from bot.channels.half_sent import HalfSent
from bot.channels.images import ImageSource, NoImages
from bot.channels.menus import Menus, MenusInMemory
from bot.channels.message import Reply
from bot.channels.meter import Meter, NoMeter
from bot.channels.retrying import START_WAIT_SECONDS, Trouble, pause_after, started
from bot.channels.webhook import (
    RefusedError,
    WebhookSettings,
    parse_object,
    read_body,
    require_json,
    require_secret,
    store_unavailable,
)
from bot.channels.wire import JsonObject, identifier_at, text_at
from bot.channels.zalo_bot_client import NOT_FOUND, CodeError, ZaloBotClient
from bot.channels.zalo_bot_updates import NAME, read_event, unwrapped

log = logging.getLogger(__name__)

SECRET_HEADER = "X-Bot-Api-Secret-Token"  # noqa: S105 - a header's name
TEXT_LIMIT = 2000  # of sendMessage and of a photo's caption
PHOTO_SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".webp"})
# Some servers answer at once and repeat what was read: faster polling would only burden both sides.
POLL_PAUSE_SECONDS = 1.0
# An update may be gone once it is answered, so a stop lets the poll end; it must do so within 5 s.
POLL_WAIT_SECONDS = 3
STOP_SECONDS = 4.5


class ZaloBotChannel:
    """One bot account. Without ``webhook`` it polls, which the platform means for development.

    ``images`` gives pictures their public address; ``menus`` remembers what a typed number means;
    ``meter`` counts what leaves the account's month of messages.
    """

    capabilities = Capabilities(text_limit=TEXT_LIMIT, buttons=False, edit=False, typing=True, images=True, files=False)

    def __init__(
        self,
        token: str,
        base_url: str | None = None,
        webhook: WebhookSettings | None = None,
        *,
        account: str = NAME,
        images: ImageSource | None = None,
        menus: Menus | None = None,
        meter: Meter | None = None,
        retry_seconds: float = POLL_PAUSE_SECONDS,
        poll_seconds: int = POLL_WAIT_SECONDS,
    ) -> None:
        """Raises ValueError for what cannot be a token.

        ``account`` is its name here; ``retry_seconds`` also separates polls, each held for ``poll_seconds``.
        """
        self.name = account
        self._trouble = Trouble(account, log)
        self._new_client = partial(ZaloBotClient, token, base_url)
        self._client = self._new_client()
        self._webhook = webhook
        self._images = images or NoImages()
        self._menus = menus or MenusInMemory()
        self._meter = meter or NoMeter()
        self._retry_seconds = retry_seconds
        self._poll_seconds = poll_seconds
        self._half_sent = HalfSent()
        self._receive: Receive | None = None
        self._connected = asyncio.Event()
        self._stopping = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    @property
    def trouble(self) -> str | None:
        """What keeps messages from flowing, in English; None while they flow."""
        return self._trouble.text

    @property
    def received_a_second(self) -> float | None:
        """A poll brings one message; a webhook as many as come."""
        return None if self._webhook else 1.0 / self._retry_seconds

    async def start(self, receive: Receive) -> None:
        """Connect and begin to receive; an unreachable platform is tried again in the background.

        Raises TokenRefusedError.
        """
        self._receive = receive
        self._task = asyncio.create_task(self._run(), name=self.name)
        if not await started(self._task, self._connected, START_WAIT_SECONDS):
            await self._client.close()
            await self._task

    async def stop(self) -> None:
        """Stop receiving; a poll under way is let end, so that its update is not lost."""
        self._stopping.set()
        if self._task is not None:
            await asyncio.wait({self._task}, timeout=STOP_SECONDS)
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        await self._client.close()

    async def send(self, chat: str, reply: Reply, edits: str | None = None) -> str | None:
        """As Channel.send; always a new message, and the menu is what a typed number will mean."""
        del edits
        steps = await asyncio.to_thread(self._plan, reply)  # a picture may have to be drawn
        sent = ""
        for index in range(self._half_sent.take(chat, reply), len(steps)):
            method, values = steps[index]
            try:
                result = await self._client.call(method, {"chat_id": chat, **values})
            except (RetryAfterError, TemporaryError):
                self._half_sent.keep(chat, reply, index)
                raise
            except PermanentError as error:
                if method != "sendPhoto":
                    raise
                log.warning("Zalo refuses the picture %s, only the text is sent: %s", reply.image, error)
                return await self.send(chat, replace(reply, image=None))
            sent = identifier_at(result, "message_id")
            await self._meter.sent(1)
        await self._menus.show(chat, reply.buttons)
        return sent or None

    async def typing(self, chat: str) -> None:
        """Show that an answer is being written. Raises a ChannelError."""
        await self._client.call("sendChatAction", {"chat_id": chat, "action": "typing"})

    async def verify(self) -> str:
        """The account's name, asked from the platform. Raises a ChannelError."""
        client = self._new_client()
        try:
            return await client.account_name()
        finally:
            await client.close()

    def routes(self) -> Sequence[web.RouteDef]:
        """The webhook's route, none when polling."""
        return [] if self._webhook is None else [web.post(webhook_path(self.name), self._on_webhook)]

    def _plan(self, reply: Reply) -> list[tuple[str, dict[str, object]]]:
        """The calls that say a reply."""
        links = [(file.label, address) for file in reply.files if (address := self._images.address(file.path))]
        text = as_plain_text(replace(reply, text=with_links(reply.text, links)))
        address = None if reply.image is None else self._images.address(reply.image)
        if reply.image is not None and address is None:
            log.warning("the picture %s has no public address, only the text is sent", reply.image)
        if address is not None and PurePosixPath(address).suffix.lower() not in PHOTO_SUFFIXES:
            text, address = f"{text}\n\n{address}", None
        if address is not None and units(text) <= TEXT_LIMIT:
            return [("sendPhoto", {"photo": address, **({"caption": text} if text else {})})]
        steps: list[tuple[str, dict[str, object]]] = [
            ("sendMessage", {"text": part}) for part in split_text(text, TEXT_LIMIT)
        ]
        if not steps:
            raise PermanentError("the reply has no text")
        return steps if address is None else [("sendPhoto", {"photo": address}), *steps]

    async def _run(self) -> None:
        failures = 0
        while not self._stopping.is_set():
            try:
                if not self._connected.is_set():
                    await self._connect()
                    if self._webhook is not None:
                        return
                await self._poll()
            except ChannelError as error:
                self._trouble.report(str(error))
                if isinstance(error, TokenRefusedError) and not self._connected.is_set():
                    raise
                failures += 1
                await self._sleep(pause_after(error, failures, self._retry_seconds))
            else:
                self._trouble.report(None)
                failures = 0
                await self._sleep(self._retry_seconds)

    async def _connect(self) -> None:
        await self._client.account_name()
        if self._webhook is None:
            try:
                await self._client.call("deleteWebhook")
            except CodeError as error:
                if error.code != NOT_FOUND:
                    raise
        else:
            await self._register(self._webhook)
        self._trouble.report(None)
        self._connected.set()

    async def _register(self, webhook: WebhookSettings) -> None:
        """Set the webhook. Where a daily limit refuses that, one that is set already will do."""
        try:
            values = {"url": webhook.url, "secret_token": webhook.secret}
            result = await self._client.call("setWebhook", values)
        except (CodeError, RetryAfterError):
            info = await self._client.call("getWebhookInfo")
            if text_at(info, "url") != webhook.url:
                raise
            log.warning("Zalo: the webhook was set before and could not be set again today")
            return
        verification = result.get("verification")
        if isinstance(verification, dict) and verification.get("ok") is not True:
            log.warning(
                "Zalo could not reach %s: %s %s",
                webhook.url,
                text_at(verification, "outcome"),
                text_at(verification, "hint"),
            )

    async def _poll(self) -> None:
        update = await self._client.next_update(self._poll_seconds)
        if update is None:
            return
        received_at = datetime.now(UTC)
        # The platform may not give it again: it is kept here until it is stored.
        while True:
            try:
                await self._accept(update, received_at)
            except StoreUnavailableError:
                self._trouble.report("the inbox cannot store messages; one is kept in memory")
                await asyncio.sleep(self._retry_seconds)
            else:
                return

    async def _sleep(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._stopping.wait()
        except TimeoutError:
            return

    async def _accept(self, body: JsonObject, received_at: datetime) -> None:
        """Store the message in an event. Raises StoreUnavailableError."""
        if self._receive is None:
            raise StoreUnavailableError("the channel is not started")
        message = await read_event(unwrapped(body), self._menus, received_at, self.name)
        if message is not None:
            await self._receive(message)

    async def _on_webhook(self, request: web.Request) -> web.Response:
        received_at = datetime.now(UTC)
        try:
            if not request.body_exists:
                # The platform's probe at setWebhook: no body, no type.
                return web.Response()
            require_secret(request, SECRET_HEADER, self._webhook.secret if self._webhook else "")
            require_json(request)
            event = parse_object(await read_body(request))
        except RefusedError as error:
            log.warning("a post to %s was refused: %s", request.path, error)
            return error.response()
        try:
            await self._accept(event, received_at)
        except StoreUnavailableError as error:
            log.error("a Zalo message was not stored: %s", error)
            return store_unavailable()
        return web.Response()
