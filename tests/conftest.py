"""What every test may use: a PostgreSQL server, a browser; and nothing is skipped in silence."""

from __future__ import annotations

import gc
from collections.abc import Generator

import pytest
from argon2 import PasswordHasher

from bot.staff import accounts
from tests.support import needs

pytest_plugins = [
    "tests.support.by_file",
    "tests.support.engines",
    "tests.support.memory",
    "tests.support.postgres",
    "tests.support.browser",
    "tests.support.database",
    "tests.support.house",
    "tests.support.staff_browser",
]


def pytest_configure() -> None:
    """Collect garbage seldom: a test process holds material and lexicon, and walking them takes a tenth of its time."""
    gc.set_threshold(100_000, 50, 1000)


def pytest_unconfigure() -> None:
    """Look through memory once: pytest and Python's own end would each do so again, seconds every worker."""
    gc.collect()
    gc.freeze()


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip, with the way to get it, a test whose marker names something this machine lacks."""
    for marker in needs.NEEDS:
        if item.get_closest_marker(marker):
            needs.require(marker)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Where everything is required, a skipped test that bears one of the markers has failed."""
    report = yield
    marked = any(item.get_closest_marker(marker) for marker in needs.NEEDS)
    if report.skipped and marked and needs.require_all() and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped although BDHVS_REQUIRE_ALL=1: {report.longrepr}"
    return report


@pytest.fixture(scope="session", autouse=True)
def cheap_password_hashes() -> None:
    """Hundreds of accounts are made for tests: the same hash with less work, which it states itself."""
    accounts._hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
