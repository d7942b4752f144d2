"""Counting what an account's quota is counted in."""

from __future__ import annotations

from typing import Protocol


class Meter(Protocol):
    """Told of every message that the platform counts."""

    async def sent(self, messages: int) -> None:
        """So many messages have been taken by the platform. Raises nothing: they are sent already."""
        ...


class NoMeter:
    """For an account whose messages nobody counts."""

    async def sent(self, messages: int) -> None:
        """Nothing to do."""
        del messages
