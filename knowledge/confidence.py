"""How sure the search is: the inputs of the calibrated confidence, from the best unit and those behind it."""

from __future__ import annotations

from collections.abc import Sequence

from knowledge.documents import DocumentKind
from knowledge.question import Question
from knowledge.ranking import answer_threshold, load_confidence
from knowledge.search import Hit

NO_CALIBRATION = "none"  # a topic that is not covered holds no fact
MOST_MARGIN = 3.0  # nats of ranking score; a wider margin says nothing more
MANY_WORDS = 12  # meaningful tokens from which a longer question says nothing more


def confidence_inputs(question: Question, hits: Sequence[Hit]) -> dict[str, float]:
    """What the calibration reads; every value is about 0..1. ``hits`` must not be empty."""
    best = hits[0]
    features = best.features
    rival = next((hit for hit in hits[1:] if not _same(best, hit)), None)
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
        "asked": features.asked,
        "chance": features.chance,
        "uncovered": asked.uncovered(),
        "of_kind": of_plans if plan else max(0.0, 1.0 - of_plans - asked.uncovered()),
        "lacking": max(0.0, of_plans - features.chance) if plan else 0.0,
        "title": features.title,
        "opening": features.opening,
        "subject": features.subject,
        "subject_asked": float(any(topic.subject for topic in question.topics)),
        "about": features.about,
        "named": features.named,
        "cosine": features.cosine,
        "topic_held": float(features.topic > 0),
        "topic_lacking": float(features.topic < 0),
        "number": features.number,
        "margin": _gap(best, rival),
        "decoy": _gap(best, decoy),
        "first_in_both": float(features.lexical >= 1.0 and features.dense >= 1.0),
        "length": min(1.0, sum(share for share in meaning.values() if share == 1.0) / MANY_WORDS),
        "elsewhere": float(bool(question.mentions.elsewhere)),
    }


def _gap(best: Hit, other: Hit | None) -> float:
    return min(MOST_MARGIN, best.score - other.score) / MOST_MARGIN if other else 1.0


KINDS = ("plan", "guide")


def confidence_kind(hit: Hit) -> str:
    """Which calibration reads the inputs: plans and guides are written too differently for one."""
    if hit.document.kind is DocumentKind.NOT_COVERED:
        return NO_CALIBRATION
    return "plan" if hit.document.kind is DocumentKind.PLAN else "guide"


def _same(best: Hit, hit: Hit) -> bool:
    """Whether two units say the same: one section and its items, or one document's neighbours."""
    if best.document.id != hit.document.id:
        return False
    shorter, longer = sorted((best.entry.passage.path, hit.entry.passage.path), key=len)
    return longer[: len(shorter)] == shorter


def confidence_of(question: Question, hits: Sequence[Hit]) -> float:
    """The calibrated probability that the best unit holds the right fact; 0 when nothing was found."""
    if not hits or hits[0].document.kind is DocumentKind.NOT_COVERED:
        return 0.0
    return load_confidence(confidence_kind(hits[0])).of(confidence_inputs(question, hits))


def sure_enough(hit: Hit, confidence: float) -> bool:
    """Whether a resident is shown an answer from a unit found."""
    kind = confidence_kind(hit)
    return kind != NO_CALIBRATION and confidence >= answer_threshold(kind)
