"""Where tokens stand in a sorted array of their hashes; what was looked up stays at hand."""

from __future__ import annotations

import zlib
from collections.abc import Collection

import numpy as np

UNKNOWN = -1
"""The place of a token that the array does not have."""
TOKENS_KEPT = 100_000  # forgotten all at once when more: about 12 MB


def token_hash(token: str) -> int:
    """The number (64 bits) a token is stored under: the same in every process, unlike ``hash``."""
    data = token.encode("utf-8")
    return zlib.crc32(data) << 32 | zlib.adler32(data)


class TokenPlaces:
    """Finds tokens in an array of hashes; safe to use from several threads."""

    def __init__(self, hashes: np.ndarray) -> None:
        """``hashes`` are those of all tokens, in order."""
        self._hashes = hashes
        self._kept: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._hashes)

    def of(self, tokens: Collection[str]) -> list[int]:
        """The place of each token, or UNKNOWN."""
        kept = self._kept
        if len(kept) > TOKENS_KEPT:
            kept = self._kept = {}  # another thread may still read the old one
        new = [token for token in tokens if token not in kept]
        if new:
            kept.update(zip(new, self._look_up(new), strict=True))
        return [kept[token] for token in tokens]

    def _look_up(self, tokens: Collection[str]) -> list[int]:
        if not len(self._hashes):
            return [UNKNOWN] * len(tokens)
        hashes = np.fromiter(map(token_hash, tokens), np.uint64, len(tokens))
        places = np.minimum(np.searchsorted(self._hashes, hashes), len(self._hashes) - 1)
        found: list[int] = np.where(self._hashes[places] == hashes, places, UNKNOWN).tolist()
        return found
