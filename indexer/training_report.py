"""How well an encoder finds the right passage, alone and beside BM25, in the three forms of every question."""

from __future__ import annotations

import json
import random
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
import numpy.typing as npt

from indexer.query_forms import FORMS, in_form
from knowledge.static_encoder import StaticEncoder
from knowledge.text import lexical_tokens

DENSE_SHARE = 0.3
FUSED = 100  # best scores of either side that are brought to 0..1 and added
K1, B = 1.2, 0.75
RANKS = 10
Scores = npt.NDArray[np.float32]
Results = dict[str, dict[str, dict[str, float]]]


class BM25:
    """BM25 over lexical tokens, for one small set of passages."""

    def __init__(self, passages: list[str]) -> None:
        """Counts the tokens of the passages."""
        counts = [Counter(lexical_tokens(passage)) for passage in passages]
        lengths = np.array([sum(count.values()) for count in counts], dtype=np.float32)
        norms = K1 * (1 - B + B * lengths / lengths.mean())
        held: defaultdict[str, tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
        for number, count in enumerate(counts):
            for token, met in count.items():
                held[token][0].append(number)
                held[token][1].append(met)
        self._size = len(passages)
        self._postings: dict[str, tuple[npt.NDArray[np.int64], Scores]] = {}
        for token, (numbers, times) in held.items():
            where, often = np.array(numbers), np.array(times, dtype=np.float32)
            weight = np.log(1 + (self._size - len(numbers) + 0.5) / (len(numbers) + 0.5))
            self._postings[token] = where, (weight * often * (K1 + 1) / (often + norms[where])).astype(np.float32)

    def scores(self, question: str) -> Scores:
        """The score of every passage."""
        scores = np.zeros(self._size, dtype=np.float32)
        for token in lexical_tokens(question):
            if token in self._postings:
                where, weights = self._postings[token]
                scores[where] += weights
        return scores


def _levelled(scores: Scores) -> Scores:
    """The best scores brought to 0..1, the others 0."""
    best = np.argsort(-scores, kind="stable")[:FUSED]
    low, high = scores[best[-1]], scores[best[0]]
    levelled = np.zeros_like(scores)
    levelled[best] = (scores[best] - low) / max(float(high - low), 1e-9)
    return levelled


def _measures(ranked: list[npt.NDArray[np.int64]], relevant: list[set[int]]) -> dict[str, float]:
    ranks = [
        next((rank for rank, number in enumerate(order[:RANKS], 1) if number in right), None)
        for order, right in zip(ranked, relevant, strict=True)
    ]
    share = 100 / len(ranks)
    return {
        "r1": share * sum(rank == 1 for rank in ranks),
        "r5": share * sum(rank is not None and rank <= 5 for rank in ranks),
        "mrr10": share * sum(1 / rank for rank in ranks if rank is not None),
    }


def evaluate(folder: Path, development: Path) -> Results:
    """Per set and form: measures of BM25, the encoder in ``folder``, and both together."""
    encoder = StaticEncoder.load(folder, "trained")
    results: Results = {}
    for path in sorted(development.glob("*.json")):
        stored = json.loads(path.read_text(encoding="utf-8"))
        passages = [f"{passage['title']} {passage['text']}".strip() for passage in stored["passages"]]
        places = {passage["id"]: number for number, passage in enumerate(stored["passages"])}
        relevant = [{places[i] for i in question["relevant"]} for question in stored["questions"]]
        lexical, dense = BM25(passages), encoder.encode_passages(passages)
        for form in FORMS:
            rng = random.Random(1)
            questions = [in_form(question["text"], form, rng) for question in stored["questions"]]
            ranked: dict[str, list[npt.NDArray[np.int64]]] = {"bm25": [], "dense": [], "hybrid": []}
            for question, vector in zip(questions, encoder.encode_queries(questions), strict=True):
                words, meaning = lexical.scores(question), dense @ vector
                mixed = (1 - DENSE_SHARE) * _levelled(words) + DENSE_SHARE * _levelled(meaning)
                for name, scores in (("bm25", words), ("dense", meaning), ("hybrid", mixed)):
                    ranked[name].append(np.argsort(-scores, kind="stable")[:RANKS])
            measured = {name: _measures(orders, relevant) for name, orders in ranked.items()}
            results[f"{path.stem} {form}"] = measured
    return results


def result_table(results: Results) -> str:
    """Markdown: a line a set and form, R@1 / R@5 / MRR@10 of each engine."""
    lines = ["| set, form | BM25 | encoder | 0.7 BM25 + 0.3 encoder |", "|---|---|---|---|"]
    for name, engines in results.items():
        cells = (f"{m['r1']:.1f} / {m['r5']:.1f} / {m['mrr10']:.1f}" for m in engines.values())
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)
