"""Counts of three syllables in a row, from laws and encyclopaedia articles: counts only, no text.

``trigrams.npz``: ``contexts`` (``left << 16 | middle``, ascending), ``totals`` (level of the context's count),
``starts`` (first entry of each context), ``rights`` and ``levels``; ids are those of knowledge.lexicon, a level is
``round(ln(count) * LEVELS_PER_LOG)``.
"""

from __future__ import annotations

import math
from array import array
from bisect import bisect_left
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from knowledge.lexicon import LEVELS_PER_LOG

TRIGRAMS_FILE = Path(__file__).parent / "trigrams.npz"
COUNT_OF_LEVEL = [math.exp(level / LEVELS_PER_LOG) for level in range(256)]


@dataclass(frozen=True, slots=True)
class Trigrams:
    """Counts of a syllable after two others."""

    contexts: array[int]
    totals: bytes
    starts: array[int]
    rights: array[int]
    levels: bytes

    def context(self, left: int, middle: int) -> tuple[int, int, float] | None:
        """First and last entry of a context and its count; None when the context is not stored.

        The count takes in followers too rare to be stored.
        """
        key = left << 16 | middle
        position = bisect_left(self.contexts, key)
        if position == len(self.contexts) or self.contexts[position] != key:
            return None
        return self.starts[position], self.starts[position + 1], COUNT_OF_LEVEL[self.totals[position]]

    def count(self, start: int, end: int, right: int) -> float:
        """The count of ``right`` among the entries ``start`` to ``end`` of a context."""
        position = bisect_left(self.rights, right, start, end)
        if position == end or self.rights[position] != right:
            return 0.0
        return COUNT_OF_LEVEL[self.levels[position]]

    def stored(self, start: int, end: int) -> float:
        """The counts of a context's stored followers together."""
        return sum(COUNT_OF_LEVEL[level] for level in self.levels[start:end])


@lru_cache(maxsize=1)
def load_trigrams(path: Path = TRIGRAMS_FILE) -> Trigrams:
    """The shipped counts; read once a process."""
    with np.load(path, allow_pickle=False) as stored:
        return Trigrams(
            contexts=array("Q", stored["contexts"].astype(np.uint64).tobytes()),
            totals=stored["totals"].tobytes(),
            starts=array("Q", stored["starts"].astype(np.uint64).tobytes()),
            rights=array("H", stored["rights"].astype(np.uint16).tobytes()),
            levels=stored["levels"].tobytes(),
        )
