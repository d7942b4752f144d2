"""An emulated Zalo Bot Platform. It imports nothing of the bot, so the two cannot share a mistake."""

from .emulator import DEFAULT_TOKEN, ZaloBotEmulator
from .messages import SentMessage
from .switches import Idle, Switches

__all__ = ["DEFAULT_TOKEN", "Idle", "SentMessage", "Switches", "ZaloBotEmulator"]
