"""A small encoder and made-up passages for tests of the index and of answers."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np

from knowledge.text import lexical_tokens


class HashingEncoder:
    """Adds up a fixed random direction for each token: no training, the same in every process."""

    name = "hashing"
    dimension = 128

    def __init__(self, fingerprint: str = "hashing-128") -> None:
        self.fingerprint = fingerprint
        self._directions: dict[str, np.ndarray] = {}

    def encode_queries(self, texts: Sequence[str]) -> np.ndarray:
        rows = np.stack([self._vector(text) for text in texts])
        lengths = np.linalg.norm(rows, axis=1, keepdims=True)
        return (rows / np.where(lengths == 0, 1, lengths)).astype(np.float32)

    encode_passages = encode_queries

    def _vector(self, text: str) -> np.ndarray:
        total = np.zeros(self.dimension, np.float32)
        for token in lexical_tokens(text):
            if token not in self._directions:
                seed = zlib.crc32(token.encode())
                self._directions[token] = np.random.default_rng(seed).standard_normal(self.dimension)
            total += self._directions[token]
        return total
