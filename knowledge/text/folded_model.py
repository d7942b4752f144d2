"""How well de-accented syllables go together: a small table for reading unclear questions."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from knowledge.lexicon import NUMBER, SENTENCE_END, SENTENCE_START, Lexicon, load_lexicon
from knowledge.text.glossary import load_glossary

# Rows and columns of the table: all Vietnamese syllables (1,706) and the commonest foreign words; 4 MB of bytes.
TABLE_SIZE = 2048
# Fitting scores are kept as bytes: value = (byte - ZERO) / STEPS, clipped to what one byte holds.
STEPS = 16.0
ZERO = 80
SMOOTHING = 2.0  # added to both seen and expected pair counts, so that a rare pair says little
# Log probability of a token never counted: the longer, the less likely that it is right as it stands.
_UNKNOWN_LOG, _UNKNOWN_LOG_PER_LETTER = -8.0, -2.0
FIELD_WORD_LOG = -10.0  # a name or foreign word of this field (vneid, otp): commoner here than in the news counted
KNOWN_FOREIGN = 50  # a foreign word met this often is spelt as it should be
NO_FIT = 0.0
_FIT_OF_BYTE = tuple((byte - ZERO) / STEPS for byte in range(256))


@dataclass(frozen=True)
class FoldedModel:
    """Ids, log probabilities and fits of de-accented Vietnamese syllables (and the commonest foreign words)."""

    ids: dict[str, int]
    logs: list[float]
    fits: bytes
    vietnamese: frozenset[str]
    foreign: dict[str, float]
    """Log probabilities of names and foreign words known to be spelt right."""

    def log(self, folded: str) -> float:
        """Natural log of a syllable's share of running text."""
        index = self.id(folded)
        if index >= 0:
            return self.logs[index]
        known = self.foreign.get(folded)
        return _UNKNOWN_LOG + _UNKNOWN_LOG_PER_LETTER * len(folded) if known is None else known

    def fit(self, left: int, right: int) -> float:
        """Pointwise mutual information of two neighbours by id; 0 when either is unknown (-1)."""
        if left < 0 or right < 0:
            return NO_FIT
        return _FIT_OF_BYTE[self.fits[left * len(self.logs) + right]]

    def followed(self, scores: Sequence[float], lefts: Sequence[int], right: int) -> Sequence[float]:
        """Each score with the fit of its last syllable (``lefts``) to the next one; in one go, for speed."""
        if right < 0:
            return scores
        fits, size = self.fits, len(self.logs)
        return [
            score + _FIT_OF_BYTE[fits[left * size + right]] if left >= 0 else score
            for score, left in zip(scores, lefts, strict=True)
        ]

    def id(self, folded: str) -> int:
        """Id of a syllable, of any number, or -1."""
        if folded.isdigit():
            return self.ids[NUMBER]
        return self.ids.get(folded, -1)


def _kept(lexicon: Lexicon) -> list[str]:
    """De-accented forms the table covers."""
    vietnamese = (lexicon.folded[i] for i, mark in enumerate(lexicon.vietnamese) if mark)
    kept = dict.fromkeys([NUMBER, SENTENCE_START, SENTENCE_END, *vietnamese])
    for folded in lexicon.folded:
        if len(kept) == TABLE_SIZE:
            break
        if len(folded) > 1 and folded.isascii():
            kept[folded] = None
    return list(kept)


@lru_cache(maxsize=1)
def load_folded_model() -> FoldedModel:
    """The table made from the shipped lexicon; about 0.2 s once a process."""
    lexicon = load_lexicon()
    vietnamese = frozenset(lexicon.folded[i] for i, mark in enumerate(lexicon.vietnamese) if mark)
    kept = _kept(lexicon)
    ids = {folded: index for index, folded in enumerate(kept)}
    fold_ids = np.array([ids.get(folded, -1) for folded in lexicon.folded], dtype=np.int64)
    covered = fold_ids >= 0
    counts = np.bincount(fold_ids[covered], np.array(lexicon.counts, dtype=np.float64)[covered], len(kept))
    logs = np.log(np.maximum(counts, 1) / lexicon.total)
    fits = _fits(lexicon, fold_ids, counts.astype(np.float64))
    return FoldedModel(ids, logs.tolist(), fits, vietnamese, _foreign(lexicon, vietnamese))


def _foreign(lexicon: Lexicon, vietnamese: frozenset[str]) -> dict[str, float]:
    """Words that are not Vietnamese syllables but are no mistakes either."""
    counted = zip(lexicon.folded, lexicon.counts, strict=True)
    log_total = math.log(lexicon.total)
    foreign = {
        folded: math.log(count) - log_total
        for folded, count in counted
        if count >= KNOWN_FOREIGN and len(folded) > 1 and folded not in vietnamese
    }
    return foreign | dict.fromkeys(load_glossary().words, FIELD_WORD_LOG)


FITS_BLOCK = 64  # rows made at a time: all at once would take 100 MB for a moment


def _fits(lexicon: Lexicon, fold_ids: npt.NDArray[np.int64], counts: npt.NDArray[np.float64]) -> bytes:
    """A row of bytes per left syllable; small float types keep the building quick."""
    starts = np.frombuffer(lexicon.row_starts, dtype=np.uint32)
    lefts = fold_ids[np.repeat(np.arange(len(starts) - 1), np.diff(starts))]
    rights = fold_ids[np.frombuffer(lexicon.row_rights, dtype=np.uint16)]
    used = (lefts >= 0) & (rights >= 0)
    order = np.argsort(lefts[used], kind="stable")
    lefts, rights, pairs = lefts[used][order], rights[used][order], lexicon.pair_counts()[used][order]
    size = len(counts)
    share = (counts / lexicon.total).astype(np.float32)
    levels = np.empty((size, size), dtype=np.uint8)
    for first in range(0, size, FITS_BLOCK):
        block = slice(first, min(first + FITS_BLOCK, size))
        inside = slice(*np.searchsorted(lefts, (block.start, block.stop)))
        rows = block.stop - block.start
        places = (lefts[inside] - first) * size + rights[inside]
        seen = np.bincount(places, pairs[inside], rows * size).astype(np.float32) + np.float32(SMOOTHING)
        expected = np.outer(counts[block].astype(np.float32), share).ravel() + np.float32(SMOOTHING)
        fits = np.log(seen / expected)
        levels[block] = np.clip(np.rint(fits * STEPS) + ZERO, 0, 255).reshape(rows, size)
    return levels.tobytes()
