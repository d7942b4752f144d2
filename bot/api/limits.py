"""How often a token may ask, counted in the memory of one program."""

from __future__ import annotations

import math
from collections import deque

WINDOW_SECONDS = 60.0
MOST_IN_WINDOW = 60  # a city's system asks 114 wards once a minute at most; more would be a loop gone wrong


class RateLimit:
    """At most MOST_IN_WINDOW requests in any WINDOW_SECONDS for each key; refused ones do not count."""

    def __init__(self, most: int = MOST_IN_WINDOW, window: float = WINDOW_SECONDS) -> None:
        self._most, self._window = most, window
        self._seen: dict[int, deque[float]] = {}

    @property
    def most(self) -> int:
        """Requests in a window."""
        return self._most

    def wait(self, key: int, now: float) -> int:
        """Count a request at ``now`` (monotonic seconds): 0, or in how many whole seconds the next is let in."""
        seen = self._seen.setdefault(key, deque())
        while seen and seen[0] <= now - self._window:
            seen.popleft()
        if len(seen) >= self._most:
            return max(1, math.ceil(seen[0] + self._window - now))
        seen.append(now)
        return 0
