"""The bare route: an aiohttp handler that reads a posted JSON update and answers 200, nothing between."""

from __future__ import annotations

import os

from aiohttp import web


async def _update(request: web.Request) -> web.Response:
    await request.json()
    return web.Response()


async def _ready(_request: web.Request) -> web.Response:
    return web.json_response({"status": "ready"})


if __name__ == "__main__":
    application = web.Application()
    application.add_routes([web.post("/webhooks/telegram", _update), web.get("/readyz", _ready)])
    web.run_app(application, host="127.0.0.1", port=int(os.environ["BDHVS_PORT"]), print=None, access_log=None)
