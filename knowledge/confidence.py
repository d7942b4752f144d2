"""How sure the search is: the inputs of the calibrated confidence, from the best unit and those behind it."""

from __future__ import annotations

from collections.abc import Sequence

from knowledge.documents import DocumentKind
from knowledge.question import Question
from knowledge.ranking import load_confidence
from knowledge.search import Hit

SAME_TEXT_SCORE = 0.02  # units this close are usually the same words in two sections: no rival
MANY_WORDS = 12  # meaningful tokens from which a longer question says nothing more


def confidence_inputs(question: Question, hits: Sequence[Hit]) -> dict[str, float]:
    """What the calibration reads; every value is about 0..1. ``hits`` must not be empty."""
    best = hits[0]
    features = best.features
    rival = next((hit for hit in hits[1:] if not _same(best, hit)), None)
    meaning = question.meaning()
    plan = best.document.kind is DocumentKind.PLAN
    return {
        "coverage": features.coverage,
        "words": features.words,
        "likeness": features.likeness,
        "cosine": features.cosine,
        "lexical": features.lexical,
        "fused": features.fused,
        "topic_held": float(features.topic > 0),
        "topic_lacking": float(features.topic < 0),
        "number": features.number,
        "margin": min(1.0, best.score - rival.score) if rival else 1.0,
        "length": min(1.0, sum(share for share in meaning.values() if share == 1.0) / MANY_WORDS),
        "plan": float(plan),
        "plan_coverage": features.coverage * plan,
        "elsewhere": float(bool(question.mentions.elsewhere)),
        "squared_coverage": features.coverage**2,
        "squared_words": features.words**2,
    }


def _same(best: Hit, hit: Hit) -> bool:
    """Whether two units say the same: one section and its items, or one document's neighbours."""
    if best.document.id != hit.document.id:
        return False
    shorter, longer = sorted((best.entry.passage.path, hit.entry.passage.path), key=len)
    return longer[: len(shorter)] == shorter


def confidence_of(question: Question, hits: Sequence[Hit]) -> float:
    """The calibrated probability that the best unit holds the right fact; 0 when nothing was found."""
    return load_confidence().of(confidence_inputs(question, hits)) if hits else 0.0
