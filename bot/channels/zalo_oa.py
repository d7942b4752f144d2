"""The Zalo Official Account: webhook in, consultation messages out."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

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
from bot.channels.degrade import split_text, with_links, with_menu, with_sources
from bot.channels.half_sent import HalfSent
from bot.channels.images import ImageSource, NoImages
from bot.channels.menus import Menus, MenusInMemory
from bot.channels.message import Button, Reply
from bot.channels.meter import Meter, NoMeter
from bot.channels.retrying import START_WAIT_SECONDS, Trouble, pause_after, started
from bot.channels.webhook import RefusedError, parse_object, read_body, require_json, store_unavailable
from bot.channels.zalo_oa_client import Window, ZaloOaClient
from bot.channels.zalo_oa_tokens import OaSettings, OaTokens, TokenStore
from bot.channels.zalo_oa_updates import (
    NAME,
    PAYLOAD_MARK,
    SIGNATURE_HEADER,
    TIMESTAMP_HEADER,
    read_event,
    require_signature,
)

log = logging.getLogger(__name__)

TEXT_LIMIT = 2000
BUTTONS = 5
BUTTON_TITLE = 100
PICTURES = frozenset({".png", ".jpg", ".jpeg"})
PICTURE_BYTES = 1024 * 1024
DOCUMENTS = frozenset({".pdf", ".doc", ".docx", ".csv"})
DOCUMENT_BYTES = 5 * 1024 * 1024
# The platform keeps an upload for 7 days.
UPLOAD_LIFE_SECONDS = 6 * 24 * 3600
# How often the token's age is looked at; it is renewed when half its 25 h are over.
TOKEN_CHECK_SECONDS = 3600.0


class ZaloOaChannel:
    """One Official Account, linked to one app; ``tokens`` keeps its rotating tokens for all replicas."""

    capabilities = Capabilities(text_limit=TEXT_LIMIT, buttons=True, edit=False, typing=False, images=True, files=True)

    def __init__(
        self,
        settings: OaSettings,
        tokens: TokenStore,
        *,
        account: str = NAME,
        images: ImageSource | None = None,
        menus: Menus | None = None,
        meter: Meter | None = None,
        retry_seconds: float = 1.0,
    ) -> None:
        """``account`` is its name here; ``meter`` counts the messages that cost money.

        ``retry_seconds`` is the first pause after trouble.
        """
        self.name = account
        self._trouble = Trouble(account, log)
        self._settings = settings
        self._tokens = OaTokens(settings, tokens)
        self._client = ZaloOaClient(settings, self._tokens)
        self._images = images or NoImages()
        self._menus = menus or MenusInMemory()
        self._meter = meter or NoMeter()
        self._retry_seconds = retry_seconds
        self._half_sent = HalfSent()
        self._uploads: dict[tuple[Path, int], tuple[str, float]] = {}
        self._receive: Receive | None = None
        self._connected = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    @property
    def trouble(self) -> str | None:
        """What keeps messages from flowing, in English; None while they flow."""
        return self._trouble.text

    async def start(self, receive: Receive) -> None:
        """Take events and keep the token alive. Raises TokenRefusedError."""
        self._receive = receive
        self._task = asyncio.create_task(self._keep_token(), name=self.name)
        if not await started(self._task, self._connected, START_WAIT_SECONDS):
            await self._close()
            await self._task

    async def stop(self) -> None:
        """Close connections; what was not stored is posted again."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        await self._close()

    async def verify(self) -> str:
        """The account's name, asked from the platform. Raises a ChannelError."""
        return (await self._client.account()).name

    async def window(self, chat: str) -> Window:
        """Whether a message to this person is free, charged or refused now. Raises a ChannelError."""
        return await self._client.window(chat)

    async def broadcast_article(self, article_id: str) -> str:
        """Send an article to every follower, whatever their windows; the message's id. Raises a ChannelError."""
        return await self._client.broadcast_article(article_id)

    async def send(self, chat: str, reply: Reply, edits: str | None = None) -> str | None:
        """As Channel.send; always a new message."""
        del edits
        documents: list[Mapping[str, object]] = []
        links = []
        for file in reply.files:
            document = await self._attached(file.path) if Path(file.path).suffix.lower() in DOCUMENTS else None
            if document is not None:
                documents.append({"attachment": document})
            elif address := self._images.address(file.path):
                links.append((file.label, address))
        extra = await self._attached(reply.image)
        steps = [*documents, *_plan(replace(reply, text=with_links(reply.text, links), image=None), extra)]
        sent = ""
        for index in range(self._half_sent.take(chat, reply), len(steps)):
            try:
                taken = await self._client.send(chat, steps[index])
            except (RetryAfterError, TemporaryError):
                self._half_sent.keep(chat, reply, index)
                raise
            sent = taken.message_id
            if taken.paid:
                await self._meter.sent(1)
        await self._menus.show(chat, reply.buttons)
        return sent or None

    def routes(self) -> Sequence[web.RouteDef]:
        """The webhook's route."""
        return [web.post(webhook_path(self.name), self._on_webhook)]

    async def _close(self) -> None:
        await self._client.close()
        await self._tokens.close()

    async def _keep_token(self) -> None:
        failures = 0
        while True:
            try:
                await self._tokens.current()
            except ChannelError as error:
                self._trouble.report(str(error))
                if isinstance(error, TokenRefusedError) and not self._connected.is_set():
                    raise
                failures += 1
                await asyncio.sleep(pause_after(error, failures, self._retry_seconds))
            else:
                self._trouble.report(None)
                self._connected.set()
                failures = 0
                await asyncio.sleep(TOKEN_CHECK_SECONDS)

    async def _attached(self, image: str | None) -> Mapping[str, object] | None:
        """The attachment that shows a picture or file; None when there is none to show or Zalo refuses it.

        Raises a ChannelError.
        """
        try:
            return None if image is None else await self._attachment(image)
        except PermanentError as error:
            log.warning("Zalo refuses the file %s, the reply goes without it: %s", image, error)
            return None

    async def _attachment(self, image: str) -> Mapping[str, object] | None:
        # A picture or paper may have to be drawn.
        address, file = await asyncio.to_thread(lambda: (self._images.address(image), self._images.file(image)))
        suffix = Path(image).suffix.lower()
        if address is not None and suffix in PICTURES:
            return _media({"media_type": "image", "url": address})
        kinds = {"image": (PICTURES, PICTURE_BYTES), "file": (DOCUMENTS, DOCUMENT_BYTES)}
        for kind, (suffixes, most) in kinds.items():
            if file is not None and suffix in suffixes and file.stat().st_size <= most:
                uploaded = await self._upload(kind, file)
                if kind == "file":
                    return {"type": "file", "payload": {"token": uploaded}}
                return _media({"media_type": "image", "attachment_id": uploaded})
        log.warning("the file %s is missing, too large or of a kind that Zalo does not take", image)
        return None

    async def _upload(self, kind: str, file: Path) -> str:
        key = _version(file)
        known, at = self._uploads.get(key, ("", 0.0))
        if not known or time.monotonic() - at > UPLOAD_LIFE_SECONDS:
            known = await self._client.upload(kind, file)
            self._uploads[key] = (known, time.monotonic())
        return known

    async def _on_webhook(self, request: web.Request) -> web.Response:
        received_at = datetime.now(UTC)
        try:
            if not request.body_exists:
                # The console's check of the address.
                return web.Response()
            require_json(request)
            raw = await read_body(request)
            event = parse_object(raw)
            signature, stamp = (request.headers.get(name, "") for name in (SIGNATURE_HEADER, TIMESTAMP_HEADER))
            require_signature(self._settings, raw, event, signature, stamp, received_at)
        except RefusedError as error:
            log.warning("a post to %s was refused: %s", request.path, error)
            return error.response()
        message = await read_event(event, self._menus, received_at, self.name)
        try:
            if self._receive is None:
                raise StoreUnavailableError("the channel is not started")
            if message is not None:
                await self._receive(message)
        except StoreUnavailableError as error:
            log.error("a Zalo OA event was not stored: %s", error)
            return store_unavailable()
        return web.Response()


