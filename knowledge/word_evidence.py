"""What the words of a question say about whether a unit answers it: those that the unit holds, and those it lacks.

The guide on the very subject of a question shares most words with it and yet may not answer: that it lacks "phạt" when
a penalty is asked for tells so, that it lacks "cháu" tells nothing. How much every syllable and pair tells, held or
lacking, is learnt from the development questions by ``python -m indexer.evaluate fit`` (a logistic regression).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from knowledge.asked_model import bucket

EVIDENCE_FILE = Path(__file__).with_name("word_evidence.npz")


@dataclass(frozen=True, slots=True)
class WordEvidence:
    """What a word is worth ``held`` or ``lacking`` (by bucket), in nats, and the ``bias`` that is there always."""

    held: np.ndarray
    lacking: np.ndarray
    bias: float

    def scores(self, words: np.ndarray, held: np.ndarray) -> np.ndarray:
        """The log odds that units answer a question: ``words`` by bucket, ``held`` (units, words) which they hold."""
        there, missing = self.held[words].astype(np.float32), self.lacking[words].astype(np.float32)
        summed = held @ (there - missing) + missing.sum()
        scores: np.ndarray = summed / np.sqrt(max(1, len(words))) + self.bias
        return scores


def word_buckets(words: Collection[str]) -> np.ndarray:
    """The buckets of syllables and pairs without marks, hashed as the classifier of questions does."""
    return np.fromiter(map(bucket, words), np.int64, len(words))


@cache
def load_word_evidence(kind: str, path: Path = EVIDENCE_FILE) -> WordEvidence:
    """What is bundled for units of a ``plan`` or a ``guide``. Raises OSError or KeyError when the file is wrong."""
    with np.load(path, allow_pickle=False) as stored:
        return WordEvidence(stored[f"{kind}_held"], stored[f"{kind}_lacking"], float(stored[f"{kind}_bias"]))


def save_word_evidence(learnt: dict[str, WordEvidence], path: Path = EVIDENCE_FILE) -> None:
    """Writes what was learnt for each kind of unit."""
    arrays: dict[str, np.ndarray] = {}
    for kind, one in learnt.items():
        arrays[f"{kind}_held"], arrays[f"{kind}_lacking"] = one.held.astype(np.float16), one.lacking.astype(np.float16)
        arrays[f"{kind}_bias"] = np.asarray(one.bias)
    np.savez_compressed(path, **arrays)  # type: ignore[arg-type]
