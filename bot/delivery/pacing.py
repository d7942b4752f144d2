"""How fast a platform may be written to: replies first, broadcasts evenly spaced behind them."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pace:
    """Broadcasts a second, messages of any kind a second (``ceiling``), seconds between two to one chat.

    0 lifts a limit.
    """

    per_second: float
    chat_interval: float
    ceiling: float


# Telegram: at most 30 messages a second overall and one a second in a chat (https://core.telegram.org/bots/faq).
# Broadcasts take 25, so that a reply need not wait for them.
TELEGRAM_PACE = Pace(per_second=25.0, chat_interval=1.0, ceiling=30.0)
TELEGRAM_CEILING = 30.0
# Zalo publishes no rate; the quota is what binds, so a calm rate costs nothing.
ZALO_PACE = Pace(per_second=10.0, chat_interval=0.5, ceiling=15.0)
NO_PACE = Pace(per_second=0.0, chat_interval=0.0, ceiling=0.0)
# The ceiling is counted over so many messages: Telegram's second. Messages sent in a second may arrive closer together,
# so they are kept a little further apart.
WINDOW_MESSAGES = 30
WINDOW_MARGIN = 1.1
# A broadcast that fell behind (a slow commit, a reply before it) catches up so many messages, no more.
CATCH_UP_MESSAGES = 5
# Of the ceiling, kept for replies: they need not wait for a broadcast that catches up.
REPLY_ROOM = 2
AT_ONCE = 32  # where no limit binds: enough to fill the connections to the platform
REMEMBERED_CHATS = 10_000


class Pacer:
    """Says how many messages may leave now. ``programs`` share one account's limits."""

    def __init__(self, pace: Pace, clock: Callable[[], float] = time.monotonic) -> None:
        self.programs = 1
        self._pace = pace
        self._clock = clock
        self._left: deque[float] = deque()
        self._catch_up = CATCH_UP_MESSAGES / pace.per_second if pace.per_second else 0.0
        self._window = WINDOW_MARGIN * WINDOW_MESSAGES / pace.ceiling if pace.ceiling else 0.0
        self._next_broadcast = 0.0
        self._held_until = 0.0
        self._chats: dict[int, float] = {}

    def free(self, interactive: bool) -> int:
        """How many replies (or broadcast messages) may leave at this moment."""
        now = self._clock()
        if now < self._held_until:
            return 0
        room = self._room(now)
        if interactive or not self._pace.per_second:
            return room
        if now < self._next_broadcast:
            return 0
        due = (now - max(self._next_broadcast, now - self._catch_up)) * self._pace.per_second / self.programs
        return max(0, min(room - max(1, REPLY_ROOM // self.programs), 1 + int(due)))

    def took(self, chat_id: int) -> None:
        """A message to this chat leaves now."""
        now = self._clock()
        self._left.append(now)
        if self._pace.per_second:
            begin = max(self._next_broadcast, now - self._catch_up)
            self._next_broadcast = begin + self.programs / self._pace.per_second
        if self._pace.chat_interval:
            self._chats[chat_id] = now + self._pace.chat_interval
            if len(self._chats) > REMEMBERED_CHATS:
                self.resting()

    def hold(self, seconds: float) -> None:
        """The platform asked to wait: nothing leaves for so long."""
        self._held_until = max(self._held_until, self._clock() + seconds)

    def resting(self) -> frozenset[int]:
        """The chats that were written to a moment ago."""
        now = self._clock()
        self._chats = {chat: at for chat, at in self._chats.items() if at > now}
        return frozenset(self._chats)

    def pause(self) -> float | None:
        """Seconds until something may leave that may not now; None when nothing is kept back."""
        now = self._clock()
        moments = [self._held_until, self._next_broadcast, *self._chats.values()]
        if self._room(now) == 0:
            moments.append(self._left[0] + self._window)
        later = [moment - now for moment in moments if moment > now]
        return min(later) if later else None

    def _room(self, now: float) -> int:
        while self._left and self._left[0] <= now - self._window:
            self._left.popleft()
        if not self._pace.ceiling:
            return AT_ONCE
        return max(0, min(AT_ONCE, WINDOW_MESSAGES // self.programs - len(self._left)))
