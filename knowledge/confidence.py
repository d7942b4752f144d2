"""How sure the search is: the inputs of the calibrated confidence, from the best unit and those behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from knowledge.documents import DocumentKind
from knowledge.question import Question
from knowledge.ranking import answer_threshold, load_confidence, load_coverage
from knowledge.search import Hit

NO_CALIBRATION = "none"  # a topic that is not covered holds no fact
MOST_MARGIN = 3.0  # nats of ranking score; a wider margin says nothing more
# Below it an answer is not shown, however much the question is about the material: of the development answers that it
# withholds one in fourteen is right (``python -m indexer.floor``).
LEAST_SHOWN = 0.1
MANY_WORDS = 12  # meaningful tokens from which a longer question says nothing more


def confidence_inputs(question: Question, hits: Sequence[Hit]) -> dict[str, float]:
    """What the calibration reads; every value but the evidence of words is about 0..1. ``hits`` must not be empty."""
    best = hits[0]
    features = best.features
    rival = next((hit for hit in hits[1:] if not same_section(best, hit)), None)
    decoy = next((hit for hit in hits[1:] if hit.document.kind is DocumentKind.NOT_COVERED), None)
    meaning = question.meaning.folded
    asked = question.asked
    of_plans = asked.of_plans()
    plan = best.document.kind is DocumentKind.PLAN
    return {
        "coverage": features.coverage,
        "words": features.words,
        "pairs": features.pairs,
        "written": features.written,
        "written_pairs": features.written_pairs,
        "known": features.known,
        "known_cosine": features.cosine_support * features.known,
        "row_cosine": features.cosine * features.row,
        "row": features.row,
        "rarest": features.rarest,
        "likeness": features.likeness,
        "support": features.support,
        "cosine_support": features.cosine_support,
        "word_evidence": features.word_evidence,
        "decoy_likeness": decoy.features.likeness if decoy else 0.0,
        "decoy_asked": decoy.features.asked if decoy else 0.0,
        "asked": features.asked,
        "chance": features.chance,
        "surest": max(asked.probabilities.values(), default=0.0),
        "uncovered": asked.uncovered(),
        "of_kind": of_plans if plan else max(0.0, 1.0 - of_plans - asked.uncovered()),
        "lacking": max(0.0, of_plans - features.chance) if plan else 0.0,
        "title": features.title,
        "opening": features.opening,
        "subject": features.subject,
        "subject_asked": float(question.asks_subject),
        "about": features.about,
        "named": features.named,
        "cosine": features.cosine,
        "topic_held": float(features.topic > 0),
        "topic_lacking": float(features.topic < 0),
        "number": features.number,
        "figure": features.figure,
        "margin": _gap(best, rival),
        "decoy": _gap(best, decoy),
        "first_in_both": float(features.lexical >= 1.0 and features.dense >= 1.0),
        "length": min(1.0, sum(share for share in meaning.values() if share == 1.0) / MANY_WORDS),
        "elsewhere": float(bool(question.mentions.elsewhere)),
    }


def _gap(best: Hit, other: Hit | None) -> float:
    return max(-MOST_MARGIN, min(MOST_MARGIN, best.score - other.score)) / MOST_MARGIN if other else 1.0


KINDS = ("plan", "guide")


def confidence_kind(hit: Hit) -> str:
    """Which calibration reads the inputs: plans and guides are written too differently for one."""
    if hit.document.kind is DocumentKind.NOT_COVERED:
        return NO_CALIBRATION
    return "plan" if hit.document.kind is DocumentKind.PLAN else "guide"


def same_section(best: Hit, hit: Hit) -> bool:
    """Whether two units say the same: one section and its items, or one document's neighbours."""
    if best.document.id != hit.document.id:
        return False
    shorter, longer = sorted((best.entry.passage.path, hit.entry.passage.path), key=len)
    return longer[: len(shorter)] == shorter


@dataclass(frozen=True, slots=True)
class Sureness:
    """How sure the search is of the best unit found.

    ``confidence`` is the calibrated probability that it holds the right fact, ``coverage`` that the material answers
    the question at all, be it in another unit. ``enough`` says whether a resident is shown an answer from it: the
    coverage decides, because where two sections of a plan may be meant both are quoted, unless hardly anything speaks
    for the first.
    """

    confidence: float
    coverage: float
    enough: bool


NOT_SURE = Sureness(0.0, 0.0, False)


def sureness(question: Question, hits: Sequence[Hit]) -> Sureness:
    """How sure the search is; of nothing found, or only of topics that nobody covers, not at all."""
    kind = confidence_kind(hits[0]) if hits else NO_CALIBRATION
    if kind == NO_CALIBRATION:
        return NOT_SURE
    inputs = confidence_inputs(question, hits)
    coverage = load_coverage(kind).probability(inputs)
    confidence = load_confidence(kind).probability(inputs)
    return Sureness(confidence, coverage, coverage >= answer_threshold(kind) and confidence >= LEAST_SHOWN)
