"""Learns ``knowledge.word_evidence``: which words, held or lacking in what was found, tell that it answers.

A logistic regression over the words of the development questions and the best unit found for each, held down by a
penalty on the squares of its weights, found by gradient descent with momentum (Adam, Kingma and Ba 2015).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from indexer.fit import Found
from indexer.question_sets import FOLDS, fold_of
from knowledge.word_evidence import BUCKETS, WordEvidence, word_buckets

PENALTY = 1e-5  # tried: a third and three times as much; both tell unheard questions apart a little less
STEPS = 300
LARGEST_STEP = 0.3
LACKING = BUCKETS  # how much further on the weight of a word stands when it is lacking


def learn_word_evidence(found: Sequence[Found]) -> WordEvidence:
    """What the words of some questions, all found in one kind of unit, are worth for its best unit."""
    return learn([_words(item) for item in found], [item.held[0] for item in found], [i.case.inside for i in found])


def learn(words: Sequence[np.ndarray], held: Sequence[np.ndarray], answered: Sequence[bool]) -> WordEvidence:
    """From the words of every question by bucket, which of them the unit holds, and whether it answers."""
    places = np.concatenate([np.where(there, 0, LACKING) + asked for asked, there in zip(words, held, strict=True)])
    counts = np.asarray([len(asked) for asked in words])
    rows = np.repeat(np.arange(len(words)), counts)
    sizes = (1 / np.sqrt(np.maximum(1, counts)))[rows]
    weights, bias = _descend(places, rows, sizes, np.asarray(answered, float))
    return WordEvidence(weights[:LACKING], weights[LACKING:], bias)


def unseen_word_evidence(found: Sequence[Found]) -> np.ndarray:
    """The evidence for each question from what was learnt without its part of the questions."""
    parts = np.asarray([fold_of(item.case) for item in found])
    stated = np.zeros(len(found))
    for part in range(FOLDS):
        chosen = np.flatnonzero(parts == part).tolist()
        learnt = learn_word_evidence([found[place] for place in np.flatnonzero(parts != part).tolist()])
        stated[chosen] = [word_evidence(learnt, found[place]) for place in chosen]
    return stated


def word_evidence(learnt: WordEvidence, item: Found) -> float:
    """The evidence for the best unit found for a question."""
    return float(learnt.scores(_words(item), item.held[0][None, :].astype(np.float32))[0])


def _words(item: Found) -> np.ndarray:
    return word_buckets(list(item.question.meaning.folded))


def _descend(places: np.ndarray, rows: np.ndarray, sizes: np.ndarray, target: np.ndarray) -> tuple[np.ndarray, float]:
    """The weights of places (the held words, then the lacking) and the bias; ``rows`` says whose word each place is."""
    weights = np.zeros(2 * BUCKETS + 1)  # the last is the bias
    first, second = np.zeros_like(weights), np.zeros_like(weights)
    for done in range(1, STEPS + 1):
        scores = np.bincount(rows, weights[places] * sizes, len(target)) + weights[-1]
        errors = (1 / (1 + np.exp(-np.clip(scores, -30, 30))) - target) / len(target)
        gradient = np.append(np.bincount(places, errors[rows] * sizes, 2 * BUCKETS), errors.sum())
        gradient[:-1] += PENALTY * weights[:-1]
        first += 0.1 * (gradient - first)
        second += 0.001 * (gradient**2 - second)
        size = LARGEST_STEP * 0.5 * (1 + math.cos(math.pi * done / STEPS))
        weights -= size * (first / (1 - 0.9**done)) / (np.sqrt(second / (1 - 0.999**done)) + 1e-12)
    return weights[:-1], float(weights[-1])
