"""BM25 over syllables and pairs without marks, from arrays mapped from disk.

Exactly the same tokens are made of a text with and without diacritics, so a question typed without them loses
nothing. Two fields are searched: what a passage says with its headings, and the questions it answers. What a token
adds to the score of a passage is computed when the index is built: a search adds up a few arrays, which takes a third
of the time of a search engine where a scope leaves passages out.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np

from knowledge.arrays import mapped
from knowledge.token_places import UNKNOWN, TokenPlaces, token_hash

TERMS_FILE = "terms.npy"
STARTS_FILE = "term_starts.npy"
PASSAGES_FILE = "term_passages.npy"
SCORES_FILE = "term_scores.npy"  # as shares of the highest score that a token adds, in steps of _SCORE_STEPS
SCALES_FILE = "term_scales.npy"  # one such step of each token
COUNT_FILE = "passages.npy"
# Questions a passage answers are written the way residents write; a match there says more than one in the text.
# Fitted by `python -m indexer.evaluate fit` among 0.5, 1, 1.5, 2.
ASKED_WEIGHT = 1.0
# Readings are added to what was written, never in its place: an abbreviation read wrongly must not win.
READING_WEIGHT = 0.8
# Saturation of repeated words and influence of the length, as everywhere; the weights above were fitted with them.
SATURATION, LENGTH_SHARE = 1.2, 0.75
_SCORE_STEPS = np.iinfo(np.uint16).max  # half the memory of floats, and a hundred-thousandth off
_FIELDS = 2  # the text, and the questions
# Lengths are told apart exactly up to 40 tokens and then by their four highest bits, as Lucene does: a passage that is
# a little longer is no worse.
_EXACT_LENGTHS = 24
# So many blocks for each passage asked for: few passages of a block are read in vain, and few blocks are compared.
_BLOCKS_PER_FOUND = 5


def write_lexical(folder: Path, passages: Iterable[tuple[Sequence[str], Sequence[str]]]) -> None:
    """Writes an index of (tokens of the text, tokens of its questions), one pair a passage, in order."""
    folder.mkdir(parents=True, exist_ok=True)
    numbers: dict[str, int] = {}
    terms, owners, counts = array("Q"), array("I"), array("I")
    lengths: list[list[int]] = []
    for ordinal, fields in enumerate(passages):
        lengths.append([len(tokens) for tokens in fields])
        for field, tokens in enumerate(fields):
            counted = Counter(tokens)
            terms.extend([numbers.setdefault(token, len(numbers)) * _FIELDS + field for token in counted])
            owners.extend([ordinal] * len(counted))
            counts.extend(counted.values())
    hashes = np.fromiter(map(token_hash, numbers), np.uint64, len(numbers))
    order = np.argsort(hashes, kind="stable")
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    number = np.frombuffer(terms, np.uint64).astype(np.int64)
    found = place[number // _FIELDS] * _FIELDS + number % _FIELDS
    owner, count = np.frombuffer(owners, np.uint32), np.frombuffer(counts, np.uint32)
    sizes = np.bincount(found, minlength=len(order) * _FIELDS)
    scores = _scores(found, owner, count, sizes, np.asarray(lengths, np.int64).reshape(-1, _FIELDS))
    by_term = np.argsort(found, kind="stable")
    np.save(folder / TERMS_FILE, hashes[order])
    np.save(folder / STARTS_FILE, np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64))
    np.save(folder / PASSAGES_FILE, owner[by_term].astype(np.int32))
    highest = np.zeros(len(order), np.float32)
    np.maximum.at(highest, found // _FIELDS, scores)
    scales = np.maximum(highest / _SCORE_STEPS, np.finfo(np.float32).tiny)
    np.save(folder / SCORES_FILE, np.rint(scores / scales[found // _FIELDS]).astype(np.uint16)[by_term])
    np.save(folder / SCALES_FILE, scales)
    np.save(folder / COUNT_FILE, np.asarray(len(lengths)))


def _scores(
    terms: np.ndarray, owners: np.ndarray, counts: np.ndarray, sizes: np.ndarray, lengths: np.ndarray
) -> np.ndarray:
    """What each token (with its field) adds to the BM25 score of each passage that has it."""
    rarity = np.log1p((len(lengths) - sizes + 0.5) / (sizes + 0.5))
    mean = np.maximum(lengths.mean(axis=0), 1e-9) if len(lengths) else np.ones(_FIELDS)
    relative = _rounded(lengths) / mean
    norms = SATURATION * (1 - LENGTH_SHARE + LENGTH_SHARE * relative[owners, terms % _FIELDS])
    worth = rarity * (1 + SATURATION) * np.asarray([1.0, ASKED_WEIGHT])[np.arange(len(sizes)) % _FIELDS]
    scores: np.ndarray = (worth[terms] * counts / (counts + norms)).astype(np.float32)
    return scores


def _rounded(lengths: np.ndarray) -> np.ndarray:
    beyond = np.maximum(lengths - _EXACT_LENGTHS, 0)
    shift = np.maximum(np.floor(np.log2(np.maximum(beyond, 1))).astype(np.int64) - 3, 0)
    rounded: np.ndarray = np.minimum(lengths, _EXACT_LENGTHS) + (beyond >> shift << shift)
    return rounded


class LexicalIndex:
    """A written index, opened for reading; safe to use from several threads."""

    def __init__(self, folder: Path) -> None:
        terms, self._passages, self._scores = (
            mapped(folder / name) for name in (TERMS_FILE, PASSAGES_FILE, SCORES_FILE)
        )
        self._places = TokenPlaces(terms)
        self._starts, self._scales = mapped(folder / STARTS_FILE), mapped(folder / SCALES_FILE)
        self.count = int(np.load(folder / COUNT_FILE))
        """How many passages it holds."""

    def search(
        self, weights: Mapping[str, float], inside: np.ndarray | None, limit: int
    ) -> tuple[np.ndarray, np.ndarray]:
        """The best passages for weighted tokens: their ordinals and BM25 scores, best first.

        ``inside`` has a boolean a passage, whether it may be found; None for all.
        """
        scores = np.zeros(self.count, np.float32)
        for start, end, weight in self._postings(weights):
            np.add.at(scores, self._passages[start:end], self._scores[start:end] * weight)
        if inside is not None:
            scores *= inside
        found = _best(scores, limit)
        return found, scores[found]

    def _postings(self, weights: Mapping[str, float]) -> list[tuple[int, int, np.float32]]:
        """Where the passages of each token stand (those of both fields, one after the other), and its worth."""
        places = np.asarray(self._places.of(weights), np.int64)
        known = np.flatnonzero(places != UNKNOWN)
        places = places[known]
        worth = np.fromiter(weights.values(), np.float32, len(weights))[known] * self._scales[places]
        starts, ends = self._starts[places * _FIELDS], self._starts[(places + 1) * _FIELDS]
        return list(zip(starts.tolist(), ends.tolist(), worth, strict=True))


def _best(scores: np.ndarray, limit: int) -> np.ndarray:
    """The places of the ``limit`` highest scores above zero, best first; of equal ones the first."""
    least = _surely_reached(scores, limit)
    found = np.flatnonzero(scores >= least) if least > 0 else np.flatnonzero(scores)
    best: np.ndarray = found[np.argsort(-scores[found], kind="stable")[:limit]]
    return best


def _surely_reached(scores: np.ndarray, limit: int) -> float:
    """A score that at least ``limit`` passages reach: that many blocks of passages have one as high.

    Far fewer scores than all are compared, which among many passages is what takes the time.
    """
    blocks = limit * _BLOCKS_PER_FOUND
    size = len(scores) // blocks
    if size < 2:
        return 0.0
    # A block is each so many-th passage: the highest scores of all blocks are then found side by side.
    highest = scores[: size * blocks].reshape(size, blocks).max(axis=0)
    return float(np.partition(highest, -limit)[-limit])
