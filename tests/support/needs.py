"""What some tests need of the machine, whether it is there, and the one line that says how to get it."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "scripts"))  # the set-up scripts are no package: they run before anything is installed

from machine import chromium_path, postgres_folder, require_all, scan_path, speech_path  # noqa: E402

__all__ = ["NEEDS", "ROOT", "chromium_path", "postgres_folder", "require", "require_all"]


def _has_transformers() -> bool:
    return all(importlib.util.find_spec(name) for name in ("sentence_transformers", "torch"))


NEEDS: dict[str, tuple[Callable[[], object], str]] = {
    "postgres": (postgres_folder, "needs PostgreSQL's server programs: sudo apt-get install -y postgresql"),
    "browser": (chromium_path, "needs Chromium: sudo apt-get install -y chromium-headless-shell fonts-dejavu-core"),
    "speech": (speech_path, "needs espeak-ng: sudo apt-get install -y espeak-ng"),
    "scans": (scan_path, "needs Tesseract with Vietnamese: sudo apt-get install -y tesseract-ocr tesseract-ocr-vie"),
    "transformers": (_has_transformers, 'needs sentence-transformers: make setup EXTRAS="test transformers"'),
    "network": (require_all, "asks the package index: BDHVS_REQUIRE_ALL=1 make test"),
}


def require(need: str) -> None:
    """Skip the running test when the machine lacks ``need``; fail it where everything is required."""
    has, remedy = NEEDS[need]
    if has():
        return
    if require_all():
        pytest.fail(f"BDHVS_REQUIRE_ALL=1, but this {remedy}", pytrace=False)
    pytest.skip(remedy)
