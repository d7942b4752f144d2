"""The page of a player in a live contest: a stream of what happens, one POST an answer."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from aiohttp import web
from sqlalchemy.exc import SQLAlchemyError

from bot.channels.web import (
    RECONNECT_MILLISECONDS,
    SESSION_COOKIE,
    SESSION_FORM,
    address_of,
    error,
)
from bot.contest.hub import Hub
from bot.contest.rounds import Live, Seat
from bot.contest.views import player_view
from bot.store.database import DatabaseClosedError

PAGE_FOLDER = Path(__file__).parent / "page"
PATH = "/thi/"
ALIVE_SECONDS = 15.0  # an idle stream says it lives: proxies cut silent ones at 30 to 60 s
MOVED_MS = 500  # more time than before by so much is news
BODY_LIMIT = 1024  # bytes of an answer
CODE = "{code:[A-Za-z0-9]{8}}"
RETRY = f"retry: {RECONNECT_MILLISECONDS // 3}\n\n".encode()


class PlayerPages:
    """The addresses of players."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    def routes(self) -> list[web.RouteDef]:
        """The addresses."""
        return [
            web.get(f"{PATH}{CODE}/choi", self._page),
            web.get(f"{PATH}{CODE}/events", self._events),
            web.post(f"{PATH}{CODE}/answer", self._answer),
            web.get("/static/contest/{name}", self._file),
        ]

    async def _page(self, _request: web.Request) -> web.FileResponse:
        return web.FileResponse(PAGE_FOLDER / "play.html", headers={"Cache-Control": "no-cache"})

    async def _file(self, request: web.Request) -> web.FileResponse:
        name = request.match_info["name"]
        if name not in {path.name for path in PAGE_FOLDER.iterdir()}:
            raise web.HTTPNotFound
        return web.FileResponse(PAGE_FOLDER / name, headers={"Cache-Control": "no-cache"})

    async def _who(self, request: web.Request) -> tuple[Live, Seat] | None:
        """The contest and the own seat: whose it is only the session says, nothing that a client sends."""
        session = request.cookies.get(SESSION_COOKIE, "")
        live = await self._hub.find(request.match_info["code"].upper())
        if live is None or not SESSION_FORM.fullmatch(session):
            return None
        seat = await self._hub.seat(live, address_of(session))
        return None if seat is None else (live, seat)

    async def _answer(self, request: web.Request) -> web.Response:
        at = datetime.now(UTC)  # before anything is waited for: this is what counts
        if request.content_type != "application/json":  # a form of another site cannot send this
            return error(415, "not_json", "The body must be JSON.")
        who = await self._who(request)
        if who is None:
            return error(403, "no_seat", "Bạn chưa vào thi.")
        live, seat = who
        try:
            body = json.loads(await request.content.read(BODY_LIMIT))
            number, option = body["number"], body["option"]
        except (ValueError, KeyError, TypeError):
            return error(400, "bad_answer", "number and option are whole numbers.")
        if type(number) is not int or type(option) is not int:
            return error(400, "bad_answer", "number and option are whole numbers.")
        try:
            verdict, kept = await self._hub.answer(live, seat, number, option, at)
        except (SQLAlchemyError, DatabaseClosedError):
            return error(503, "store_unavailable", "Hệ thống đang bận. Máy của bạn tự gửi lại.")
        return web.json_response({"verdict": verdict, "number": number, "option": kept})

    async def _events(self, request: web.Request) -> web.StreamResponse:
        who = await self._who(request)
        if who is None:
            return error(403, "no_seat", "Bạn chưa vào thi.")
        live, seat = who
        if request.remote:
            await self._hub.mark(live, seat, request.remote)  # here and not with an answer, which it would hold up
        return await stream(
            request, self._hub, live.id, lambda state: player_view(state, state.seats.get(seat.id, seat), _now()), True
        )


def _now() -> datetime:
    return datetime.now(UTC)


async def stream(
    request: web.Request, hub: Hub, contest_id: int, view: Callable[[Live], dict[str, Any]], steps: bool
) -> web.StreamResponse:
    """Server-sent events: the present state at once, then each that differs; ``steps`` as in Hub.wait."""
    response = web.StreamResponse(
        headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    )
    # A page that is gone asks again for the present state: nothing is lost, so nothing is reported.
    with suppress(ConnectionResetError):
        await response.prepare(request)
        await response.write(RETRY)
        sent: dict[str, Any] = {}
        while not hub.closing:
            live = hub.live(contest_id)
            if live is None:
                break
            shown = view(live)
            if _differs(shown, sent):
                await response.write(f"data: {json.dumps(shown, ensure_ascii=False)}\n\n".encode())
                sent = shown
            else:
                await response.write(b": alive\n\n")
            await hub.wait(contest_id, ALIVE_SECONDS, steps)
    return response


def _differs(shown: dict[str, Any], sent: dict[str, Any]) -> bool:
    """Whether there is news: the time that is left goes down by itself on the page."""
    return {**shown, "left_ms": 0} != {**sent, "left_ms": 0} or _moved(shown, sent)


def _moved(shown: dict[str, Any], sent: dict[str, Any]) -> bool:
    """An outage gave time back."""
    return int(shown.get("left_ms", 0)) > int(sent.get("left_ms", 0)) + MOVED_MS