def _version(file: Path) -> tuple[Path, int]:
    return file, file.stat().st_mtime_ns


def _media(element: Mapping[str, object]) -> Mapping[str, object]:
    return {"type": "template", "payload": {"template_type": "media", "elements": [element]}}


def _plan(reply: Reply, extra: Mapping[str, object] | None) -> list[Mapping[str, object]]:
    """The messages that say a reply; up to five choices are buttons, more are numbered lines."""
    text = with_sources(reply.text, reply.citations)
    as_buttons = len(reply.buttons) <= BUTTONS and all(" " not in button.payload for button in reply.buttons)
    if not as_buttons:
        text = with_menu(text, reply.buttons)
    steps: list[dict[str, object]] = [{"text": part} for part in split_text(text, TEXT_LIMIT)]
    if not steps:
        raise PermanentError("the reply has no text")
    if as_buttons and reply.buttons:
        steps[-1]["attachment"] = {"type": "template", "payload": {"buttons": [_button(one) for one in reply.buttons]}}
    if extra is None:
        return [*steps]
    # A picture carries its text where nothing else wants the attachment's place; a file never does.
    if len(steps) == 1 and "attachment" not in steps[0] and extra["type"] == "template":
        return [{**steps[0], "attachment": extra}]
    return [{"attachment": extra}, *steps]


def _button(button: Button) -> Mapping[str, object]:
    title = button.label if len(button.label) <= BUTTON_TITLE else f"{button.label[: BUTTON_TITLE - 1]}…"
    return {"title": title, "type": "oa.query.hide", "payload": f"{PAYLOAD_MARK}{button.payload}"}
