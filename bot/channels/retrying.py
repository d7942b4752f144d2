"""How every channel bears trouble: it waits, says it once to the operator, and goes on."""

from __future__ import annotations

import asyncio
import logging
import random

from bot.channels.base import ChannelError, RetryAfterError, TokenRefusedError

# A dead line is tried at least this often.
LONGEST_PAUSE_SECONDS = 60.0
# A token stays refused until somebody changes it.
TOKEN_PAUSES = 60
# The program starts without a platform that cannot be reached this fast, and goes on trying.
START_WAIT_SECONDS = 5.0


def pause_after(error: ChannelError | None, failures: int, unit: float) -> float:
    """How long to wait after trouble, in seconds: what the platform asks, else doubling with some jitter."""
    if isinstance(error, RetryAfterError):
        return error.seconds
    if isinstance(error, TokenRefusedError):
        return TOKEN_PAUSES * unit
    return float(min(unit * 2 ** min(failures, 10), LONGEST_PAUSE_SECONDS) * random.uniform(0.8, 1.2))


class Trouble:
    """What keeps a channel's messages from flowing, in English for the operator; ``text`` is None while they flow."""

    def __init__(self, platform: str, log: logging.Logger) -> None:
        self.text: str | None = None
        self._platform = platform
        self._log = log

    def report(self, text: str | None) -> None:
        """Log a change, not its repetitions."""
        if text == self.text:
            return
        self.text = text
        if text is None:
            self._log.info("%s: messages flow again", self._platform)
        else:
            self._log.warning("%s: %s", self._platform, text)


async def started(task: asyncio.Task[None], connected: asyncio.Event, seconds: float) -> bool:
    """Whether the task connects, or goes on trying after ``seconds``; False when it ended with an error."""
    waiting = asyncio.create_task(connected.wait())
    await asyncio.wait({waiting, task}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    return not (task.done() and not task.cancelled() and task.exception() is not None)
