"""Learns ``knowledge.word_evidence``: which words, held or lacking in what was found, tell that it answers.

A logistic regression over the words of the development questions and the best unit found for each, held down by a
penalty on the squares of its weights, found by gradient descent with momentum (Adam, Kingma and Ba 2015).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from indexer.fit import Found, from_other_parts
from indexer.network import Adam
from knowledge.asked_model import BUCKETS
from knowledge.word_evidence import WordEvidence, word_buckets

PENALTY = 1e-5  # tried: about a third and three times as much; both tell unheard questions apart a little less
STEPS = 300
LARGEST_STEP = 0.3
LEAST_DIVISOR = 1e-12  # a word is in few of the questions: its gradient is of the order of 1e-6
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

    def stated(learnt: list[int], asked: list[int]) -> list[float]:
        evidence = learn_word_evidence([found[place] for place in learnt])
        return [float(evidence.scores(_words(found[place]), found[place].held[0][None, :])[0]) for place in asked]

    return from_other_parts(found, stated)


def _words(item: Found) -> np.ndarray:
    return word_buckets(item.question.meaning.folded)


def _descend(places: np.ndarray, rows: np.ndarray, sizes: np.ndarray, target: np.ndarray) -> tuple[np.ndarray, float]:
    """The weights of places (the held words, then the lacking) and the bias; ``rows`` says whose word each place is."""
    learnt = Adam(np.zeros(2 * BUCKETS + 1), decay=0.0, least=LEAST_DIVISOR)  # the last is the bias
    weights = learnt.value
    for done in range(1, STEPS + 1):
        scores = np.bincount(rows, weights[places] * sizes, len(target)) + weights[-1]
        errors = (1 / (1 + np.exp(-np.clip(scores, -30, 30))) - target) / len(target)
        gradient = np.append(np.bincount(places, errors[rows] * sizes, 2 * BUCKETS), errors.sum())
        gradient[:-1] += PENALTY * weights[:-1]
        learnt.step(gradient, LARGEST_STEP * 0.5 * (1 + math.cos(math.pi * done / STEPS)), done)
    return weights[:-1], float(weights[-1])
