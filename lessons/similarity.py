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
    sets = _as_bits([pieces(text) for text in texts])
    for second, (of_second, size) in enumerate(sets):
        for first, (of_first, size_of_first) in enumerate(sets[:second]):
            if min(size, size_of_first) < limit * max(size, size_of_first):
                continue
            shared = (of_first & of_second).bit_count()
            likeness = shared / (size + size_of_first - shared)
            if likeness >= limit:
                yield first, second, likeness


def _as_bits(sets: Sequence[frozenset[str]]) -> list[tuple[int, int]]:
    """Each set with a bit a piece, and its size: numbers are compared ten times as quickly as sets of strings."""
    bits = {piece: 1 << place for place, piece in enumerate(frozenset().union(*sets))}
    return [(sum(bits[piece] for piece in one), len(one)) for one in sets]
