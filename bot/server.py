"""The application behind its port."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from aiohttp import web

if TYPE_CHECKING:
    from bot.app import Application

STOP_SECONDS = 3.0  # together with the next within the 5 s a stop may take
SHUTDOWN_SECONDS = 1.0


class Server:
    """The application behind its port."""

    def __init__(self, application: Application) -> None:
        self._application = application
        self._runner: web.AppRunner | None = None

    async def start(self) -> int:
        """Listen, then start the parts; returns the port. Raises OSError when the port is taken."""
        settings = self._application.settings
        self._runner = web.AppRunner(
            self._application.web_application(), access_log=None, shutdown_timeout=SHUTDOWN_SECONDS
        )
        await self._runner.setup()
        site = web.TCPSite(self._runner, settings.host, settings.port)
        await site.start()
        await self._application.start()
        return int(self._runner.addresses[0][1])

    async def stop(self) -> None:
        """Within 5 s, losing nothing: what is not finished lies in the inbox and outbox."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._application.stop(), STOP_SECONDS)
        if self._runner:
            await self._runner.cleanup()
