"""How alike two texts are: shared three-letter pieces after normalising. Finds repeated questions and cards."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence

_SEPARATORS = re.compile(r"[\W_]+")
PIECE = 3  # letters; shorter pieces are shared by all Vietnamese, longer ones miss small changes of wording


def normalised(text: str) -> str:
    """Small letters in one Unicode form, words parted by single spaces, no punctuation."""
    return _SEPARATORS.sub(" ", unicodedata.normalize("NFC", text).casefold()).strip()


def pieces(text: str) -> frozenset[str]:
    """The set of three-letter pieces of a normalised text."""
    padded = f" {normalised(text)} "
    return frozenset(padded[start : start + PIECE] for start in range(len(padded) - PIECE + 1))


def alike(texts: Sequence[str], limit: float) -> Iterator[tuple[int, int, float]]:
    """Pairs (first, second, likeness) of texts that share at least ``limit`` (0..1) of their pieces."""
    sets = [pieces(text) for text in texts]
    for second, pieces_of_second in enumerate(sets):
        for first in range(second):
            smaller, larger = sorted((len(sets[first]), len(pieces_of_second)))
            if smaller < limit * larger:
                continue
            shared = len(sets[first] & pieces_of_second)
            likeness = shared / (smaller + larger - shared)
            if likeness >= limit:
                yield first, second, likeness
