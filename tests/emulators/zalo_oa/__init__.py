"""An emulated Zalo Official Account API. It imports nothing of the bot, so the two cannot share a mistake."""

from .emulator import ZaloOaEmulator
from .state import Credentials, Person, SentMessage, Switches

__all__ = ["Credentials", "Person", "SentMessage", "Switches", "ZaloOaEmulator"]
