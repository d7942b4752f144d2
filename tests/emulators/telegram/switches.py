"""How the emulated server behaves, and the error a method answers with."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Switches:
    """Standing behaviour, changed at any time. By default a server at its best, without flood limits."""

    duplicate_every: int = 0
    """Every n-th update is delivered twice; 0 never."""
    reorder_every: int = 0
    """Every n-th update overtakes the one before it, if that one still waits; 0 never."""
    delay_seconds: float = 0.0
    """Before every answer but that of getUpdates."""
    limit_per_chat: bool = False
    """429 above 1 message a second in a private chat, 20 a minute in a group."""
    limit_overall: bool = False
    """429 above 30 messages a second."""
    slow_repeats: bool = False
    """getUpdates with the same offset within 3 s waits and gives one update, as the real server."""
    strict_webhook_address: bool = False
    """Take only https and ports 443, 80, 88, 8443, as the real server outside local mode."""
    webhook_retry_seconds: float = 1.0
    """First pause before a failed post is repeated; it doubles up to 60 times this."""
    clock_speed: float = 1.0
    """How many seconds of the server's clock pass in one: its limits are then counted by its clock."""
    validate: bool = True
    """Check every answer against the field table."""


class ApiError(Exception):
    """An error answer of the Bot API."""

    def __init__(self, status: int, description: str, retry_after: int | None = None) -> None:
        super().__init__(description)
        self.status, self.description, self.retry_after = status, description, retry_after

    def body(self) -> dict[str, object]:
        """The JSON of the answer."""
        body: dict[str, object] = {"ok": False, "error_code": self.status, "description": self.description}
        if self.retry_after is not None:
            body["parameters"] = {"retry_after": self.retry_after}
        return body


def bad_request(description: str) -> ApiError:
    """400 with the usual beginning."""
    return ApiError(400, f"Bad Request: {description}")
