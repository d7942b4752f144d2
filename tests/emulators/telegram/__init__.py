"""An emulated Telegram Bot API server. It imports nothing of the bot, so the two cannot share a mistake."""

from tests.emulators.common import Call, Fault, FaultKind

from .chats import SentMessage
from .emulator import DEFAULT_TOKEN, TelegramEmulator
from .switches import Switches

__all__ = ["DEFAULT_TOKEN", "Call", "Fault", "FaultKind", "SentMessage", "Switches", "TelegramEmulator"]
