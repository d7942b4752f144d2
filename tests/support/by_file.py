"""Which parallel worker runs what: the longest tests first and each by itself, the others by file."""

from __future__ import annotations

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

# What takes longest: started last, it would run alone at the end.
BY_THEMSELVES = (
    "tests/house/test_code.py",
    "tests/house/test_serving.py",
    "tests/house/test_wheels.py",
    "tests/delivery/test_crashes.py",
    "tests/browser/",
    "tests/cli/test_command.py",
)
EARLY = (
    "tests/house/",
    "tests/delivery/test_broadcast_run.py",
    "tests/contest/test_chats.py",
    "tests/store/",
    "tests/staff/test_setup.py",
    "tests/staff/test_roles.py",
    "tests/knowledge/test_encoder_transformers.py",
    "tests/indexer/",
)


class ByFile(LoadScopeScheduling):
    """A file stays with one worker, which then reads its material once."""

    def _split_scope(self, nodeid: str) -> str:
        return nodeid if nodeid.startswith(BY_THEMSELVES) else nodeid.split("::", 1)[0]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByFile:
    """In the order of the collection, not the files with the most tests first."""
    config.option.loadscopereorder = False
    return ByFile(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest first."""
    items.sort(key=lambda item: (not item.nodeid.startswith(BY_THEMSELVES), not item.nodeid.startswith(EARLY)))
