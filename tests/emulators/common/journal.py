"""What arrived at the emulator, for tests to look at and to wait for."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Call:
    """One call of a Bot API method; ``files`` are name and bytes of uploads, ``status`` the HTTP answer.

    ``message_id`` is that of the message the call made, where it made one.
    """

    method: str
    parameters: dict[str, Any]
    at: float
    content_type: str
    files: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    status: int = 0
    message_id: int | None = None


class Journal:
    """All calls in order of arrival."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self._changed = asyncio.Event()

    def add(self, call: Call) -> None:
        """Keep a call."""
        self.calls.append(call)
        self.notify()

    def notify(self) -> None:
        """Something that a test may wait for has happened."""
        self._changed.set()

    def of(self, method: str) -> list[Call]:
        """The calls of one method."""
        return [call for call in self.calls if call.method.lower() == method.lower()]

    async def wait_until(self, holds: Callable[[], bool], seconds: float = 10.0) -> None:
        """Return once ``holds()``; raises TimeoutError when it does not within ``seconds``."""
        async with asyncio.timeout(seconds):
            while not holds():
                self._changed.clear()
                await self._changed.wait()
