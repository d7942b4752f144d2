"""Records of a file, read one by one where they stand."""

from __future__ import annotations

import threading
import weakref
from pathlib import Path

import numpy as np


class Records:
    """A file of records, open until this object goes; safe to use from several threads.

    It is read, not mapped: around each place that is looked at a map holds sixteen pages in memory, and questions of
    a day look nearly everywhere.
    """

    def __init__(self, path: Path, starts: np.ndarray) -> None:
        """``starts`` says where each record begins, and at last where the last one ends (bytes)."""
        self._file = path.open("rb", buffering=0)
        weakref.finalize(self, self._file.close)
        self.size = self._file.seek(0, 2)
        """Of the file, in bytes."""
        self._starts = starts
        self._reading = threading.Lock()

    def read(self, number: int) -> bytes:
        """The bytes of a record."""
        start, end = self._starts[number : number + 2].tolist()
        with self._reading:
            self._file.seek(start)
            return self._file.read(end - start)
