"""How fast a platform may be written to."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pace:
    """Messages a second overall and seconds between two messages to one chat; 0 lifts a limit."""

    per_second: float
    chat_interval: float


# Telegram: at most 30 messages a second overall and one a second in a chat (https://core.telegram.org/bots/faq);
# 25 leaves room for what is sent outside the outbox.
TELEGRAM_PACE = Pace(per_second=25.0, chat_interval=1.0)
# Zalo publishes no rate; the quota is what binds, so a calm rate costs nothing.
ZALO_PACE = Pace(per_second=10.0, chat_interval=0.5)
NO_PACE = Pace(per_second=0.0, chat_interval=0.0)
REMEMBERED_CHATS = 10_000


class Pacer:
    """Hands out moments to send at, evenly spaced overall and per chat."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._next_overall = 0.0
        self._next_in_chat: dict[int, float] = {}

    async def wait(self, chat_id: int) -> None:
        """Return when a message to this chat may leave."""
        now = time.monotonic()
        moment = max(now, self._next_overall, self._next_in_chat.get(chat_id, 0.0))
        if self._pace.per_second:
            self._next_overall = max(now, self._next_overall) + 1.0 / self._pace.per_second
        if self._pace.chat_interval:
            self._next_in_chat[chat_id] = moment + self._pace.chat_interval
            if len(self._next_in_chat) > REMEMBERED_CHATS:
                self._next_in_chat = {chat: at for chat, at in self._next_in_chat.items() if at > now}
        if moment > now:
            await asyncio.sleep(moment - now)

    def hold(self, seconds: float) -> None:
        """The platform asked to wait: nothing leaves for so long."""
        self._next_overall = max(self._next_overall, time.monotonic() + seconds)
