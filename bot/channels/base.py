"""What every channel is: it turns a wire format into Message, and Reply into a wire format, and nothing else."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from aiohttp import web

from bot.channels.message import Message, Reply


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a channel's platform can show; the channel degrades a Reply to it. ``text_limit`` None: no limit."""

    text_limit: int | None
    buttons: bool
    edit: bool
    typing: bool
    images: bool
    files: bool
    sounds: bool = False


class ChannelError(Exception):
    """The platform did not take a message."""


class RetryAfterError(ChannelError):
    """The platform asks to wait; ``seconds`` is honoured exactly."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"the platform asks to wait {seconds} s")
        self.seconds = seconds


class UnreachableError(ChannelError):
    """The person blocked the bot or the chat is gone; nothing is sent until they write again."""


class TemporaryError(ChannelError):
    """Network or server trouble; the message is tried again with backoff."""


class NotConnectedError(TemporaryError):
    """There is no line to the platform, nothing left this machine; the message waits until there is one."""


class AmbiguousError(TemporaryError):
    """The line broke after the message left: the platform may have taken it. A reply is sent again, a broadcast not."""


class TokenRefusedError(TemporaryError):
    """The platform refuses the account's token; everything waits until an operator mends it."""


class PermanentError(ChannelError):
    """The platform refuses this message for good; ``str(error)`` says why, without personal data or a token."""


class StoreUnavailableError(Exception):
    """The inbox could not store a message; a webhook answers 503 so that the platform retries."""


Receive = Callable[[Message], Awaitable[bool]]
"""Stores a message durably; returns False when it was stored before. Raises StoreUnavailableError."""


class Channel(Protocol):
    """One channel. ``start`` returns once messages flow; ``stop`` returns within 5 s and loses nothing."""

    name: str
    capabilities: Capabilities

    async def start(self, receive: Receive) -> None:
        """Begin to receive (polling, or registering a webhook)."""
        ...

    async def stop(self) -> None:
        """Stop receiving and close connections."""
        ...

    async def send(self, chat: str, reply: Reply, edits: str | None = None) -> str | None:
        """Send one reply; returns the platform's message id. Raises a ChannelError.

        ``edits`` is the message to replace where the channel can edit.
        """
        ...

    def routes(self) -> Sequence[web.RouteDef]:
        """The webhook routes this channel needs, none when it only polls."""
        ...


@runtime_checkable
class ShowsTyping(Protocol):
    """A channel that can show that an answer is being written."""

    async def typing(self, chat: str) -> None:
        """Show it for some seconds. Raises a ChannelError."""
        ...


@runtime_checkable
class ReceivesSlowly(Protocol):
    """A channel that may take messages in at a rate of its own."""

    @property
    def received_a_second(self) -> float | None:
        """Messages a second; None for as fast as they come."""
        ...


@runtime_checkable
class BroadcastsArticles(Protocol):
    """A channel that can send an article to everybody who follows the account."""

    async def broadcast_article(self, article_id: str) -> str:
        """Send it; the platform's message id. Raises a ChannelError."""
        ...
