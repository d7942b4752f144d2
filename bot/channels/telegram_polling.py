"""Long polling that confirms an update only after it is stored.

python-telegram-bot's Updater queues updates in memory and confirms them with its next call: a crash in between
loses them. Here the offset moves after ``accept`` returned, so a crash at any moment brings them again.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from telegram.constants import PollingLimit
from telegram.error import Conflict, NetworkError, TelegramError

from bot.channels.base import StoreUnavailableError
from bot.channels.retrying import pause_after
from bot.channels.telegram_client import Client, channel_error
from bot.channels.telegram_updates import UPDATE_KINDS, update_id_of
from bot.channels.wire import JsonObject

log = logging.getLogger(__name__)

# The server holds a poll for at most 50 s; shorter, so that a dead line is noticed within a minute.
WAIT_SECONDS = 30
BATCH = int(PollingLimit.MAX_LIMIT)
# Two programs that retry a conflict at once would only take turns at cutting each other off.
CONFLICT_PAUSES = 10
# The confirmation at stop is a courtesy: without it the updates come again and the store knows them.
CONFIRM_SECONDS = 1.0

Accept = Callable[[list[JsonObject], datetime], Awaitable[None]]
Report = Callable[[str | None], None]


class Poller:
    """Asks for updates, hands them on, confirms them. ``report`` is told of trouble, and of None when it is over."""

    def __init__(self, client: Client, accept: Accept, report: Report, retry_seconds: float) -> None:
        self._client = client
        self._accept = accept
        self._report = report
        self._unit = retry_seconds
        self._offset: int | None = None

    async def run(self) -> None:
        """Poll until cancelled."""
        failures = 0
        while True:
            pause = await self._round(failures)
            failures = 0 if pause is None else failures + 1
            if pause is not None:
                await asyncio.sleep(pause)

    async def confirm(self) -> None:
        """Tell the server what is stored, at most for a second."""
        if self._offset is None:
            return
        try:
            async with asyncio.timeout(CONFIRM_SECONDS):
                await self._client.raw_updates(self._offset, 0, UPDATE_KINDS, limit=1)
        except (TelegramError, TimeoutError):
            log.info("the last updates could not be confirmed; they will come again and are known")

    async def _round(self, failures: int) -> float | None:
        """One poll; None when it went well, else the seconds to pause."""
        try:
            await self._poll()
        except Conflict as error:
            self._report(str(channel_error(error, self._client.token)))
            return CONFLICT_PAUSES * self._unit
        except TelegramError as error:
            failure = channel_error(error, self._client.token)
            self._report(str(failure))
            return pause_after(failure, failures, self._unit)
        except StoreUnavailableError:
            self._report("the inbox cannot store messages; they wait at Telegram")
            return pause_after(None, failures, self._unit)
        self._report(None)
        return None

    async def _poll(self) -> None:
        updates = await self._client.raw_updates(self._offset, WAIT_SECONDS, UPDATE_KINDS, BATCH)
        # After an empty answer everything is confirmed: asking on without an offset survives the random restart
        # of update ids that Telegram makes after a quiet week.
        if not updates:
            self._offset = None
            return
        numbers = [number for number in map(update_id_of, updates) if number is not None]
        if not numbers:
            raise NetworkError("updates without update_id")
        await self._accept(updates, datetime.now(UTC))
        self._offset = numbers[-1] + 1
