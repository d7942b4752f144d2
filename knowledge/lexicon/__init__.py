"""Vietnamese syllables and their neighbours, counted: the shared language knowledge of search and repair.

``syllables.txt.gz``: a line a syllable, ``syllable count mark``, most frequent first; its line number is its id.
``mark`` is ``v`` for a Vietnamese syllable, ``-`` for names, foreign words and abbreviations seen in text.
``pairs.npz``: ``starts`` (first entry of each left id), ``rights`` (right ids, ascending in a row), ``levels``
(``round(ln(count) * LEVELS_PER_LOG)``). ``<s>`` and ``</s>`` are sentence edges, ``<n>`` is any number.
"""

from __future__ import annotations

import gzip
import math
from array import array
from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

FOLDER = Path(__file__).parent
SYLLABLES_FILE = "syllables.txt.gz"
PAIRS_FILE = "pairs.npz"
LEVELS_PER_LOG = 16  # a count fits one byte within 3 %; the largest, e^15.9, is eight million
VIETNAMESE_MARK = "v"
NUMBER, SENTENCE_START, SENTENCE_END = "<n>", "<s>", "</s>"


@dataclass(frozen=True)
class Lexicon:
    """Counts of syllables and of adjacent pairs; ids are positions in ``syllables``."""

    syllables: list[str]
    counts: list[int]
    vietnamese: bytearray
    row_starts: array[int]
    row_rights: array[int]
    row_levels: bytes

    @cached_property
    def ids(self) -> dict[str, int]:
        """Id of each accented, lower-case syllable."""
        return {syllable: index for index, syllable in enumerate(self.syllables)}

    @cached_property
    def total(self) -> int:
        """Syllables counted."""
        return sum(self.counts)

    @cached_property
    def folded(self) -> list[str]:
        """Each syllable without diacritics."""
        from knowledge.text.characters import strip_diacritics  # knowledge.text reads this lexicon itself

        return strip_diacritics("\n".join(self.syllables)).split("\n")

    @cached_property
    def by_folded(self) -> dict[str, list[int]]:
        """Ids of the syllables that share a de-accented form, most frequent first."""
        groups: defaultdict[str, list[int]] = defaultdict(list)
        for index, folded in enumerate(self.folded):
            groups[folded].append(index)
        return dict(groups)

    def pair_count(self, left: int, right: int) -> float:
        """How often ``right`` followed ``left`` (within 3 %); 0 when never seen."""
        start, end = self.row_starts[left], self.row_starts[left + 1]
        position = bisect_left(self.row_rights, right, start, end)
        if position == end or self.row_rights[position] != right:
            return 0.0
        return math.exp(self.row_levels[position] / LEVELS_PER_LOG)

    def pair_counts(self) -> npt.NDArray[np.float64]:
        """The counts of all stored pairs, row after row."""
        return np.exp(np.frombuffer(self.row_levels, dtype=np.uint8) / LEVELS_PER_LOG)


@lru_cache(maxsize=1)
def load_lexicon(folder: Path = FOLDER) -> Lexicon:
    """The shipped lexicon; read once a process."""
    with gzip.open(folder / SYLLABLES_FILE, "rt", encoding="utf-8") as lines:
        fields = lines.read().split()
    with np.load(folder / PAIRS_FILE, allow_pickle=False) as stored:
        starts, rights, levels = stored["starts"], stored["rights"], stored["levels"]
    return Lexicon(
        syllables=fields[0::3],
        counts=[int(count) for count in fields[1::3]],
        vietnamese=bytearray(mark == VIETNAMESE_MARK for mark in fields[2::3]),
        row_starts=array("I", starts.astype(np.uint32).tobytes()),
        row_rights=array("H", rights.astype(np.uint16).tobytes()),
        row_levels=levels.astype(np.uint8).tobytes(),
    )
