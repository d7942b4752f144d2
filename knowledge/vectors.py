"""Dense search: vectors of passages and of their questions in a FAISS index mapped from disk.

Rows with the same text share a vector: the same question is asked of every ward's plan. FAISS scans copies in eight
bits, a quarter in size and several times as fast; the best of them get their exact cosines. What eight bits may hide
is bounded, so it is known whether a vector that was left out could be among those asked for; if so, more are looked at.

Among many vectors most of the time goes into reading them. Then those that every ward shares are scanned as sketches
of four bits a component, which is several times as fast again, and only those of one ward alone in eight bits. What
a sketch hides is not bounded but measured (SKETCH_LOOK).
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import faiss
import numpy as np

from knowledge.arrays import mapped

SCAN_FILE = "vectors.faiss"
EXACT_FILE = "vectors.npy"
# So many vectors are kept as they are; of more (a gigabyte a million) the eight bits must do, a thousandth off.
EXACT_VECTORS = 50_000
SCAN_SCALE_FILE = "vectors_scale.npy"  # codes of a component of one, and the longest distance of a vector to its codes
SKETCH_FILE = "vectors_sketch.faiss"
SKETCHED_FILE = "vectors_sketched.npy"  # the vector of each sketch
SKETCHED_FROM = 20_000  # vectors; below, what ships for instance, a scan of all takes 0.3 ms and is exact
SKETCH_BITS = 4
SKETCH_SAMPLE = 1024  # vectors that the levels of each component are learnt from; more made no difference
# Times as many of the sketches are looked at. For 300 held-out questions among 27,000 and among 279,000 vectors, all
# of the best 100 were there.
SKETCH_LOOK = 2
ROWS_FILE = "vector_rows.npy"
STARTS_FILE = "vector_row_starts.npy"
LARGEST_CODE = 127  # of a signed byte
BLOCK = 16_384  # vectors brought to eight bits at a time
# So many times the rows asked for are looked at first: it proves enough for 98 of 100 questions.
FIRST_LOOK = 2
NEXT_LOOK = 4  # times as many as the time before
# Times the rows asked for, at most: where so many are equally near, it is chance which come first.
WIDEST_LOOK = 32
FEW_VECTORS = 500  # a ward's own, for instance; comparing them takes less time than a scan of all that leaves out most

# A question is one vector: a second thread has nothing to do, but all would wait until it was woken.
faiss.omp_set_num_threads(1)


@dataclass(frozen=True, slots=True)
class Inside:
    """The part of an index that is searched: bitmaps of the vectors to be scanned and of rows, and what FAISS takes.

    FAISS reads the first bitmap where it lies: the three stay together.
    """

    vectors: np.ndarray
    rows: np.ndarray
    parameters: faiss.SearchParameters
    few: np.ndarray | None
    """The vectors to be scanned where they are so few that all of them may as well be compared exactly."""


def write_vectors(
    folder: Path, batches: Iterable[np.ndarray], dimension: int, places: np.ndarray, owners: np.ndarray
) -> None:
    """Writes the distinct vectors (batches of them, in order).

    ``places`` gives the vector of each row, ``owners`` the number of the ward it belongs to, -1 where to none.
    """
    count = int(places.max()) + 1 if len(places) else 0
    largest = 0.0
    with (folder / EXACT_FILE).open("wb") as file:
        header = {"descr": "<f4", "fortran_order": False, "shape": (count, dimension)}
        np.lib.format.write_array_header_1_0(file, header)
        for batch in batches:
            largest = max(largest, float(np.abs(batch).max(initial=0.0)))
            file.write(np.ascontiguousarray(batch, "<f4").tobytes())
    _write_scan(folder, dimension, LARGEST_CODE / largest if largest else 1.0)
    if count >= SKETCHED_FROM:
        _write_sketch(folder, dimension, np.flatnonzero(_shared(places, owners, count)))
    if count > EXACT_VECTORS:
        (folder / EXACT_FILE).unlink()
    order = np.argsort(places, kind="stable").astype(np.int32)
    np.save(folder / ROWS_FILE, order)
    np.save(folder / STARTS_FILE, np.searchsorted(places[order], np.arange(count + 1)).astype(np.int64))


def _write_scan(folder: Path, dimension: int, scale: float) -> None:
    exact = mapped(folder / EXACT_FILE)
    kind = faiss.ScalarQuantizer.QT_8bit_direct_signed
    scan = faiss.IndexScalarQuantizer(dimension, kind, faiss.METRIC_INNER_PRODUCT)
    distance = 0.0
    for first in range(0, len(exact), BLOCK):
        block = exact[first : first + BLOCK]
        codes = np.rint(block * np.float32(scale))
        distance = max(distance, float(np.linalg.norm(block - codes / np.float32(scale), axis=1).max()))
        scan.add(codes)
    faiss.write_index(scan, str(folder / SCAN_FILE))
    np.save(folder / SCAN_SCALE_FILE, np.asarray([scale, distance]))


def _shared(places: np.ndarray, owners: np.ndarray, count: int) -> np.ndarray:
    """Which vectors are not those of one ward alone."""
    least, most = np.full(count, np.iinfo(np.int64).max), np.full(count, -1)
    np.minimum.at(least, places, owners)
    np.maximum.at(most, places, owners)
    return (most < 0) | (least < most)


def _write_sketch(folder: Path, dimension: int, shared: np.ndarray) -> None:
    exact = mapped(folder / EXACT_FILE)
    sketch = faiss.IndexPQFastScan(dimension, dimension, SKETCH_BITS, faiss.METRIC_INNER_PRODUCT)
    sketch.train(exact[shared[:: max(1, len(shared) // SKETCH_SAMPLE)]])
    for first in range(0, len(shared), BLOCK):
        sketch.add(exact[shared[first : first + BLOCK]])
    faiss.write_index(sketch, str(folder / SKETCH_FILE))
    np.save(folder / SKETCHED_FILE, shared.astype(np.int32))


class VectorIndex:
    """A written index, opened for reading; safe to use from several threads."""

    def __init__(self, folder: Path, places: np.ndarray) -> None:
        """``places`` gives the vector of each row, as when it was written."""
        self._scan = faiss.read_index(str(folder / SCAN_FILE), faiss.IO_FLAG_MMAP_IFC)
        self._scale, self._distance = np.load(folder / SCAN_SCALE_FILE).tolist()
        self._exact = mapped(folder / EXACT_FILE) if self.count <= EXACT_VECTORS else None
        sketched = self.count >= SKETCHED_FROM
        self._sketch = faiss.read_index(str(folder / SKETCH_FILE)) if sketched else None
        self._sketched = mapped(folder / SKETCHED_FILE) if sketched else np.empty(0, np.int32)
        self._places = places
        self._everything = self.part(np.ones(len(places), bool)) if sketched else None
        self._rows = mapped(folder / ROWS_FILE)
        self._starts = mapped(folder / STARTS_FILE)

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return int(self._scan.d)

    @property
    def count(self) -> int:
        """How many distinct vectors it holds."""
        return int(self._scan.ntotal)

    @property
    def rows(self) -> int:
        """How many rows it holds; equal ones share a vector."""
        return len(self._places)

    def part(self, mask: np.ndarray) -> Inside:
        """What ``search`` takes to look at some rows only, given by one boolean a row."""
        vectors = np.zeros(self.count, bool)
        vectors[self._places[mask]] = True
        vectors[self._sketched] = False
        bits = np.packbits(vectors, bitorder="little")
        parameters = faiss.SearchParameters(sel=faiss.IDSelectorBitmap(len(vectors), faiss.swig_ptr(bits)))
        few = np.flatnonzero(vectors) if np.count_nonzero(vectors) <= FEW_VECTORS else None
        return Inside(bits, np.packbits(mask, bitorder="little"), parameters, few)

    def search(self, vector: np.ndarray, limit: int, inside: Inside | None) -> tuple[np.ndarray, np.ndarray]:
        """The nearest rows and their cosines, best first; of equally near ones those that come first."""
        if not self.count:
            return np.empty(0, np.int64), np.empty(0, np.float32)
        look = limit * FIRST_LOOK
        while True:
            found, next_best = self._scan_best(vector, min(look, self.count), inside or self._everything)
            sketched = self._sketched_best(vector, look * SKETCH_LOOK)
            seen_all = len(found) < look and len(sketched) == len(self._sketched)
            found = np.sort(np.concatenate([found, sketched]))
            cosines = self.cosines(vector, found)
            order = np.argsort(-cosines, kind="stable")
            rows, near = self._expand(found[order], cosines[order], limit, inside)
            if seen_all or look >= limit * WIDEST_LOOK or (len(near) == limit and near[-1] >= next_best):
                return rows, near
            look *= NEXT_LOOK

    def cosines(self, vector: np.ndarray, vectors: np.ndarray) -> np.ndarray:
        """The cosines of a question with some of the distinct vectors."""
        vector, vectors = np.ascontiguousarray(vector, np.float32), np.ascontiguousarray(vectors, np.int64)
        if self._exact is None:
            coded: np.ndarray = self._scan.reconstruct_batch(vectors) @ vector / np.float32(self._scale)
            return coded
        cosines = np.empty(len(vectors), np.float32)
        # As the rows times the vector, but without copying the rows together first.
        faiss.fvec_inner_products_by_idx(
            *map(faiss.swig_ptr, (cosines, vector, self._exact, vectors)), self.dimension, 1, len(vectors)
        )
        return cosines

    def _scan_best(self, vector: np.ndarray, count: int, inside: Inside | None) -> tuple[np.ndarray, float]:
        """The vectors whose codes are nearest, and the highest cosine that one left out may have."""
        if inside is not None and inside.few is not None:
            return inside.few, -1.0
        largest = float(np.abs(vector).max())
        scale = np.float32(LARGEST_CODE / largest if largest else 1.0)
        codes = np.rint(vector * scale)
        read = codes / scale
        left = vector - read
        unsure = math.sqrt(left @ left) + math.sqrt(read @ read) * self._distance
        parameters = None if inside is None else inside.parameters
        scores, found = self._scan.search(codes[None, :], count, params=parameters)
        known = found[0] >= 0
        return found[0][known], float(scores[0, -1]) / (self._scale * float(scale)) + unsure

    def _sketched_best(self, vector: np.ndarray, count: int) -> np.ndarray:
        """The vectors whose sketches are nearest, in any part of the index: those of another are left out later."""
        if self._sketch is None:
            return self._sketched
        _, found = self._sketch.search(vector[None, :], min(count, len(self._sketched)))
        vectors: np.ndarray = self._sketched[found[0]]
        return vectors

    def _expand(
        self, vectors: np.ndarray, cosines: np.ndarray, limit: int, inside: Inside | None
    ) -> tuple[np.ndarray, np.ndarray]:
        """The rows of some vectors and their cosines, at most ``limit``."""
        firsts, ends = self._starts[vectors], self._starts[vectors + 1]
        sizes = ends - firsts
        before = np.cumsum(sizes)
        places = np.arange(len(vectors) and before[-1]) + (ends - before).repeat(sizes)
        rows, near = self._rows[places], cosines.repeat(sizes)
        if inside is not None:
            kept = np.flatnonzero(inside.rows[rows >> 3] >> (rows & 7) & 1)[:limit]
            return rows[kept], near[kept]
        return rows[:limit], near[:limit]
