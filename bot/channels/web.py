"""The web chat: a page, one POST a message, and a stream of what comes later.

The session is a 128-bit secret. It is stored hashed, travels in the body and in an HttpOnly cookie, never in a URL.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
import secrets
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from aiohttp import web

from bot.channels.base import Capabilities, Receive, StoreUnavailableError
from bot.channels.message import Message, Reply
from bot.channels.webhook import RefusedError, read_body, require_json

PAGE_FOLDER = Path(__file__).parent / "web_page"
SESSION_COOKIE = "bdhvs_session"
SESSION_BYTES = 16  # 128 bits
SESSION_FORM = re.compile(r"[0-9a-f]{32}")
SESSION_DAYS = 180  # how long a browser keeps its conversation
MESSAGE_ID_FORM = re.compile(r"[A-Za-z0-9_.:-]{1,64}")
BODY_LIMIT = 64 * 1024  # bytes: TEXT_LIMIT characters of Vietnamese take about 12 KB
TEXT_REFUSED_ABOVE = 20_000  # characters; up to here a text is cut to TEXT_LIMIT and answered
PAYLOAD_LIMIT = 256
REPLY_SECONDS = 10.0  # how long a POST waits for its replies before it answers 202
STREAM_SECONDS = 25.0  # an idle event stream says it lives this often: proxies cut silent ones at 30 to 60 s
RECONNECT_MILLISECONDS = 3000
WEB = Capabilities(text_limit=None, buttons=True, edit=False, typing=False, images=True, files=True, sounds=True)


class NumberedReply(Protocol):
    """A stored reply and its place in the order of all replies."""

    @property
    def number(self) -> int: ...

    @property
    def body(self) -> dict[str, Any]: ...


class Replies(Protocol):
    """What the web chat needs of the store; bot.delivery.replies keeps it."""

    async def answer(self, message: Message, timeout: float) -> Sequence[NumberedReply] | None:
        """Store the message; its replies, or None when they take too long."""
        ...

    async def since(self, address: str, after: int, timeout: float) -> Sequence[NumberedReply]:
        """Replies numbered above ``after``."""
        ...

    async def history(self, address: str) -> list[dict[str, Any]]:
        """What was said lately."""
        ...

    async def knows(self, address: str) -> bool:
        """Whether the chat exists."""
        ...


def address_of(session: str) -> str:
    """The chat address of a session secret: its hash."""
    return hashlib.sha256(session.encode("ascii")).hexdigest()


def error(status: int, code: str, message: str) -> web.Response:
    """An error in the form the contract gives every error."""
    return web.json_response({"error": {"code": code, "message": message}}, status=status)


class WebChannel:
    """Serves the page and the chat's three addresses. Replies are read from the outbox, so nothing is sent."""

    name = "web"
    capabilities = WEB

    def __init__(self, replies: Replies, secure_cookie: bool) -> None:
        self._replies = replies
        self._secure = secure_cookie
        self._known: dict[str, None] = {}
        self._closing = asyncio.Event()

    async def start(self, receive: Receive) -> None:
        """Nothing to begin: the routes receive."""

    async def stop(self) -> None:
        """End the event streams so that the server can stop."""
        self._closing.set()

    async def send(self, chat: str, reply: Reply, edits: str | None = None) -> str | None:
        """The page fetches replies itself; there is nothing to send."""
        return None

    def routes(self) -> Sequence[web.RouteDef]:
        """The page, its files and the chat's addresses."""
        return [
            web.get("/", self._page),
            web.get("/static/chat/{name}", self._file),
            web.post("/api/chat", self._chat),
            web.get("/api/chat/events", self._events),
            web.get("/api/chat/history", self._history),
        ]

    async def _page(self, request: web.Request) -> web.FileResponse:
        return web.FileResponse(PAGE_FOLDER / "index.html", headers={"Cache-Control": "no-cache"})

    async def _file(self, request: web.Request) -> web.FileResponse:
        name = request.match_info["name"]
        if name not in {path.name for path in PAGE_FOLDER.iterdir()}:
            raise web.HTTPNotFound
        return web.FileResponse(PAGE_FOLDER / name, headers={"Cache-Control": "no-cache"})

    async def _chat(self, request: web.Request) -> web.Response:
        received_at = datetime.now(UTC)
        try:
            body = await self._read(request)
            session = await self._session(request, body)
            message = self._message(session, body, received_at)
            replies = await self._replies.answer(message, REPLY_SECONDS)
        except RefusedError as refused:
            return refused.response()
        except StoreUnavailableError:
            return error(503, "store_unavailable", "Hệ thống đang bận. Bạn gửi lại sau một phút nhé.")
        self._known[address_of(session)] = None
        status = 202 if replies is None else 200
        shown = [{"number": reply.number, **reply.body} for reply in replies or ()]
        response = web.json_response({"session": session, "replies": shown}, status=status)
        response.set_cookie(
            SESSION_COOKIE,
            session,
            max_age=SESSION_DAYS * 86400,
            httponly=True,
            samesite="Strict",
            secure=self._secure,
            path="/",
        )
        return response

    async def _read(self, request: web.Request) -> dict[str, Any]:
        require_json(request)
        raw = await read_body(request, BODY_LIMIT)
        try:
            body = json.loads(raw.decode("utf-8"))
        except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as cause:
            raise RefusedError(400, "bad_json", "The body must be a JSON object in UTF-8.") from cause
        if not isinstance(body, dict):
            raise RefusedError(400, "bad_json", "The body must be a JSON object in UTF-8.")
        return body

    async def _session(self, request: web.Request, body: dict[str, Any]) -> str:
        """The session of the body, else of the cookie; a new one when neither is a conversation known here."""
        for given in (body.get("session"), request.cookies.get(SESSION_COOKIE)):
            if isinstance(given, str) and SESSION_FORM.fullmatch(given) and await self._knows(given):
                return given
        return secrets.token_hex(SESSION_BYTES)

    async def _knows(self, session: str) -> bool:
        address = address_of(session)
        if address not in self._known and await self._replies.knows(address):
            if len(self._known) >= 100_000:
                self._known.clear()
            self._known[address] = None
        return address in self._known

    def _message(self, session: str, body: dict[str, Any], received_at: datetime) -> Message:
        text, payload = body.get("text"), body.get("payload")
        if text is None and payload is None:
            raise RefusedError(400, "no_text", "Give text or payload.")
        if not isinstance(text, str | None) or not isinstance(payload, str | None):
            raise RefusedError(400, "wrong_type", "text and payload must be strings.")
        if len(text or "") > TEXT_REFUSED_ABOVE or len(payload or "") > PAYLOAD_LIMIT:
            raise RefusedError(413, "too_long", "Tin nhắn dài quá. Bạn viết ngắn lại giúp nhé.")
        given = body.get("message_id")
        if given is not None and not (isinstance(given, str) and MESSAGE_ID_FORM.fullmatch(given)):
            raise RefusedError(400, "bad_message_id", "message_id is 1 to 64 letters, digits, '_', '.', ':' or '-'.")
        address = address_of(session)
        message_id = f"{address[:32]}:{given or secrets.token_hex(12)}"
        return Message(self.name, address, message_id, text or "", received_at, payload=payload)

    def _cookie_address(self, request: web.Request) -> str | None:
        session = request.cookies.get(SESSION_COOKIE, "")
        return address_of(session) if SESSION_FORM.fullmatch(session) else None

    async def _history(self, request: web.Request) -> web.Response:
        address = self._cookie_address(request)
        entries = [] if address is None else await self._replies.history(address)
        return web.json_response({"entries": entries}, headers={"Cache-Control": "no-store"})

    async def _events(self, request: web.Request) -> web.StreamResponse:
        """Replies as server-sent events; Last-Event-ID (or ``after``) says which the page has."""
        address = self._cookie_address(request)
        if address is None or not await self._replies.knows(address):
            return error(403, "no_session", "Send a message first.")
        given = request.headers.get("Last-Event-ID") or request.query.get("after", "0")
        after = int(given) if given.isascii() and given.isdigit() and len(given) < 16 else 0
        response = web.StreamResponse(
            headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        )
        # A page that is gone asks again from the last reply it has: nothing is lost, so nothing is reported.
        with suppress(ConnectionResetError):
            await response.prepare(request)
            await self._stream(response, address, after)
        return response

    async def _stream(self, response: web.StreamResponse, address: str, after: int) -> None:
        await response.write(f"retry: {RECONNECT_MILLISECONDS}\n\n".encode())
        while not self._closing.is_set():
            replies = await self._replies.since(address, after, STREAM_SECONDS)
            for reply in replies:
                after = reply.number
                data = json.dumps({"number": reply.number, **reply.body}, ensure_ascii=False)
                await response.write(f"id: {reply.number}\ndata: {data}\n\n".encode())
            if not replies:
                await response.write(b": alive\n\n")
