"""The wire and the methods: query, JSON, form or multipart in, envelope out."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from aiohttp import web

from tests.emulators.common import Call, FaultKind
from tests.emulators.common.faults import misbehave

from .messages import SentMessage
from .pushing import Webhook, probe
from .switches import ApiError, Idle

if TYPE_CHECKING:
    from .emulator import ZaloBotEmulator

TEXT_LENGTH = 2000
SECRET_LENGTH = (8, 256)
LONGEST_POLL_SECONDS = 60.0
JsonDict = dict[str, Any]


class HttpApi:
    """The aiohttp application. Method names are case-sensitive, unlike Telegram's."""

    def __init__(self, server: ZaloBotEmulator) -> None:
        self._server = server
        self._methods: dict[str, Callable[[JsonDict], Awaitable[JsonDict | None]]] = {
            "getMe": self._get_me,
            "getUpdates": self._get_updates,
            "setWebhook": self._set_webhook,
            "deleteWebhook": self._delete_webhook,
            "getWebhookInfo": self._get_webhook_info,
            "sendMessage": self._send_message,
            "sendPhoto": self._send_photo,
            "sendChatAction": self._send_chat_action,
        }

    def application(self) -> web.Application:
        """Routes of the platform."""
        application = web.Application()
        application.router.add_route("*", r"/bot{token:[^/]+}/{method:[^/]+}", self._call)
        return application

    async def _call(self, request: web.Request) -> web.Response:
        if request.match_info["token"] != self._server.token:
            if self._server.switches.plain_401:
                return web.Response(status=401, text="Unauthorized")
            return self._error(ApiError(401, "Unauthorized"))
        values = await _parameters(request)
        name = request.match_info["method"]
        call = Call(name, values, time.time(), request.headers.get("Content-Type", ""))
        self._server.journal.add(call)
        fault = self._server.faults.take(name, str(values.get("chat_id", "")))
        try:
            if fault is not None and fault.kind is FaultKind.ERROR:
                raise ApiError(fault.status, fault.description)
            if fault is not None and fault.kind is not FaultKind.DROP_AFTER:
                return await misbehave(request, fault.kind)
            if name != "getUpdates":
                await asyncio.sleep(self._server.switches.delay_seconds)
            if name not in self._methods:
                raise ApiError(404, "Not Found")
            result = await self._methods[name](values)
        except ApiError as error:
            call.status = error.code
            return self._error(error)
        finally:
            self._server.journal.notify()
        call.status = 200
        if fault is not None:
            return await misbehave(request, fault.kind)
        return web.json_response({"ok": True} if result is None else {"ok": True, "result": result})

    def _error(self, error: ApiError) -> web.Response:
        code: int | str = str(error.code) if self._server.switches.code_as_text else error.code
        body = {"ok": False, "description": error.description, error.key: code}
        quiet = self._server.switches.errors_with_200
        quiet = quiet or (error.code == 408 and self._server.switches.idle is Idle.OK_408)
        return web.json_response(body, status=200 if quiet else error.code)

    async def _get_me(self, given: JsonDict) -> JsonDict:
        del given
        return self._server.account

    async def _get_updates(self, given: JsonDict) -> JsonDict:
        if self._server.webhook.url:
            raise ApiError(400, "Bad request: a webhook is set")
        wait = min(float(given.get("timeout", 0) or 0), LONGEST_POLL_SECONDS)
        if not self._server.pending:
            self._server.added.clear()
            try:
                async with asyncio.timeout(wait):
                    await self._server.added.wait()
            except TimeoutError:
                return self._idle()
        update = self._server.pending[0]
        if not self._server.switches.replay or len(self._server.pending) > 1:
            self._server.pending.pop(0)
        return update

    def _idle(self) -> JsonDict:
        if self._server.switches.idle is Idle.EMPTY:
            return {}
        raise ApiError(408, "Request timeout")

    async def _set_webhook(self, given: JsonDict) -> JsonDict:
        url, secret = str(given.get("url", "")), str(given.get("secret_token", ""))
        if self._server.switches.daily_limit:
            raise ApiError(426, "setWebhook daily limit", "errorCode")
        if not url.startswith(("https://", "http://127.0.0.1")):
            raise ApiError(400, "Bad request: url must be public https")
        if not SECRET_LENGTH[0] <= len(secret) <= SECRET_LENGTH[1]:
            raise ApiError(400, "Bad request: secret_token must have 8 to 256 characters")
        # Saved even when the probe fails.
        self._server.webhook = Webhook(url, secret, int(time.time() * 1000))
        result: JsonDict = {"url": url, "updated_at": self._server.webhook.updated_at}
        return {**result, "verification": await probe(url)} if self._server.switches.probe else result

    async def _delete_webhook(self, given: JsonDict) -> JsonDict:
        del given
        self._server.webhook = Webhook()
        return {"url": "", "updated_at": int(time.time() * 1000)}

    async def _get_webhook_info(self, given: JsonDict) -> JsonDict:
        del given
        if not self._server.webhook.url:
            raise ApiError(404, "Not Found")
        return {"url": self._server.webhook.url, "updated_at": self._server.webhook.updated_at}

    async def _send_message(self, given: JsonDict) -> JsonDict:
        chat_id, text = self._recipient(given), str(given.get("text", ""))
        if not 1 <= len(text) <= TEXT_LENGTH:
            raise ApiError(400, "Bad request: text must have 1 to 2000 characters")
        return self._keep(chat_id, text, "text", "")

    async def _send_photo(self, given: JsonDict) -> JsonDict:
        chat_id, caption = self._recipient(given), str(given.get("caption", ""))
        if not str(given.get("photo", "")).startswith("https://"):
            raise ApiError(400, "Bad request: photo must be an https URL")
        if len(caption) > TEXT_LENGTH:
            raise ApiError(400, "Bad request: caption is over 2000 characters")
        return self._keep(chat_id, caption, "photo", str(given["photo"]))

    async def _send_chat_action(self, given: JsonDict) -> None:
        self._recipient(given)
        if given.get("action") != "typing":
            raise ApiError(400, "Bad request: action")

    def _recipient(self, given: JsonDict) -> str:
        chat_id = str(given.get("chat_id", ""))
        if chat_id not in self._server.known:
            raise ApiError(400, "Bad request: chat_id")
        return chat_id

    def _keep(self, chat_id: str, text: str, kind: str, photo: str) -> JsonDict:
        reached = {message.chat_id for message in self._server.messages} | {chat_id}
        limits = self._server.switches
        if len(self._server.messages) >= limits.messages or len(reached) > limits.users:
            raise ApiError(429, "Quota exceeded")
        message = SentMessage(chat_id, self._server.next_id(), text, kind, photo)
        self._server.messages.append(message)
        return {"message_id": message.message_id, "date": int(time.time() * 1000)}


async def _parameters(request: web.Request) -> JsonDict:
    values: JsonDict = dict(request.query)
    if request.content_type == "application/json":
        body = await request.read()
        loaded = json.loads(body) if body else {}
        values.update(loaded if isinstance(loaded, dict) else {})
    elif request.content_type in {"application/x-www-form-urlencoded", "multipart/form-data"}:
        values.update({name: value for name, value in (await request.post()).items() if isinstance(value, str)})
    return values
