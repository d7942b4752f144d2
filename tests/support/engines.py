"""One cache of compiled SQL a process: every test has a database, and so an engine, of its own, and would compile each
statement anew, which took a seventh of the tests' time.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy
from sqlalchemy import Engine

from bot.store import database

_first: dict[type, Engine] = {}


def create_engine(url: str, **options: Any) -> Engine:
    """An engine that compiles with the dialect, and into the cache, of the first of its kind that has connected."""
    engine = sqlalchemy.create_engine(url, **options)
    first = _first.get(type(engine.dialect))
    if first is None or first.dialect.server_version_info is None:
        _first[type(engine.dialect)] = engine
    else:
        engine.dialect = engine.pool._dialect = first.dialect
        engine._compiled_cache = first._compiled_cache
    return engine


def pytest_configure() -> None:
    """From the first engine on."""
    database.create_engine = create_engine
