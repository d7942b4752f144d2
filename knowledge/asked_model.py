"""Which guide, which thing a plan says, or which topic nobody covers a question asks for: a classifier of questions.

Search compares a question with texts; this model has learnt from thousands of phrasings which words tell one topic
from all the others, and which are never said about anything we cover. Syllables, pairs and runs of letters are hashed
into a table of small vectors; their weighted mean, squashed, gives a probability for every class. It was trained by
``python -m indexer.train_asked`` and costs about 0.1 ms a question.
"""

from __future__ import annotations

import itertools
import math
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import numpy as np

from knowledge.text import fold, syllables
from knowledge.text.tokens import LONGEST_TOKEN, PAIR_JOINER, WORDS_KEPT

ASKED_FILE = Path(__file__).with_name("asked.npz")
BUCKETS = 1 << 15  # twice as many gave nothing; collisions of rare features do little harm
STEPS = 7  # on either side of zero: four bits a number change no more answers than eight do, for half the space
LETTER_RUNS = (3, 4)  # they carry a word over a slip of the finger
TOPIC_CLASS = "topic:"
"""Before the id of a plan's topic in the names of classes; the other classes are document ids."""
UNCOVERED_CLASS = "not-covered-"
LEAST_PROBABILITY = 1e-4  # below it a class is not asked for at all; the scale of ``evidence`` begins there
MARKED = "="
WARD_NAMED, ELSEWHERE_NAMED = "@ward", "@elsewhere"
"""Marks of a question that names a ward with a plan here, or another place: which one does not matter."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The probabilities of the classes for one question, by name; those below LEAST_PROBABILITY are left out."""

    probabilities: Mapping[str, float]

    def probability(self, names: Iterable[str]) -> float:
        """The highest probability of some classes; 0 when none is known."""
        return max((self.probabilities.get(name, 0.0) for name in names), default=0.0)

    def uncovered(self) -> float:
        """The probability that nothing in the material answers."""
        return sum(share for name, share in self.probabilities.items() if name.startswith(UNCOVERED_CLASS))

    def of_plans(self) -> float:
        """The probability that a plan is asked about."""
        return sum(share for name, share in self.probabilities.items() if name.startswith(TOPIC_CLASS))


NOTHING_ASKED = Asked({})


def evidence(probability: float) -> float:
    """A probability on a logarithmic scale from 0 (LEAST_PROBABILITY or less) to 1 (certain)."""
    if probability <= LEAST_PROBABILITY:
        return 0.0
    return 1.0 - math.log(probability) / math.log(LEAST_PROBABILITY)


class AskedModel:
    """A trained model; safe to use from several threads."""

    def __init__(self, path: Path) -> None:
        """Raises OSError or KeyError when the file is missing or wrong."""
        with np.load(path, allow_pickle=False) as stored:
            self._table: np.ndarray = stored["table"]  # two dimensions a byte, see ``packed``
            self._weights: np.ndarray = stored["weights"].astype(np.float32)
            # What a row of the table is multiplied by: its weight and the size of its steps.
            self._factors: np.ndarray = self._weights * stored["sizes"].astype(np.float32)
            self._shift: np.ndarray = stored["shift"]
            self._output: np.ndarray = stored["output"].astype(np.float32)
            self._bias: np.ndarray = stored["bias"]
            self.classes: tuple[str, ...] = tuple(stored["classes"].tolist())
        self.known = frozenset(self.classes)

    def read(self, text: str, places: Sequence[str] = ()) -> Asked:
        """The probabilities for a question as ``knowledge.text.understand`` reads it.

        ``places`` are the marks of what places it names (WARD_NAMED, ELSEWHERE_NAMED), whose names it is without.
        """
        buckets = feature_buckets(text, places)
        if not len(buckets):
            return NOTHING_ASKED
        weights = self._weights[buckets]
        length = math.sqrt(weights @ weights)
        hidden = np.maximum(unpacked_sum(self._factors[buckets], self._table[buckets]) / length + self._shift, 0.0)
        scores = hidden @ self._output + self._bias
        shares = np.exp(scores - scores.max())
        shares /= shares.sum()
        likely = np.flatnonzero(shares > LEAST_PROBABILITY)
        return Asked(dict(zip([self.classes[n] for n in likely.tolist()], shares[likely].tolist(), strict=True)))


def packed(table: np.ndarray) -> np.ndarray:
    """Whole numbers from -STEPS to STEPS, two columns a byte: one and that which stands half the width after it."""
    half = table.shape[1] // 2
    raised = (table + STEPS + 1).astype(np.uint8)
    both: np.ndarray = raised[:, :half] | raised[:, half:] << 4
    return both


def unpacked_sum(factors: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """The sum of packed rows, each times its factor."""
    halves = np.concatenate([factors @ (rows & 15).astype(np.float32), factors @ (rows >> 4).astype(np.float32)])
    summed: np.ndarray = halves - np.float32(STEPS + 1) * factors.sum()
    return summed


@cache
def load_asked_model(path: Path = ASKED_FILE) -> AskedModel:
    """The bundled model."""
    return AskedModel(path)


def feature_buckets(text: str, places: Sequence[str] = ()) -> np.ndarray:
    """The rows of the table that a text's features stand in."""
    found = features(text, places)
    return np.fromiter(found.values(), np.int64, len(found))


def features(text: str, places: Sequence[str] = ()) -> dict[str, int]:
    """What the model reads of a text, with the row of each in the table.

    Syllables and pairs with and without their marks, runs of letters, and the places.
    """
    written = syllables(text)
    found: dict[str, int] = {}
    for syllable in written:
        found.update(_of_syllable(syllable) if len(syllable) <= LONGEST_TOKEN else _written_and_bare(syllable))
    for left, right in itertools.pairwise(written):
        both_short = len(left) <= LONGEST_TOKEN and len(right) <= LONGEST_TOKEN
        found.update(_of_pair(left, right) if both_short else _pair(left, right))
    found.update((place, bucket(place)) for place in places)
    return found


def bucket(feature: str) -> int:
    """Where a feature stands in a table of BUCKETS rows."""
    return zlib.crc32(feature.encode()) % BUCKETS


def _written_and_bare(syllable: str) -> dict[str, int]:
    plain = fold(syllable)
    forms = (plain,) if plain == syllable else (plain, MARKED + syllable)
    return {form: bucket(form) for form in forms}


@lru_cache(maxsize=WORDS_KEPT)
def _of_syllable(syllable: str) -> dict[str, int]:
    """The features of a syllable by itself; not to be changed."""
    word = f"<{fold(syllable)}>"
    runs = ("#" + word[at : at + size] for size in LETTER_RUNS for at in range(len(word) - size + 1))
    return _written_and_bare(syllable) | {run: bucket(run) for run in runs}


def _pair(left: str, right: str) -> dict[str, int]:
    plain, marked = fold(left) + PAIR_JOINER + fold(right), left + PAIR_JOINER + right
    forms = (plain,) if plain == marked else (plain, MARKED + marked)
    return {form: bucket(form) for form in forms}


_of_pair = lru_cache(maxsize=WORDS_KEPT)(_pair)
"""The features of two neighbours; not to be changed."""
