"""Staff answers take the place of the machine's when a question is close enough to the one they answered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

import numpy as np

from knowledge.answer_types import ANSWER_LIMIT, Answer, AnswerKind, Citation, StaffAnswer
from knowledge.extract import shorten
from knowledge.question import Question, read_question
from knowledge.replies import day, reply
from knowledge.wards import load_wards

# How alike two questions must be: weighted Dice over the tokens of their readings. Above it two residents asked the
# same thing in 49 of 50 pairs of the development phrasings; a mistake here would put words in staff's mouth.
LEAST_LIKENESS = 0.62
STAFF_CONFIDENCE = 0.99  # a person answered this very question


def staff_answer(question: Question, answers: Iterable[StaffAnswer], today: date) -> Answer | None:
    """The staff answer to a question, or None when no answer in force is close enough."""
    meaning = question.meaning.folded
    best: tuple[float, StaffAnswer] | None = None
    for answer in answers:
        if answer.valid_until is not None and answer.valid_until < today.isoformat():
            continue
        found = likeness(meaning, read_question(answer.question).meaning.folded)
        if found >= LEAST_LIKENESS and (best is None or found > best[0]):
            best = (found, answer)
    return _worded(best[1], best[0]) if best else None


def likeness(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    """Weighted Dice of two meanings, 0..1."""
    total = sum(one.values()) + sum(other.values())
    shared = sum(2 * share for token, share in one.items() if token in other)
    return float(np.clip(shared / total, 0.0, 1.0)) if total else 0.0


def _worded(answer: StaffAnswer, score: float) -> Answer:
    closing = reply("staff", "answered", author=answer.author, day=day(answer.answered_on))
    text = shorten(answer.text.strip(), ANSWER_LIMIT - len(closing) - 1)
    ward = load_wards().get(answer.ward)
    cited = Citation(
        document=f"staff-{answer.id}",
        title=answer.question,
        section=ward.name if ward else "",
        passage=answer.text.strip()[:ANSWER_LIMIT],
        ward=answer.ward or None,
        score=round(score, 4),
        valid_from=answer.answered_on,
        valid_until=answer.valid_until,
        checked_on=answer.answered_on,
        source=answer.author,
    )
    return Answer(AnswerKind.ANSWER, f"{text}\n{closing}", STAFF_CONFIDENCE, citations=(cited,))
