"""Where descriptions of the platform disagree, a switch for each, and its error answers."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Idle(StrEnum):
    """The three answers seen when nobody wrote."""

    HTTP_408 = "http 408"
    OK_408 = "http 200 with code 408"
    EMPTY = "empty result"


@dataclass
class Switches:
    """Standing behaviour, changed at any time."""

    idle: Idle = Idle.HTTP_408
    code_as_text: bool = False
    """error_code as a string."""
    errors_with_200: bool = False
    """Errors with HTTP 200 instead of their own status."""
    replay: bool = False
    """Give the same update again at every poll, as one author measured; else it is gone once answered."""
    photo_url: bool = True
    """Pictures in photo_url, as captured; else in photo, as documented."""
    wrapped: bool = False
    """Webhook bodies inside {"ok", "result"}, as documented; else flat, as captured."""
    plain_401: bool = False
    """A wrong token answers without JSON."""
    probe: bool = True
    """setWebhook posts an empty request to the address."""
    daily_limit: bool = False
    """setWebhook answers 426."""
    duplicate_every: int = 0
    """Every n-th event is posted to the webhook twice; 0 never."""
    reorder_every: int = 0
    """Every n-th event overtakes the one before it, if that one still waits or is being posted; 0 never."""
    delay_seconds: float = 0.0
    """Before every answer but that of getUpdates."""
    retry_seconds: float = 0.01
    """Pause before a failed post is repeated; the platform's own schedule is not known."""
    posts: int = 5
    """How often a failing post is tried."""
    users: int = 50
    """Basic plan: people a bot may write to."""
    messages: int = 3000
    """Basic plan: messages a month."""


class ApiError(Exception):
    """An error answer of the platform."""

    def __init__(self, code: int, description: str, key: str = "error_code") -> None:
        super().__init__(description)
        self.code, self.description, self.key = code, description, key
