"""What the tests of the benchmarks of delivery share."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def indexes(shipped_index: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of indexes as a data folder holds it."""
    folder = tmp_path_factory.mktemp("indexes")
    shutil.copytree(shipped_index, folder / shipped_index.name)
    (folder / "current").write_text(shipped_index.name, encoding="utf-8")
    return folder
