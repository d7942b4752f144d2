"""Replies of several messages that stopped half-way: tried again, they go on at the part that failed."""

from __future__ import annotations

from collections import OrderedDict

from bot.channels.message import Reply

# Beyond this the oldest is forgotten and would be sent from its beginning.
REMEMBERED = 1000


class HalfSent:
    """How many parts of a reply have reached a chat. Kept in memory: after a crash a reply begins again."""

    def __init__(self) -> None:
        self._parts: OrderedDict[tuple[str, Reply], int] = OrderedDict()

    def take(self, chat: str, reply: Reply) -> int:
        """The number of parts sent before, forgotten with this call."""
        return self._parts.pop((chat, reply), 0)

    def keep(self, chat: str, reply: Reply, parts: int) -> None:
        """Remember that so many parts were sent before trouble came."""
        if parts == 0:
            return
        self._parts[(chat, reply)] = parts
        while len(self._parts) > REMEMBERED:
            self._parts.popitem(last=False)
