"""Fits ranking, confidence and coverage of ``knowledge/calibration.json`` on development questions.

The ranking learns by the softmax over the units found (several may be right), confidence and coverage by the logistic
loss. What decides on a threshold is predicted by networks that have not seen the question.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from indexer.network import fit_network
from indexer.question_sets import FOLDS, OUTSIDE, PLAN, SERVICE, Case, fold_of
from knowledge.asked_model import AskedModel
from knowledge.compose import headed
from knowledge.confidence import KINDS as CONFIDENCE_KINDS
from knowledge.confidence import NO_CALIBRATION, confidence_inputs, confidence_kind
from knowledge.documents import DocumentKind
from knowledge.network import Network
from knowledge.overlap import held_words
from knowledge.question import Question, read_question
from knowledge.ranking import CONFIDENCE_INPUTS, Ranking
from knowledge.search import Hit, Searcher, by_rank

RANKED = (
    *("fused", "cosine", "coverage", "words", "pairs", "written", "written_pairs", "row", "rarest"),
    *("likeness", "support", "cosine_support", "asked", "chance", "title"),
    *("opening", "subject", "about", "named", "topic", "number", "figure", "own", "whole", "part"),
)
"""Features the ranking may weigh; ``fused`` is fitted with its lexical share held fixed."""
THRESHOLD_STEP = 0.02
# Of the outside questions, as two blind sets held them.
DETAIL_SHARE = 0.15
# Who is shown the guide on the very subject, though it lacks the detail, is misled far less than who is shown another.
DETAIL_HARM = 1 / 3
UNRANKED = Network(
    ("fused",), *(np.zeros(1), np.ones(1), np.ones(1)), np.zeros((1, 1)), *(np.zeros(1), np.zeros(1)), bias=0.0
)
"""The order of the fused score, for units that are ranked afterwards."""


@dataclass(frozen=True, slots=True)
class Found:
    """A development question, what was found for it, which units are right, and which of its words each holds."""

    case: Case
    question: Question
    hits: tuple[Hit, ...]
    right: tuple[bool, ...]
    held: tuple[np.ndarray, ...]

    @property
    def kind(self) -> str:
        """The calibration that reads it."""
        return confidence_kind(self.hits[0]) if self.hits else NO_CALIBRATION


def find(searcher: Searcher, case: Case, classifier: AskedModel | None = None) -> Found:
    """Searches for a case as the answerer does, and marks the units that hold the right fact."""
    question = read_question(case.text, classifier)
    hits = tuple(searcher.search(question, question.wards_asked(case.ward)))
    held = held_words(searcher.index, question.meaning, [hit.unit for hit in hits]) if hits else ()
    return Found(case, question, hits, tuple(_is_right(case, hit) for hit in hits), tuple(held))


def _is_right(case: Case, hit: Hit) -> bool:
    if case.kind == SERVICE:
        return hit.document.id in case.guides
    if case.kind == PLAN:
        return case.says(hit.document.ward, headed(hit.entry.passage))
    return hit.document.kind is DocumentKind.NOT_COVERED


def fit_ranking(found: Iterable[Found], names: Sequence[str] = RANKED) -> Network:
    """The network over the named features under which a right unit comes first most surely.

    One unit of score is one nat of evidence; the margin of the confidence is read on this scale.
    """
    teaching = [item for item in found if any(item.right) and not all(item.right) and _teaches_ranking(item)]
    features, right, there = _padded(teaching, names)

    def gradient(scores: np.ndarray, rows: np.ndarray) -> np.ndarray:
        return _softmax_gradient(scores, right[rows], there[rows])

    return fit_network(names, features, there, gradient)


def _padded(teaching: Sequence[Found], names: Sequence[str]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Features (questions, units, names), which units are right and which are there at all (questions, units)."""
    most = max(len(item.hits) for item in teaching)
    features = np.zeros((len(teaching), most, len(names)), np.float32)
    right = np.zeros((len(teaching), most), bool)
    there = np.zeros((len(teaching), most), bool)
    for row, item in enumerate(teaching):
        count = len(item.hits)
        features[row, :count] = [[getattr(hit.features, name) for name in names] for hit in item.hits]
        right[row, :count] = item.right
        there[row, :count] = True
    return features, right, there


def _teaches_ranking(item: Found) -> bool:
    """Outside questions that speak as plans do, or of a guide's subject, have no topic of their own to find.

    They teach the confidence only.
    """
    return item.case.inside or not (item.case.detail or item.question.about_plan or item.question.topics)


TINY = 1e-30  # a right unit too far behind to have a share in single precision is pulled up all the same


def _softmax_gradient(scores: np.ndarray, right: np.ndarray, there: np.ndarray) -> np.ndarray:
    """By the scores, of the mean loss: minus the logarithm of the share of the softmax that right units get."""
    present = np.where(there, scores, -np.inf)
    shares = np.exp(present - present.max(axis=1, keepdims=True))
    among_right = np.where(right, shares + TINY, 0.0)
    among_right /= among_right.sum(axis=1, keepdims=True)
    gradient: np.ndarray = (shares / shares.sum(axis=1, keepdims=True) - among_right) / len(scores)
    return gradient


Truth = Callable[[Found], bool]
"""What a probability is of."""


