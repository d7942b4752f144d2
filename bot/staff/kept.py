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
        self._found: dict[Hashable, tuple[datetime, Hashable, T]] = {}

    async def get(
        self, key: Hashable, now: datetime, count: Callable[[], Awaitable[T]], of_state: Hashable = None
    ) -> T:
        """What was counted within KEPT, of the same state where one is given, else what ``count`` says now."""
        known = self._found.get(key)
        if known is not None and now - known[0] < KEPT and known[1] == of_state:
            return known[2]
        found = await count()
        # Nobody asks for what is older: a key that is never asked for again must not stay.
        self._found = {one: kept for one, kept in self._found.items() if now - kept[0] < KEPT}
        self._found[key] = now, of_state, found
        return found

    def change(self, key: Hashable, change: Callable[[T], T]) -> None:
        """What is kept becomes what ``change`` makes of it; nothing is done when nothing is kept."""
        known = self._found.get(key)
        if known is not None:
            self._found[key] = known[0], known[1], change(known[2])

    def forget(self, key: Hashable) -> None:
        """Count anew when it is asked for next."""
        self._found.pop(key, None)
