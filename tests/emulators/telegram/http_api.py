"""The wire: token path, parameters in, envelope out, scripted failures."""

from __future__ import annotations

import asyncio
import json
import re
from typing import TYPE_CHECKING, Any

from aiohttp import web

from tests.emulators.common import Call, Fault, FaultKind
from tests.emulators.common.faults import misbehave

from .fields import problems
from .methods import METHODS
from .parameters import Parameters, read_parameters
from .switches import ApiError

if TYPE_CHECKING:
    from .emulator import TelegramEmulator

LARGEST_REQUEST = 60 * 1024 * 1024
TOKEN = re.compile(r"\d+:[A-Za-z0-9_-]{20,}")


class HttpApi:
    """The aiohttp application."""

    def __init__(self, server: TelegramEmulator) -> None:
        self._server = server

    def application(self) -> web.Application:
        """Routes of the Bot API server."""
        application = web.Application(client_max_size=LARGEST_REQUEST)
        application.router.add_route("*", r"/bot{token:[^/]+}/{method:[^/]+}", self._call)
        application.router.add_get(r"/file/bot{token:[^/]+}/{path:.+}", self._download)
        return application

    def _check_token(self, token: str) -> None:
        if not TOKEN.fullmatch(token):
            raise ApiError(404, "Not Found")
        if token != self._server.token:
            raise ApiError(401, "Unauthorized: invalid token specified")

    async def _call(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["method"]
        call = Call(name, {}, self._server.clock(), request.headers.get("Content-Type", ""))
        try:
            self._check_token(request.match_info["token"])
            given = await read_parameters(request)
            call.parameters, call.files = given.values, given.files
            self._server.journal.add(call)
            return await self._answer(request, call, given)
        except ApiError as error:
            call.status = error.status
            return _error(error)
        finally:
            self._server.journal.notify()

    async def _answer(self, request: web.Request, call: Call, given: Parameters) -> web.StreamResponse:
        if self._server.switches.delay_seconds and call.method.lower() != "getupdates":
            await asyncio.sleep(self._server.switches.delay_seconds)
        fault = self._server.faults.take(call.method, given.text("chat_id"))
        if fault is not None and fault.kind is not FaultKind.DROP_AFTER:
            call.status = fault.status
            return await self._fail(request, fault)
        result = await self._server.perform(call.method, given)
        call.message_id = result.get("message_id") if isinstance(result, dict) else None
        if fault is not None:
            return await self._fail(request, fault)
        call.status = 200
        if self._server.switches.validate:
            kind = METHODS[call.method.lower()][0]
            found = problems(result, kind)
            self._server.invalid_answers.extend(f"{call.method}: {one}" for one in found)
        return web.json_response({"ok": True, "result": result}, dumps=_compact)

    async def _fail(self, request: web.Request, fault: Fault) -> web.StreamResponse:
        if fault.kind is FaultKind.ERROR:
            raise ApiError(fault.status, fault.description, fault.retry_after)
        return await misbehave(request, fault.kind)

    async def _download(self, request: web.Request) -> web.Response:
        try:
            self._check_token(request.match_info["token"])
        except ApiError as error:
            return _error(error)
        for path, data in self._server.files.values():
            if path == request.match_info["path"]:
                return web.Response(body=data)
        return _error(ApiError(404, "Not Found"))


def _error(error: ApiError) -> web.Response:
    headers = {} if error.retry_after is None else {"Retry-After": str(error.retry_after)}
    return web.json_response(error.body(), status=error.status, headers=headers)


def _compact(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))
