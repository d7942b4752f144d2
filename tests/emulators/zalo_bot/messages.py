"""The bot's messages as their reader sees them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class SentMessage:
    """A message of the bot; ``kind`` is text or photo, ``photo`` its address."""

    chat_id: str
    message_id: str
    text: str
    kind: str = "text"
    photo: str = ""