def fit_probability(found: Sequence[Found], truth: Truth, often: np.ndarray) -> Network:
    """The network over CONFIDENCE_INPUTS that says how probable something is of the best unit found.

    ``often`` says how often each is asked, relative to the others.
    """
    inputs = _inputs(found)
    target = np.asarray([truth(item) for item in found], np.float32)[:, None]
    weights = (often / often.mean())[:, None]

    def gradient(scores: np.ndarray, rows: np.ndarray) -> np.ndarray:
        error = 1 / (1 + np.exp(-np.clip(scores, -30, 30))) - target[rows]
        stated: np.ndarray = error * weights[rows] / len(rows)
        return stated

    return fit_network(CONFIDENCE_INPUTS, inputs[:, None, :], np.ones((len(found), 1), bool), gradient)


def asked_as_often(cases: Sequence[Case]) -> np.ndarray:
    """Weights by which plans, services and what is outside are asked about as often, with DETAIL_SHARE of the last.

    How many development questions there are says how much there was to learn, not how often it is asked.
    """
    groups = np.asarray([case.kind + "-detail" * case.detail for case in cases])
    shares = {OUTSIDE: 1 - DETAIL_SHARE, OUTSIDE + "-detail": DETAIL_SHARE}
    names, numbers, counts = np.unique(groups, return_inverse=True, return_counts=True)
    weights = np.asarray([shares.get(name, 1.0) for name in names.tolist()]) / counts
    stated: np.ndarray = weights[numbers] * len(cases) / (weights * counts).sum()
    return stated


def unseen_probabilities(found: Sequence[Found], truth: Truth, often: np.ndarray) -> np.ndarray:
    """The same for each question, from a network that has not learnt its part of the questions."""

    def stated(learnt: list[int], asked: list[int]) -> np.ndarray:
        network = fit_probability([found[place] for place in learnt], truth, often[learnt])
        scores = network.scores(_inputs([found[place] for place in asked]))
        probabilities: np.ndarray = 1 / (1 + np.exp(-np.clip(scores, -30, 30)))
        return probabilities

    return from_other_parts(found, stated)


def from_other_parts(
    found: Sequence[Found], stated: Callable[[list[int], list[int]], Sequence[float] | np.ndarray]
) -> np.ndarray:
    """What is ``stated`` of each question, learnt from the parts it is not in: of places learnt and places asked."""
    parts = np.asarray([fold_of(item.case) for item in found])
    every = np.zeros(len(found))
    for part in range(FOLDS):
        learnt, asked = np.flatnonzero(parts != part).tolist(), np.flatnonzero(parts == part).tolist()
        every[asked] = stated(learnt, asked)
    return every


def _inputs(found: Sequence[Found]) -> np.ndarray:
    rows = [confidence_inputs(item.question, item.hits) for item in found]
    return np.asarray([[row[name] for name in CONFIDENCE_INPUTS] for row in rows], np.float32)


def fit_thresholds(stated: Sequence[Mapping[str, float]], cases: Sequence[Case]) -> dict[str, float]:
    """The probability of being covered from which to answer, for each kind of document.

    ``stated`` is that probability for each case by the kind of the first unit found (empty when nothing may be
    answered). Best is where the squares of three shares add up to least: plan questions lost, service questions lost,
    outside ones answered. The largest alone would leave the others where they fall.
    """
    asked = np.asarray([case.kind for case in cases])
    outside = asked == OUTSIDE
    detail = outside & np.asarray([case.detail for case in cases])
    shown = DETAIL_SHARE * DETAIL_HARM
    weights = np.where(detail, shown / max(1, detail.sum()), (1 - DETAIL_SHARE) / (outside & ~detail).sum())
    by_kind = {kind: np.asarray([found.get(kind, -1.0) for found in stated]) for kind in CONFIDENCE_KINDS}

    def cost(thresholds: Mapping[str, float]) -> float:
        answered = np.any([by_kind[kind] >= thresholds[kind] for kind in CONFIDENCE_KINDS], axis=0)
        lost = [float((~answered[asked == kind]).mean()) for kind in (PLAN, SERVICE)]
        return sum(share**2 for share in (*lost, float((answered * weights)[outside].sum())))

    steps = [round(float(step), 2) for step in np.arange(0.1, 0.96, THRESHOLD_STEP)]
    grid = [dict(zip(CONFIDENCE_KINDS, pair, strict=True)) for pair in itertools.product(steps, steps)]
    return min(grid, key=cost)


def rescored(found: Found, ranking: Ranking) -> Found:
    """The same question with its units in the order of another ranking."""
    if not found.hits:
        return found
    scores = ranking.scores([hit.features for hit in found.hits])
    scored = [
        (Hit(hit.entry, score, hit.features, hit.unit), right, held)
        for hit, score, right, held in zip(found.hits, scores, found.right, found.held, strict=True)
    ]
    scored.sort(key=lambda one: by_rank(one[0]))
    hits, right, held = zip(*scored, strict=True)
    return Found(found.case, found.question, hits, right, held)


def with_word_evidence(found: Found, evidence: float) -> Found:
    """The same question with other evidence of words for its best unit."""
    best = found.hits[0]
    changed = replace(best, features=best.features._replace(word_evidence=evidence))
    return replace(found, hits=(changed, *found.hits[1:]))


def expected_calibration_error(confidences: Sequence[float], right: Sequence[bool], bins: int = 10) -> float:
    """Mean gap between confidence and share right over bins of equal mass."""
    order = np.argsort(np.asarray(confidences), kind="stable")
    gaps = 0.0
    for part in np.array_split(order, bins):
        if len(part):
            stated = float(np.mean([confidences[i] for i in part]))
            true = float(np.mean([right[i] for i in part]))
            gaps += abs(stated - true) * len(part)
    return gaps / len(confidences) if len(confidences) else 0.0
