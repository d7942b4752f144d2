"""Fits the ranking weights and the confidence of ``knowledge/calibration.json`` on development questions.

Two convex problems, solved with plain numpy: the ranking by the softmax over the units found (several may be right),
the confidence by logistic regression. Both are regularised: there are hundreds of questions, not thousands.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields

import numpy as np

from indexer.question_sets import OUTSIDE, PLAN, SERVICE, Case
from knowledge.asked_model import AskedModel
from knowledge.compose import headed
from knowledge.confidence import KINDS as CONFIDENCE_KINDS
from knowledge.confidence import confidence_inputs
from knowledge.documents import DocumentKind
from knowledge.question import Question, read_question
from knowledge.ranking import RankWeights
from knowledge.search import Features, Hit, Searcher

RANKED = (
    *("fused", "cosine", "coverage", "words", "pairs", "written", "written_pairs", "row", "rarest"),
    *("likeness", "support", "cosine_support", "asked", "chance", "title"),
    *("opening", "subject", "about", "named", "topic", "number", "own", "whole", "part"),
)
"""Features the ranking may weigh; ``fused`` is fitted with its lexical share held fixed."""

RANKING_PENALTY = 0.01
# Signals that few questions give but that decide them: hardly held back, else their rarity would shrink them.
RARE = ("number", "subject", "topic")
RARE_PENALTY = 0.001
CONFIDENCE_PENALTY = 1.0
CONFIDENCE_STEPS = 5000
EVIDENCE = frozenset(
    """coverage words pairs written written_pairs rarest likeness support cosine cosine_support asked chance of_kind
    title known known_cosine row_cosine row opening subject topic_held number margin decoy first_in_both""".split()  # noqa: SIM905
)
STEPS = 600
STEP_SIZE = 0.05


@dataclass(frozen=True, slots=True)
class Found:
    """A development question, what was found for it, and which units are right."""

    case: Case
    question: Question
    hits: tuple[Hit, ...]
    right: tuple[bool, ...]


def find(searcher: Searcher, case: Case, classifier: AskedModel | None = None) -> Found:
    """Searches for a case as the answerer does, and marks the units that hold the right fact."""
    question = read_question(case.text, classifier)
    named = tuple(ward.code for ward in question.mentions.wards)
    wards: tuple[str, ...] | None = named or ((case.ward,) if case.ward else None)
    if not named and question.mentions.elsewhere and question.topics:
        wards = ()
    hits = tuple(searcher.search(question, wards))
    return Found(case, question, hits, tuple(_is_right(case, hit) for hit in hits))


def _is_right(case: Case, hit: Hit) -> bool:
    if case.kind == SERVICE:
        return hit.document.id in case.guides
    if case.kind == PLAN:
        return case.says(hit.document.ward, headed(hit.entry.passage))
    return hit.document.kind is DocumentKind.NOT_COVERED


def fit_ranking(found: Iterable[Found], start: RankWeights) -> RankWeights:
    """The weights under which a right unit comes first most surely."""
    groups = [
        (np.asarray([[getattr(hit.features, name) for name in RANKED] for hit in item.hits]), np.asarray(item.right))
        for item in found
        if any(item.right) and not all(item.right) and _teaches_ranking(item)
    ]
    weights = np.asarray([start.weights.get(name, 0.0) for name in RANKED]) * 3.0
    first = np.zeros_like(weights)
    second = np.zeros_like(weights)
    penalties = np.asarray([RARE_PENALTY if name in RARE else RANKING_PENALTY for name in RANKED])
    for step in range(1, STEPS + 1):
        gradient = penalties * weights
        for features, right in groups:
            gradient += _softmax_gradient(features, right, weights) / len(groups)
        first = 0.9 * first + 0.1 * gradient
        second = 0.999 * second + 0.001 * gradient**2
        weights -= STEP_SIZE * (first / (1 - 0.9**step)) / (np.sqrt(second / (1 - 0.999**step)) + 1e-8)
    # One unit of score is one nat of evidence; the margin of the confidence is read on this scale.
    return RankWeights(start.lexical_share, {name: round(float(w), 3) for name, w in zip(RANKED, weights, strict=True)})


def _teaches_ranking(item: Found) -> bool:
    """Outside questions that speak as plans do have no topic of their own to find: they teach the confidence only."""
    return item.case.inside or not (item.question.about_plan or item.question.topics)


def _softmax_gradient(features: np.ndarray, right: np.ndarray, weights: np.ndarray) -> np.ndarray:
    scores = features @ weights
    shares = np.exp(scores - scores.max())
    among_all = shares / shares.sum()
    among_right = np.where(right, shares, 0.0)
    among_right /= among_right.sum()
    gradient: np.ndarray = (among_all - among_right) @ features
    return gradient


def fit_confidence(found: Sequence[Found], names: Sequence[str]) -> tuple[float, dict[str, float]]:
    """Intercept and weights of the logistic regression "the first unit is right" over the named inputs.

    Evidence never counts against an answer: the weights of EVIDENCE are held at or above zero. Without that, inputs
    that go together get weights of both signs, which is right on the questions fitted and wild on others.
    """
    inputs = [confidence_inputs(item.question, item.hits) for item in found]
    design = np.asarray([[1.0, *(row[name] for name in names)] for row in inputs])
    target = np.asarray([float(item.right[0]) for item in found])
    penalty = np.asarray([0.0, *(CONFIDENCE_PENALTY for _ in names)]) / len(found)
    floor = np.asarray([-np.inf, *(0.0 if name in EVIDENCE else -np.inf for name in names)])
    # Projected gradient descent with Nesterov's momentum; the step is safe for a logistic loss (curvature <= 1/4).
    step = 1.0 / (0.25 * np.linalg.eigvalsh(design.T @ design / len(found)).max() + penalty.max())
    solution = np.zeros(design.shape[1])
    ahead = solution.copy()
    for count in range(CONFIDENCE_STEPS):
        probability = 1 / (1 + np.exp(-np.clip(design @ ahead, -30, 30)))
        gradient = design.T @ (probability - target) / len(found) + penalty * ahead
        following = np.maximum(ahead - step * gradient, floor)
        ahead = following + count / (count + 3) * (following - solution)
        solution = following
    return float(solution[0]), {name: float(value) for name, value in zip(names, solution[1:], strict=True)}


def fit_thresholds(stated: Sequence[Mapping[str, float]], kinds: Sequence[str]) -> dict[str, float]:
    """The confidence from which to answer, for each kind of document.

    ``stated`` is the confidence by the kind of the first unit found (empty when nothing may be answered), ``kinds``
    what was asked (plan, service, outside). Best is where the largest of three shares is least: plan questions lost,
    service questions lost, outside ones answered.
    """
    asked = np.asarray(kinds)
    by_kind = {kind: np.asarray([found.get(kind, -1.0) for found in stated]) for kind in CONFIDENCE_KINDS}

    def shares(thresholds: Mapping[str, float]) -> float:
        answered = np.any([by_kind[kind] >= thresholds[kind] for kind in CONFIDENCE_KINDS], axis=0)
        lost = [float((~answered[asked == kind]).mean()) for kind in (PLAN, SERVICE)]
        return max(*lost, float(answered[asked == OUTSIDE].mean()))

    steps = [round(0.1 + 0.02 * step, 2) for step in range(41)]
    grid = [dict(zip(CONFIDENCE_KINDS, pair, strict=True)) for pair in itertools.product(steps, steps)]
    return min(grid, key=shares)


def rescored(found: Found, ranking: RankWeights) -> Found:
    """The same question with its units in the order of other weights."""
    scored = [
        (Hit(hit.entry, ranking.score(hit.features), hit.features, hit.unit), right)
        for hit, right in zip(found.hits, found.right, strict=True)
    ]
    scored.sort(key=lambda pair: (-pair[0].score, pair[0].entry.ordinal))
    return Found(found.case, found.question, tuple(hit for hit, _ in scored), tuple(right for _, right in scored))


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


FEATURE_NAMES = tuple(field.name for field in fields(Features))
