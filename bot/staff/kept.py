"""Figures that take longer than a page may, kept for some minutes in this process."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Hashable
from datetime import datetime, timedelta
from typing import Generic, TypeVar

T = TypeVar("T")

KEPT = timedelta(minutes=5)  # nobody decides by what happened in the last five


class Kept(Generic[T]):
    """What was counted last, by key: a ward, a ward and a group."""

    def __init__(self) -> None:
        self._found: dict[Hashable, tuple[datetime, T]] = {}

    async def get(self, key: Hashable, now: datetime, count: Callable[[], Awaitable[T]]) -> T:
        """What was counted within KEPT, else what ``count`` says now."""
        known = self._found.get(key)
        if known is not None and now - known[0] < KEPT:
            return known[1]
        found = await count()
        self._found[key] = now, found
        return found

    def change(self, key: Hashable, change: Callable[[T], T]) -> None:
        """What is kept becomes what ``change`` makes of it; nothing is done when nothing is kept."""
        known = self._found.get(key)
        if known is not None:
            self._found[key] = known[0], change(known[1])

    def forget(self, key: Hashable) -> None:
        """Count anew when it is asked for next."""
        self._found.pop(key, None)
