"""A store for channel tests: keeps messages once, can be down, can hold a message back."""

from __future__ import annotations

import asyncio

from bot.channels.base import StoreUnavailableError
from bot.channels.message import Message


class Store:
    """Behind a channel as the inbox is: unique on the message id; lives on when the channel is restarted."""

    def __init__(self) -> None:
        self.messages: dict[str, Message] = {}
        self.tries = 0
        self.down = False
        self.gate = asyncio.Event()
        self.gate.set()
        self._changed = asyncio.Event()

    async def receive(self, message: Message) -> bool:
        """As bot.channels.base.Receive."""
        self.tries += 1
        self._changed.set()
        await self.gate.wait()
        if self.down:
            raise StoreUnavailableError("the disk is full")
        new = message.id not in self.messages
        self.messages.setdefault(message.id, message)
        self._changed.set()
        return new

    @property
    def texts(self) -> list[str]:
        """What was typed, in the order of storing."""
        return [message.text for message in self.messages.values()]

    async def wait_for(self, count: int) -> list[Message]:
        """The messages, once there are so many. Raises TimeoutError."""
        async with asyncio.timeout(10):
            while len(self.messages) < count:
                self._changed.clear()
                await self._changed.wait()
        return list(self.messages.values())

    async def wait_for_tries(self, count: int) -> None:
        """Return once a message was handed over so often, stored or not."""
        async with asyncio.timeout(10):
            while self.tries < count:
                self._changed.clear()
                await self._changed.wait()
