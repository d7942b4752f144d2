"""The server's flood limits: 30 messages a second overall, 1 a second in a chat, 20 a minute in a group."""

from __future__ import annotations

import math
from collections import defaultdict, deque
from collections.abc import Callable

from .switches import ApiError, Switches

OVERALL = (30, 1.0)
PRIVATE = (1, 1.0)
GROUP = (20, 60.0)


class FloodControl:
    """Counts messages taken; a refused one does not count."""

    def __init__(self, switches: Switches, clock: Callable[[], float]) -> None:
        self._switches = switches
        self._clock = clock
        self._overall: deque[float] = deque()
        self._chats: defaultdict[int, deque[float]] = defaultdict(deque)

    def take(self, chat_id: int) -> None:
        """Count a message to a chat, or raise the 429."""
        now = self._clock()
        checks: list[tuple[deque[float], tuple[int, float]]] = []
        if self._switches.limit_overall:
            checks.append((self._overall, OVERALL))
        if self._switches.limit_per_chat:
            checks.append((self._chats[chat_id], GROUP if chat_id < 0 else PRIVATE))
        for taken, (most, window) in checks:
            while taken and taken[0] <= now - window:
                taken.popleft()
            if len(taken) >= most:
                wait = max(1, math.ceil(taken[0] + window - now))
                raise ApiError(429, f"Too Many Requests: retry after {wait}", wait)
        for taken, _ in checks:
            taken.append(now)
