"""Arrays mapped from disk."""

from __future__ import annotations

from pathlib import Path

import numpy as np


def mapped(path: Path) -> np.ndarray:
    """An array mapped from disk, as a plain array: memmap objects are slow to slice."""
    return np.asarray(np.load(path, mmap_mode="r")).view(np.ndarray)
