"""Jobs that are done again and again."""

from __future__ import annotations

import asyncio
import contextlib
import logging

import pytest

from bot.repeating import every


async def test_a_job_that_fails_is_tried_again_and_told_once(caplog: pytest.LogCaptureFixture) -> None:
    done: list[str] = []
    works = asyncio.Event()

    async def job() -> None:
        done.append("begun")
        if len(done) < 4:
            raise KeyError("nobody foresaw this")
        works.set()

    with caplog.at_level(logging.WARNING):
        task = asyncio.create_task(every("broadcasts", 0.0, job))
        await asyncio.wait_for(works.wait(), 10)
        await asyncio.sleep(0.01)
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
    said = [record.getMessage() for record in caplog.records]
    assert said == ["broadcasts failed; it is tried again every 0 s", "broadcasts: it works again"]
