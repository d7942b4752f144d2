"""How much of a question the units found hold, counted for all of them at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from knowledge.index import Index
from knowledge.meaning import Meaning
from knowledge.text.tokens import PAIR_JOINER
from knowledge.token_places import UNKNOWN
from knowledge.word_evidence import load_word_evidence, word_buckets

SUPPORTING_ROWS = 3  # phrasings that speak for a unit together; one alone may match by accident
MOST_TELLING = 2  # words: what a question is about is rarely said in more


@dataclass(frozen=True, slots=True)
class _Tokens:
    """The distinct tokens of a question: their places in the vocabulary, and what each is worth in each group.

    ``ids`` are those of tokens that the index knows at their number, else -1; number 0 stands for all others.
    """

    ids: np.ndarray
    groups: np.ndarray
    counted: np.ndarray
    known: float

    @property
    def total(self) -> float:
        return float(self.counted.sum()) or 1.0


def overlaps(
    index: Index, meaning: Meaning, vector: np.ndarray, spans: Sequence[tuple[int, int]], titled: Sequence[bool]
) -> dict[str, list[float]]:
    """The overlap of a question with units given as ranges of passages; ``titled`` tells which have a title row.

    By the names of ``knowledge.search.Features``, for each unit the share (0..1) of the question's meaning it holds,
    and what its words say about whether it is answered there.
    """
    tokens = _read_tokens(index, meaning)
    rows = _Rows(index, spans)
    shared, found = _held(index, tokens, rows)
    weights = index.text_weights[rows.texts]
    alike = 2 * shared / (weights + tokens.total)
    first, mean = rows.best(np.stack([alike, index.vectors.cosines(vector, rows.texts)]))
    coverage, words, pairs, written, written_pairs = (found @ tokens.groups).T
    columns: dict[str, np.ndarray] = {
        "coverage": coverage,
        "words": words,
        "pairs": pairs,
        "written": written,
        "written_pairs": written_pairs,
        "known": np.full(len(spans), tokens.known),
        "row": np.maximum.reduceat(shared, rows.starts) / tokens.total,
        "rarest": _rarest(tokens, found),
        "likeness": first[0],
        "support": mean[0],
        "title": _titles(shared, weights, rows, np.asarray(titled)),
        "cosine": first[1],
        "cosine_support": mean[1],
        "word_evidence": _word_evidence(meaning, found, np.asarray(titled)),
    }
    return dict(zip(columns, np.asarray(list(columns.values())).tolist(), strict=True))


def held_words(index: Index, meaning: Meaning, spans: Sequence[tuple[int, int]]) -> np.ndarray:
    """Which of the words of a question (``meaning.folded``, in order) each unit holds: (units, words)."""
    _, found = _held(index, _read_tokens(index, meaning), _Rows(index, spans))
    return _folded(meaning, found) > 0


def _folded(meaning: Meaning, found: np.ndarray) -> np.ndarray:
    """The columns of the words without marks: they come first, after the one that stands for all others."""
    return found[:, 1 : 1 + len(meaning.folded)]


def _word_evidence(meaning: Meaning, found: np.ndarray, guides: np.ndarray) -> np.ndarray:
    words, held = word_buckets(meaning.folded), _folded(meaning, found)
    scores = [load_word_evidence(kind).scores(words, held) for kind in ("plan", "guide")]
    return np.where(guides, scores[1], scores[0])


def _titles(shared: np.ndarray, weights: np.ndarray, rows: _Rows, titled: np.ndarray) -> np.ndarray:
    """The share of its title that the question says, for each unit that has one: its second row."""
    second = np.minimum(rows.starts + 1, len(weights) - 1)
    known = titled & (rows.sizes > 1) & (weights[second] > 0)
    return np.where(known, shared[second] / np.where(known, weights[second], 1.0), 0.0)


class _Rows:
    """The rows of some units one after the other: their texts, and where each unit starts."""

    def __init__(self, index: Index, spans: Sequence[tuple[int, int]]) -> None:
        """``spans`` are the passages of each unit; a unit has at least one."""
        ranges = index.row_starts[np.asarray(spans)]
        self.texts = np.concatenate([index.row_texts[first:last] for first, last in ranges.tolist()])
        self.sizes = ranges[:, 1] - ranges[:, 0]
        self.starts = np.cumsum(self.sizes) - self.sizes
        self.units = np.repeat(np.arange(len(spans)), self.sizes)

    def runs(self) -> list[tuple[int, int]]:
        """The texts as ranges: most stand side by side."""
        breaks = np.flatnonzero(np.diff(self.texts) != 1) + 1
        first, last = self.texts[np.concatenate([[0], breaks])], self.texts[np.concatenate([breaks - 1, [-1]])]
        return list(zip(first.tolist(), (last + 1).tolist(), strict=True))

    def best(self, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """For each line of ``values`` and each unit, the largest value and the mean of the SUPPORTING_ROWS largest."""
        wide = np.full((len(values), len(self.sizes), max(SUPPORTING_ROWS, int(self.sizes.max()))), -np.inf)
        wide[:, self.units, np.arange(len(self.texts)) - self.starts[self.units]] = values
        wide.partition(wide.shape[-1] - SUPPORTING_ROWS)
        most = wide[:, :, -SUPPORTING_ROWS:]
        mean = np.where(most > -np.inf, most, 0.0).sum(axis=-1) / np.minimum(self.sizes, SUPPORTING_ROWS)
        return most.max(axis=-1), mean


def _held(index: Index, tokens: _Tokens, rows: _Rows) -> tuple[np.ndarray, np.ndarray]:
    """How much of the question each row holds, and which of its tokens each unit."""
    starts = index.token_starts
    written = np.concatenate([index.tokens[starts[first] : starts[last]] for first, last in rows.runs()])
    with index.numbered(tokens.ids) as number_of:
        numbers = number_of.take(written)  # twice as fast as by brackets
    at = np.flatnonzero(numbers != 0)  # few words of a unit are the question's; on bits it takes half the time
    numbers = numbers[at]
    row = np.repeat(np.arange(len(rows.texts), dtype=np.int32), starts[rows.texts + 1] - starts[rows.texts])[at]
    shared = np.bincount(row, tokens.counted[numbers], len(rows.texts))
    found = np.zeros((len(rows.sizes), len(tokens.counted)), np.float32)
    found[rows.units[row], numbers] = 1.0
    return shared, found


def _rarest(tokens: _Tokens, found: np.ndarray) -> np.ndarray:
    """How much of the question's most telling words each unit holds, as they are written."""
    worth = tokens.groups[:, 3]
    telling = (-worth).argsort()[:MOST_TELLING]
    shares: np.ndarray = found[:, telling] @ worth[telling] / (float(worth[telling].sum()) or 1.0)
    return shares


def _read_tokens(index: Index, meaning: Meaning) -> _Tokens:
    names = list({**meaning.folded, **meaning.marked})
    ids, weights = index.token_ids(names)
    groups = np.zeros((len(names) + 1, 5), np.float32)
    groups[1:] = [_shares(name, meaning.folded.get(name, 0.0), meaning.marked.get(name, 0.0)) for name in names]
    groups[1:] *= weights[:, None]
    counted = groups[:, 0].astype(float)
    groups /= np.maximum(groups.sum(axis=0), 1e-9)
    return _Tokens(np.concatenate([[UNKNOWN], ids]), groups, counted, float(groups[1:, 3] @ (ids != UNKNOWN)))


def _shares(name: str, folded: float, marked: float) -> tuple[float, float, float, float, float]:
    """What a token is worth in each group, apart from how rare it is."""
    if PAIR_JOINER not in name:
        return folded, folded, 0.0, marked, 0.0
    return folded, 0.0, folded if folded >= 1.0 else 0.0, 0.0, marked if marked >= 1.0 else 0.0
