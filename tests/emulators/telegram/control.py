"""Routes under /emulator by which a test or benchmark in another process plays the people."""

from __future__ import annotations

import dataclasses
from typing import Any

from aiohttp import web

from tests.emulators.common import Fault, FaultKind

from .emulator import TelegramEmulator

ACTIONS = frozenset(
    {
        "add_chat",
        "add_chats",
        "advance",
        "clock",
        "sent_count",
        "sent_to",
        "user_attaches",
        "user_blocks",
        "users_block",
        "user_edits",
        "user_sends",
        "user_taps",
        "user_unblocks",
        "users_send",
        "waiting_updates",
    }
)


def control_routes(server: TelegramEmulator) -> web.Application:
    """POST /emulator/<action> with its arguments; POST switches, fail_next; GET sent, journal."""

    async def act(request: web.Request) -> web.Response:
        name, arguments = request.match_info["action"], await request.json()
        if name not in ACTIONS:
            raise web.HTTPNotFound
        result = getattr(server, name)(**arguments)
        return web.json_response(result if isinstance(result, int | float) else None)

    async def switch(request: web.Request) -> web.Response:
        for name, value in (await request.json()).items():
            if not hasattr(server.switches, name):
                raise web.HTTPBadRequest(text=f"no switch {name}")
            setattr(server.switches, name, value)
        return web.json_response(dataclasses.asdict(server.switches))

    async def fail_next(request: web.Request) -> web.Response:
        arguments: dict[str, Any] = await request.json()
        fault = arguments.pop("fault")
        fault = Fault(**{**fault, "kind": FaultKind(fault.get("kind", "error"))})
        server.fail_next(fault=fault, **arguments)
        return web.json_response(None)

    async def sent(request: web.Request) -> web.Response:
        chat_id = request.query.get("chat_id")
        messages = server.sent(None if chat_id is None else int(chat_id))
        return web.json_response([dataclasses.asdict(message) for message in messages])

    async def journal(request: web.Request) -> web.Response:
        method = request.query.get("method")
        return web.json_response(
            [
                {
                    "method": call.method,
                    "parameters": call.parameters,
                    "at": call.at,
                    "status": call.status,
                    "message_id": call.message_id,
                }
                for call in (server.journal.calls if method is None else server.journal.of(method))
            ]
        )

    application = web.Application()
    application.add_routes(
        [
            web.post("/switches", switch),
            web.post("/fail_next", fail_next),
            web.get("/sent", sent),
            web.get("/journal", journal),
            web.post("/{action}", act),
        ]
    )
    return application
