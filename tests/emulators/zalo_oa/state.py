"""What the emulated account knows: its app, its people, its tokens."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field

ACCESS_SECONDS = 90_000
REFRESH_SECONDS = 90 * 24 * 3600
FREE_SECONDS = 48 * 3600
OPEN_SECONDS = 7 * 24 * 3600

_numbers = itertools.count(1)


@dataclass(frozen=True)
class Credentials:
    """The app linked to the account."""

    app_id: str = "360846524940903967"
    app_secret: str = "app-secret-of-nobody"
    oa_secret: str = "oa-secret-of-nobody"
    oa_id: str = "388613280878808645"


@dataclass
class Switches:
    """How the account and its platform behave."""

    government: bool = False
    """v3 answers -235, v2 works, as one provincial account did."""
    v2_closed: bool = False
    """The old message call answers -240."""
    expires_as_text: bool = True
    """expires_in as a string, as documented; else a number."""
    header_timestamp: bool = False
    """Sign with a timestamp that only the header X-ZEvent-Timestamp carries."""
    article_processing: bool = False
    """Broadcasting an article answers -214: it is still being read."""
    broadcasts: int = 30
    """Broadcasts a month that the plan allows; then -211."""
    echo: bool = True
    """Post oa_send_* events for the account's own messages."""
    duplicate_every: int = 0
    """Every n-th event is posted twice; 0 never."""
    retry_seconds: tuple[float, ...] = (30, 300, 900, 1800, 3600)
    """Pauses before a refused event is posted again; after the last the webhook is disabled."""


@dataclass
class Person:
    """Somebody who knows the account; ``last_interaction`` in seconds, 0 never."""

    id: str
    follows: bool = True
    last_interaction: float = 0.0


@dataclass(frozen=True)
class SentMessage:
    """A message of the account; ``kind`` is text, media or file; ``paid`` when the free window was over."""

    user_id: str
    message_id: str
    text: str
    buttons: tuple[tuple[str, str], ...]
    kind: str
    version: str
    paid: bool


@dataclass
class Tokens:
    """The pair that works now; every earlier refresh token is dead."""

    access: str = field(default_factory=lambda: f"access-{next(_numbers)}")
    refresh: str = field(default_factory=lambda: f"refresh-{next(_numbers)}")
    issued_at: float = 0.0


class ApiError(Exception):
    """A negative ``error`` in an answer with HTTP 200."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message
