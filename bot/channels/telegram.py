"""Telegram: long polling or webhook in, Bot API calls out (python-telegram-bot 22.8 carries them)."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime

from aiohttp import web

from bot.channels.account import webhook_path
from bot.channels.base import Capabilities, ChannelError, Receive, StoreUnavailableError, TokenRefusedError
from bot.channels.images import ImageSource, NoImages
from bot.channels.message import Message, Reply
from bot.channels.retrying import START_WAIT_SECONDS, Trouble, pause_after, started
from bot.channels.telegram_client import build_client, our_errors
from bot.channels.telegram_polling import Poller
from bot.channels.telegram_sending import TEXT_LIMIT, Sending
from bot.channels.telegram_updates import NAME, UPDATE_KINDS, Account, callback_id_of, read_update, update_id_of
from bot.channels.webhook import (
    RefusedError,
    WebhookSettings,
    parse_object,
    read_body,
    require_json,
    require_secret,
    store_unavailable,
)
from bot.channels.wire import JsonObject

log = logging.getLogger(__name__)

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - a header's name
# Telegram's default: so many posts at once keep a group commit full and a small server upright.
WEBHOOK_CONNECTIONS = 40
# Unanswered taps at stop: their spinner ends by itself.
ANSWER_WAIT_SECONDS = 1.0


class TelegramChannel:
    """One bot account. Without ``webhook`` it polls.

    ``commands`` (name, description) become the bot's menu; ``images`` finds what a Reply names.
    """

    capabilities = Capabilities(
        text_limit=TEXT_LIMIT, buttons=True, edit=True, typing=True, images=True, files=True, sounds=True
    )

    def __init__(
        self,
        token: str,
        base_url: str | None = None,
        webhook: WebhookSettings | None = None,
        *,
        account: str = NAME,
        commands: Sequence[tuple[str, str]] = (),
        images: ImageSource | None = None,
        retry_seconds: float = 1.0,
    ) -> None:
        """Raises ValueError for what cannot be a token.

        ``account`` is its name here; ``retry_seconds`` is the first pause after trouble.
        """
        self.name = account
        self._trouble = Trouble(account, log)
        self._token = token
        self._base_url = base_url
        self._webhook = webhook
        self._commands = commands
        self._retry_seconds = retry_seconds
        self._client = build_client(token, base_url)
        self._sending = Sending(self._client, images or NoImages())
        self._poller = Poller(self._client, self._accept, self._trouble.report, retry_seconds)
        self._receive: Receive | None = None
        self._account: Account | None = None
        self._connected = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._answers: set[asyncio.Task[None]] = set()

    @property
    def trouble(self) -> str | None:
        """What keeps messages from flowing, in English; None while they flow."""
        return self._trouble.text

    async def start(self, receive: Receive) -> None:
        """Connect and begin to receive; an unreachable server is tried again in the background.

        Raises TokenRefusedError.
        """
        self._receive = receive
        self._task = asyncio.create_task(self._run(), name=self.name)
        if not await started(self._task, self._connected, START_WAIT_SECONDS):
            await self._client.shutdown()
            await self._task

    async def stop(self) -> None:
        """Stop receiving; what was not stored comes again at the next start."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        if self._webhook is None:
            await self._poller.confirm()
        if self._answers:
            _, late = await asyncio.wait(self._answers, timeout=ANSWER_WAIT_SECONDS)
            for answer in late:
                answer.cancel()
        await self._client.shutdown()

    async def send(self, chat: str, reply: Reply, edits: str | None = None) -> str | None:
        """As Channel.send; a long reply is several messages, and the id is that of the last."""
        return await self._sending.send(chat, reply, edits)

    async def typing(self, chat: str) -> None:
        """Show that an answer is being written. Raises a ChannelError."""
        await self._sending.typing(chat)

    async def verify(self) -> str:
        """The account's @name, asked from the server. Raises a ChannelError."""
        client = build_client(self._token, self._base_url)
        try:
            with our_errors(client):
                await client.initialize()
                return f"@{client.username}"
        finally:
            await client.shutdown()

    def routes(self) -> Sequence[web.RouteDef]:
        """The webhook's route, none when polling."""
        return [] if self._webhook is None else [web.post(webhook_path(self.name), self._on_webhook)]

    async def _run(self) -> None:
        failures = 0
        while not self._connected.is_set():
            try:
                await self._connect()
            except TokenRefusedError as error:
                self._trouble.report(str(error))
                raise
            except ChannelError as error:
                self._trouble.report(str(error))
                await asyncio.sleep(pause_after(error, failures, self._retry_seconds))
                failures += 1
        if self._webhook is None:
            await self._poller.run()

    async def _connect(self) -> None:
        with our_errors(self._client):
            await self._client.initialize()
            self._account = Account(self._client.id, self._client.username, self.name)
            if self._webhook is None:
                await self._client.delete_webhook(drop_pending_updates=False)
            else:
                await self._client.set_webhook(
                    self._webhook.url,
                    secret_token=self._webhook.secret,
                    max_connections=WEBHOOK_CONNECTIONS,
                    allowed_updates=UPDATE_KINDS,
                    drop_pending_updates=False,
                )
            if self._commands:
                await self._client.set_my_commands(list(self._commands))
        self._trouble.report(None)
        self._connected.set()

    async def _accept(self, updates: list[JsonObject], received_at: datetime) -> None:
        """Store the updates, in order within a chat and at once across chats. Raises StoreUnavailableError."""
        if len(updates) == 1:
            await self._store([(updates[0], self._read(updates[0], received_at))])
            return
        lanes: defaultdict[str, list[tuple[JsonObject, Message | None]]] = defaultdict(list)
        for update in updates:
            message = self._read(update, received_at)
            lanes["" if message is None else message.chat].append((update, message))
        outcomes = await asyncio.gather(*map(self._store, lanes.values()), return_exceptions=True)
        for outcome in outcomes:
            if outcome is not None:
                raise outcome

    def _read(self, update: JsonObject, received_at: datetime) -> Message | None:
        if self._account is None:
            raise StoreUnavailableError("the bot's own account is not known yet")
        return read_update(update, self._account, received_at)

    async def _store(self, lane: list[tuple[JsonObject, Message | None]]) -> None:
        if self._receive is None:
            raise StoreUnavailableError("the channel is not started")
        for update, message in lane:
            if message is not None:
                await self._receive(message)
            tap = callback_id_of(update)
            if tap:
                answer = asyncio.create_task(self._answer(tap))
                self._answers.add(answer)
                answer.add_done_callback(self._answers.discard)

    async def _answer(self, tap: str) -> None:
        """Stop the tapped button's spinner; one answered too late or twice is no harm."""
        try:
            with our_errors(self._client):
                await self._client.answer_callback_query(tap)
        except ChannelError as error:
            log.debug("a tap could not be answered: %s", error)

    async def _on_webhook(self, request: web.Request) -> web.Response:
        received_at = datetime.now(UTC)
        try:
            require_secret(request, SECRET_HEADER, self._webhook.secret if self._webhook else "")
            require_json(request)
            update = parse_object(await read_body(request))
            if update_id_of(update) is None:
                raise RefusedError(400, "no_update", "the body has no update_id")
        except RefusedError as error:
            log.warning("a post to %s was refused: %s", request.path, error)
            return error.response()
        try:
            await self._accept([update], received_at)
        except StoreUnavailableError as error:
            log.error("a Telegram update was not stored: %s", error)
            return store_unavailable()
        return web.Response()
