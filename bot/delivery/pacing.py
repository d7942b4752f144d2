"""How fast a platform may be written to: replies first, broadcasts evenly spaced behind them."""

from __future__ import annotations

import math
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
# The ceiling is counted over so many messages: Telegram's second, by its clock. When a message arrived there is not
# known: no later than its answer. It makes room a second after that, less the time that no message takes less than, at
# most half a second: longer ways are more likely a line that stood still. One without an answer makes none: what a dead
# line held up must not arrive together with what leaves after it.
WINDOW_MESSAGES = 30
LONGEST_WAY = 0.5
# A broadcast that fell behind (a slow commit, a reply before it) catches up so many messages, a second's worth.
CATCH_UP_MESSAGES = 25
# Of the ceiling, kept for replies: they need not wait for a broadcast that catches up.
REPLY_ROOM = 2
# What catches up leaves evenly below the ceiling, at most a quarter of a second's worth at one moment: messages that
# left together make room together, so that a burst would come back every second and the time between be lost.
AT_ONE_MOMENT_SECONDS = 0.25
# So long without a message there was nothing to send, or the program stood still: it begins anew.
PAUSE_SECONDS = 3.0
FEWEST_TIMES = 10  # the first answers wait for connections to be made
TIMES = 100  # of the latest answers the fastest is what the way there and back takes at least
AT_ONCE = 32  # where no limit binds: enough to fill the connections to the platform
REMEMBERED_CHATS = 10_000


@dataclass(slots=True)
class Left:
    """A message that left and takes a place below the ceiling until a moment, which is known once it is answered."""

    at: float
    until: float = math.inf


class Pacer:
    """Says how many messages may leave now. ``programs`` share one account's limits."""

    def __init__(self, pace: Pace, clock: Callable[[], float] = time.monotonic) -> None:
        self.programs = 1
        self._pace = pace
        self._clock = clock
        self._left: list[Left] = []
        self._times: deque[float] = deque(maxlen=TIMES)
        self._catch_up = CATCH_UP_MESSAGES / pace.per_second if pace.per_second else 0.0
        self._window = WINDOW_MESSAGES / pace.ceiling if pace.ceiling else 0.0
        self._next_broadcast = 0.0
        self._even_from = 0.0
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
        if now < max(self._next_broadcast, self._even_from):
            return 0
        due = (now - self._owed_from(now)) * self._pace.per_second / self.programs
        room = min(room - self._reply_room(), 1 + int(due))
        if step := self._even_step():
            room = min(room, 1 + int((now - self._evenly_from(now)) / step))
        return max(0, room)

    def took(self, chat_id: int) -> Left:
        """A message to this chat leaves now; ``answered`` is to be told when something came back."""
        now = self._clock()
        left = Left(now)
        if self._window:
            self._left.append(left)
        if self._pace.per_second:
            self._next_broadcast = self._owed_from(now) + self.programs / self._pace.per_second
            self._even_from = self._evenly_from(now) + self._even_step()
        if self._pace.chat_interval:
            self._chats[chat_id] = now + self._pace.chat_interval
            if len(self._chats) > REMEMBERED_CHATS:
                self.resting()
        return left

    def answered(self, left: Left) -> None:
        """The platform answered, or the line broke: it counted the message no later than now."""
        now = self._clock()
        self._times.append(now - left.at)
        fastest = min(self._times) if len(self._times) >= FEWEST_TIMES else 0.0
        left.until = now + self._window - min(fastest, LONGEST_WAY * self._window)

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
        moments = [self._held_until, max(self._next_broadcast, self._even_from), *self._chats.values()]
        if self._room(now) <= self._reply_room():
            moments.append(min((left.until for left in self._left), default=math.inf))
        later = [moment - now for moment in moments if now < moment < math.inf]
        return min(later) if later else None

    def _owed_from(self, now: float) -> float:
        """Since when broadcast messages should have left: after a pause nothing is owed."""
        if now - self._next_broadcast > PAUSE_SECONDS:
            return now
        return max(self._next_broadcast, now - self._catch_up)

    def _reply_room(self) -> int:
        return max(1, REPLY_ROOM // self.programs)

    def _even_step(self) -> float:
        """Seconds between two broadcast messages that catch up; 0 without a ceiling."""
        return self.programs / (self._pace.ceiling - REPLY_ROOM) if self._pace.ceiling > REPLY_ROOM else 0.0

    def _evenly_from(self, now: float) -> float:
        return max(self._even_from, now - AT_ONE_MOMENT_SECONDS * self._window)

    def _room(self, now: float) -> int:
        self._left = [left for left in self._left if left.until > now]
        if not self._pace.ceiling:
            return AT_ONCE
        return max(0, min(AT_ONCE, WINDOW_MESSAGES // self.programs - len(self._left)))
