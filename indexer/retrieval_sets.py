"""Retrieval sets of passages and questions: each measured in a throw-away index, by lexical, dense and hybrid search.

A file is ``{"name", "passages": [{"id", "title", "text"}], "questions": [{"id", "text", "relevant": [id]}]}``.
"""

from __future__ import annotations

import json
import random
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from indexer.build import write_whole
from indexer.query_forms import FORMS, in_form
from knowledge.documents import DocumentInfo, DocumentKind, Passage
from knowledge.encoder import Encoder
from knowledge.index import Index, load_index
from knowledge.question import read_question

NOISE_SEED = 20_261_121
POOL = 100  # best passages of each search that are fused, as in serving
RANKS = 10
METHODS = ("lexical", "dense", "hybrid")


class SetFormatError(ValueError):
    """A file that is no retrieval set; the message says what is wrong."""


@dataclass(frozen=True, slots=True)
class RetrievalSet:
    """Passages, and questions with the places of the passages that answer them."""

    name: str
    passages: tuple[Passage, ...]
    questions: tuple[tuple[str, frozenset[int]], ...]


@dataclass(frozen=True, slots=True)
class Ranked:
    """What both searches found for one question: places with min-max scores, and the places that are right."""

    lexical: dict[int, float]
    dense: dict[int, float]
    right: frozenset[int]

    def ranks(self, lexical_share: float) -> list[int]:
        """Places by fused score, best first."""
        fused = {
            place: lexical_share * self.lexical.get(place, 0.0) + (1 - lexical_share) * self.dense.get(place, 0.0)
            for place in {*self.lexical, *self.dense}
        }
        return sorted(fused, key=lambda place: (-fused[place], place))


def read_set(path: Path) -> RetrievalSet:
    """Reads a file. Raises SetFormatError when it is not one, FileNotFoundError when it is not there."""
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        places = {str(passage["id"]): place for place, passage in enumerate(raw["passages"])}
        passages = tuple(_passage(passage) for passage in raw["passages"])
        questions = tuple(
            (str(one["text"]), frozenset(places[str(relevant)] for relevant in one["relevant"]))
            for one in raw["questions"]
        )
        return RetrievalSet(str(raw.get("name", path.stem)), passages, questions)
    except (ValueError, KeyError, TypeError) as error:
        raise SetFormatError(f"{path}: not a set of passages and questions: {error!r}") from error


def _passage(raw: dict[str, Any]) -> Passage:
    title = str(raw.get("title") or "")
    document = DocumentInfo(id=str(raw["id"]), kind=DocumentKind.PLAN, title=title)
    return Passage(str(raw["id"]), document, (title,) if title else (), str(raw["text"]))


def search_set(retrieval: RetrievalSet, encoder: Encoder) -> dict[str, list[Ranked]]:
    """Builds a throw-away index and searches it for every question in every form."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        target = Path(folder) / "index"
        write_whole(retrieval.passages, target, encoder=encoder)
        index = load_index(target)
        found = {form: _search_form(retrieval, index, encoder, form) for form in FORMS}
        del index
    return found


def _search_form(retrieval: RetrievalSet, index: Index, encoder: Encoder, form: str) -> list[Ranked]:
    rng = random.Random(NOISE_SEED)
    ranked: list[Ranked] = []
    for text, right in retrieval.questions:
        question = read_question(in_form(text, form, rng))
        places, scores = index.lexical.search(question.search_weights(), None, POOL)
        vector = encoder.encode_queries([question.query.reading])[0]
        rows, cosines = index.vectors.search(vector, POOL, None)
        owners = index.row_owners[rows]
        ranked.append(Ranked(_levelled(places, scores), _levelled(owners, cosines), right))
    return ranked


def _levelled(places: np.ndarray, scores: np.ndarray) -> dict[int, float]:
    """Scores brought to 0..1; of several rows of one passage the best counts."""
    if not len(places):
        return {}
    low, high = float(scores.min()), float(scores.max())
    spread = (scores - low) / (high - low) if high > low else np.ones(len(scores))
    levelled: dict[int, float] = {}
    for place, score in zip(places.tolist(), spread.tolist(), strict=True):
        levelled.setdefault(place, score)
    return levelled


def measure(ranked: Sequence[Ranked], lexical_share: float) -> dict[str, dict[str, float]]:
    """R@1, R@5, R@10 and MRR@10, in percent, of each method."""
    orders = {
        "lexical": [one.ranks(1.0) for one in ranked],
        "dense": [one.ranks(0.0) for one in ranked],
        "hybrid": [one.ranks(lexical_share) for one in ranked],
    }
    return {
        method: _figures([(order, one.right) for order, one in zip(orders[method], ranked, strict=True)])
        for method in METHODS
    }


def _figures(found: Sequence[tuple[list[int], frozenset[int]]]) -> dict[str, float]:
    first = [next((rank for rank, place in enumerate(order[:RANKS], 1) if place in right), 0) for order, right in found]
    figures = {f"R@{k}": 100 * float(np.mean([0 < rank <= k for rank in first])) for k in (1, 5, 10)}
    figures["MRR@10"] = 100 * float(np.mean([1 / rank if rank else 0.0 for rank in first]))
    return {name: round(value, 2) for name, value in figures.items()}


# MRR@10 in percent that some thousand questions can hardly tell apart: among shares that close to the best one the most
# even is taken, because a mix that leans on one search alone fails with it.
INDISTINGUISHABLE = 0.15


def fit_share(sets: Iterable[dict[str, list[Ranked]]]) -> float:
    """The most even lexical share whose mean MRR@10 of hybrid search, over sets and forms, is as good as the best."""
    every = list(sets)
    shares = [round(0.4 + 0.05 * step, 2) for step in range(12)]

    def mean(share: float) -> float:
        figures = [
            _figures([(one.ranks(share), one.right) for one in ranked])["MRR@10"]
            for found in every
            for ranked in found.values()
        ]
        return float(np.mean(figures))

    means = {share: mean(share) for share in shares}
    best = max(means.values())
    return min(
        (share for share in shares if best - means[share] <= INDISTINGUISHABLE), key=lambda share: abs(share - 0.5)
    )
