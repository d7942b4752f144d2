"""How much of a question the units found hold, counted for all of them at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from knowledge.index import Index
from knowledge.meaning import Meaning
from knowledge.text.tokens import PAIR_JOINER

SUPPORTING_ROWS = 3  # phrasings that speak for a unit together; one alone may match by accident


MOST_TELLING = 2  # words: what a question is about is rarely said in more


@dataclass(frozen=True, slots=True)
class Overlap:
    """Shares of the question's meaning (0..1) that a unit holds; see ``knowledge.search.Features``."""

    coverage: float
    words: float
    pairs: float
    written: float
    written_pairs: float
    known: float
    row: float
    rarest: float
    likeness: float
    support: float
    title: float
    cosine: float
    cosine_support: float


@dataclass(frozen=True, slots=True)
class _Tokens:
    """The distinct tokens of a question: their places in the vocabulary, and what each is worth in each group."""

    place_of: np.ndarray
    groups: np.ndarray
    counted: np.ndarray
    known: float

    @property
    def total(self) -> float:
        return float(self.counted.sum()) or 1.0


def overlaps(
    index: Index, meaning: Meaning, vector: np.ndarray, spans: Sequence[tuple[int, int]], titled: Sequence[bool]
) -> list[Overlap]:
    """The overlap of a question with units given as ranges of passages; ``titled`` tells which have a title row."""
    tokens = _read_tokens(index, meaning)
    rows = [(int(index.row_starts[first]), int(index.row_starts[last])) for first, last in spans]
    bounds = [index.token_starts[first : last + 1] for first, last in rows]
    places = tokens.place_of[np.concatenate([index.tokens[part[0] : part[-1]] for part in bounds])]
    sizes = [int(part[-1] - part[0]) for part in bounds]
    found = np.zeros((len(spans), len(tokens.counted)), np.float32)
    found[np.repeat(np.arange(len(spans)), sizes), places] = 1.0
    shares = found @ tokens.groups
    rarest = _rarest(tokens, found)
    running = np.concatenate([[0.0], np.cumsum(tokens.counted[places])])
    held: list[Overlap] = []
    start = 0
    for number, ((first, last), part, size) in enumerate(zip(rows, bounds, sizes, strict=True)):
        steps = running[part - part[0] + start]
        shared = steps[1:] - steps[:-1]
        weights = index.row_weights[first:last]
        alike = np.sort(2 * shared / (weights + tokens.total))[::-1][:SUPPORTING_ROWS].tolist()
        cosines = np.sort(index.vectors.cosines(vector, first, last))[::-1][:SUPPORTING_ROWS].tolist()
        title = float(shared[1] / weights[1]) if titled[number] and last - first > 1 and weights[1] else 0.0
        coverage, words, pairs, written, written_pairs = shares[number].tolist()
        held.append(
            Overlap(
                coverage=coverage,
                words=words,
                pairs=pairs,
                written=written,
                written_pairs=written_pairs,
                known=tokens.known,
                row=float(shared.max()) / tokens.total,
                rarest=rarest[number],
                likeness=alike[0],
                support=sum(alike) / len(alike),
                title=title,
                cosine=cosines[0],
                cosine_support=sum(cosines) / len(cosines),
            )
        )
        start += size
    return held


def _rarest(tokens: _Tokens, found: np.ndarray) -> list[float]:
    """How much of the question's most telling words each unit holds, as they are written."""
    worth = tokens.groups[:, 3]
    telling = np.argsort(-worth)[:MOST_TELLING]
    total = float(worth[telling].sum()) or 1.0
    shares: list[float] = (found[:, telling] @ worth[telling] / total).tolist()
    return shares


def _read_tokens(index: Index, meaning: Meaning) -> _Tokens:
    """Place 0 stands for every token that the question does not have."""
    names = list(dict.fromkeys([*meaning.folded, *meaning.marked]))
    ids, weights = index.token_ids(names)
    folded = np.fromiter((meaning.folded.get(name, 0.0) for name in names), np.float32, len(names)) * weights
    marked = np.fromiter((meaning.marked.get(name, 0.0) for name in names), np.float32, len(names)) * weights
    pair = np.fromiter((PAIR_JOINER in name for name in names), bool, len(names))
    telling = pair & np.fromiter((meaning.folded.get(name, 0.0) >= 1.0 for name in names), bool, len(names))
    in_full = np.fromiter((meaning.marked.get(name, 0.0) >= 1.0 for name in names), bool, len(names))
    parts = [folded, folded * ~pair, folded * telling, marked * ~pair, marked * (pair & in_full)]
    groups = np.stack(parts, axis=1)
    groups /= np.maximum(groups.sum(axis=0), 1e-9)
    place_of = np.zeros(index.vocabulary_size + 1, np.int16)
    known = np.flatnonzero(ids >= 0)
    place_of[ids[known]] = known + 1
    empty = np.zeros((1, groups.shape[1]), np.float32)
    single = marked * ~pair
    share_known = float(single[known].sum() / max(single.sum(), 1e-9))
    return _Tokens(place_of, np.concatenate([empty, groups]), np.concatenate([[0.0], folded]), share_known)
