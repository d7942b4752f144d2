"""Work that is done again and again while the program runs."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

log = logging.getLogger(__name__)

Job = Callable[[], Awaitable[object]]


async def every(name: str, seconds: float, job: Job) -> None:
    """Do a job again and again, whatever becomes of it: one that ended would not come back before a restart.

    What keeps failing is logged once, and once more when it works again.
    """
    failed = False
    while True:
        await asyncio.sleep(seconds)
        try:
            await job()
        except Exception:
            if not failed:
                log.exception("%s failed; it is tried again every %g s", name, seconds)
            failed = True
        else:
            if failed:
                log.warning("%s: it works again", name)
            failed = False
