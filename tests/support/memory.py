"""Temporary files of a run in memory: hundreds of databases are made, each gone a second later."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import pytest

MEMORY = Path("/dev/shm")  # Linux keeps it in memory; containers often give it 64 MB only
ROOM_BYTES = 2 * 1024**3  # several times what a run holds at once
FOLDER = pytest.StashKey[Path]()


@pytest.hookimpl(tryfirst=True)  # the other plugins make temporary folders
def pytest_configure(config: pytest.Config) -> None:
    """Choose the place; whoever names one by TMPDIR or --basetemp has chosen. Parallel workers inherit it."""
    chosen = hasattr(config, "workerinput") or "TMPDIR" in os.environ or config.option.basetemp
    if chosen or not MEMORY.is_dir() or shutil.disk_usage(MEMORY).free < ROOM_BYTES:
        return
    folder = config.stash[FOLDER] = Path(tempfile.mkdtemp(prefix="bdhvs-tests-", dir=MEMORY))
    folder.chmod(0o755)  # PostgreSQL's own account must reach its folder below
    os.environ["TMPDIR"] = str(folder)
    tempfile.tempdir = None  # was looked up already


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """Give the memory back."""
    if (folder := config.stash.get(FOLDER, None)) is not None:
        del os.environ["TMPDIR"]
        tempfile.tempdir = None
        shutil.rmtree(folder, ignore_errors=True)
