"""Dense search: vectors of passages and of their questions in a FAISS index mapped from disk."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import faiss
import numpy as np

# Exact vectors up to this many rows; above it 8-bit ones, which are a quarter in size and as fast to scan.
EXACT_ROWS = 50_000
TRAINING_ROWS = 20_000  # enough to learn the range of each dimension
TRAINING_SEED = 7


def write_vectors(path: Path, batches: Iterable[np.ndarray], dimension: int, rows: int) -> None:
    """Writes the vectors (batches of rows, in order) as a FAISS index for inner products."""
    if rows <= EXACT_ROWS:
        index: faiss.Index = faiss.IndexFlatIP(dimension)
        for batch in batches:
            index.add(batch)
    else:
        index = faiss.IndexScalarQuantizer(dimension, faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_INNER_PRODUCT)
        _add_quantised(index, batches)
    faiss.write_index(index, str(path))


def _add_quantised(index: faiss.Index, batches: Iterable[np.ndarray]) -> None:
    """Trains on the first rows, then adds everything."""
    held: list[np.ndarray] = []
    count = 0
    for batch in batches:
        if index.is_trained:
            index.add(batch)
            continue
        held.append(batch)
        count += len(batch)
        if count >= TRAINING_ROWS:
            index.train(np.concatenate(held))
            for kept in held:
                index.add(kept)
    if not index.is_trained:
        rows = np.concatenate(held)
        index.train(rows)
        index.add(rows)


class VectorIndex:
    """A written index, opened for reading; safe to use from several threads."""

    def __init__(self, path: Path) -> None:
        self._index = faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC)
        self._exact: np.ndarray | None = None
        if isinstance(self._index, faiss.IndexFlat):
            values = faiss.rev_swig_ptr(self._index.get_xb(), self.rows * self.dimension)
            self._exact = values.reshape(self.rows, self.dimension)

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return int(self._index.d)

    @property
    def rows(self) -> int:
        """How many vectors it holds."""
        return int(self._index.ntotal)

    def search(self, vector: np.ndarray, limit: int, inside: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
        """The nearest rows and their cosines, best first; ``inside`` is a bitmap of the rows to look at."""
        limit = min(limit, self.rows)
        if limit == 0:
            return np.empty(0, np.int64), np.empty(0, np.float32)
        if inside is None:
            scores, rows = self._index.search(vector[None, :], limit)
        else:
            selector = faiss.IDSelectorBitmap(self.rows, faiss.swig_ptr(inside))
            parameters = self._parameters(selector)
            scores, rows = self._index.search(vector[None, :], limit, params=parameters)
        found = rows[0] >= 0
        return rows[0][found], scores[0][found]

    def cosines(self, vector: np.ndarray, first: int, last: int) -> np.ndarray:
        """The cosines of a range of rows."""
        rows = self._exact[first:last] if self._exact is not None else self._index.reconstruct_n(first, last - first)
        cosines: np.ndarray = rows @ vector
        return cosines

    def _parameters(self, selector: faiss.IDSelector) -> faiss.SearchParameters:
        return faiss.SearchParameters(sel=selector)


def bitmap(mask: np.ndarray) -> np.ndarray:
    """The bitmap that ``search`` takes, from one boolean a row."""
    return np.packbits(mask, bitorder="little")
