"""The tests of the pages share one Chromium, so they run on the loop it was started on, and their servers too."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from knowledge.encoder import Encoder
from tests.support.house import House, houses


@pytest_asyncio.fixture(loop_scope="session")
async def house(
    tmp_path: Path, shipped_index: Path, encoder: Encoder, sqlite_database_url: str
) -> AsyncIterator[House]:
    """A server on SQLite."""
    async with houses(tmp_path, shipped_index, encoder) as start:
        yield await start(sqlite_database_url)
