"""Scripted failures: what the next calls of a method meet instead of a proper answer."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass
from enum import StrEnum

from aiohttp import web

GARBAGE = "<html><body><h1>502 Bad Gateway</h1></body></html>"
FOREVER = 3600.0


class FaultKind(StrEnum):
    """What happens instead of a proper answer."""

    ERROR = "error"
    GARBAGE = "garbage"
    HANG = "hang"
    DROP = "drop"
    DROP_AFTER = "drop_after"


@dataclass(frozen=True)
class Fault:
    """One failure. DROP closes the line before the call takes effect, DROP_AFTER after it."""

    kind: FaultKind = FaultKind.ERROR
    status: int = 500
    description: str = "Internal Server Error"
    retry_after: int | None = None

    @classmethod
    def too_many(cls, seconds: int) -> Fault:
        """429 that asks to wait."""
        return cls(FaultKind.ERROR, 429, f"Too Many Requests: retry after {seconds}", seconds)


class Faults:
    """The failures still to come, by method and chat."""

    def __init__(self) -> None:
        self._waiting: deque[tuple[str, str, Fault]] = deque()

    def add(self, method: str, fault: Fault, times: int = 1, chat_id: object = None) -> None:
        """Let the next calls of a method (to one chat) fail."""
        self._waiting.extend([(method.lower(), "" if chat_id is None else str(chat_id), fault)] * times)

    def take(self, method: str, chat_id: str) -> Fault | None:
        """The failure that this call is to meet."""
        for entry in self._waiting:
            if entry[0] == method.lower() and entry[1] in ("", chat_id):
                self._waiting.remove(entry)
                return entry[2]
        return None


async def misbehave(request: web.Request, kind: FaultKind) -> web.Response:
    """Answer garbage, never, or cut the line."""
    if kind is FaultKind.GARBAGE:
        return web.Response(text=GARBAGE, content_type="text/html")
    if kind is FaultKind.HANG:
        await asyncio.sleep(FOREVER)
    if request.transport is not None:
        request.transport.abort()
    return web.Response()
