"""Turns what was found into an answer: the extract, whose it is, and the citations it rests on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from knowledge.answer_types import Answer, AnswerKind, Citation
from knowledge.compose import citation, guide_answer, plan_answer
from knowledge.confidence import same_section
from knowledge.documents import DocumentKind
from knowledge.guide_parts import asked_parts
from knowledge.index import Index
from knowledge.question import Question
from knowledge.search import Hit
from knowledge.standing import standing
from knowledge.topics import LIST_ROLE
from knowledge.wards import Wards

# Two passages this close in score (nats) are equally likely to be meant: both are quoted.
COMPANION_GAP = 1.5
COMPANIONS_CONSIDERED = 4
OWN_PLAN_SHARE = 0.5  # of the room, for what the asker's own plan says beside a national guide
FIRST_SHARE = 0.6  # of the room goes to the better one


class Worder:
    """Words answers from one index."""

    def __init__(self, index: Index, wards: Wards, today: Callable[[], date]) -> None:
        self._index = index
        self._wards = wards
        self._today = today

    def answer(self, question: Question, hits: Sequence[Hit], confidence: float, limit: int) -> Answer:
        """The answer from the best hit, and from a second one of the same plan that is as likely."""
        best = hits[0]
        second = companion(hits)
        if best.document.kind is not DocumentKind.PLAN:
            return self._from_guide(question, hits, confidence, limit)
        if second is None:
            text = self._plan_text(question, best, limit)
            return Answer(AnswerKind.ANSWER, text, confidence, citations=(_cite(best),))
        first_room = max(limit - len(second.entry.passage.text) - 2, int(limit * FIRST_SHARE))
        text = self._plan_text(question, best, first_room)
        room = limit - len(text) - 2
        shown = second.entry.passage
        other_heading = shown.path != best.entry.passage.path
        text += "\n\n" + plan_answer(shown, None, question.meaning.folded, limit=room, with_heading=other_heading)
        return Answer(AnswerKind.ANSWER, text, confidence, citations=(_cite(best), _cite(second)))

    def _plan_text(self, question: Question, hit: Hit, limit: int) -> str:
        passage = hit.entry.passage
        ward = self._wards.get(passage.document.ward)
        return plan_answer(
            passage,
            ward,
            question.meaning.folded,
            by_successor=question.mentions.by_successor,
            asks_list=any(topic.whole for topic in question.topics),
            notes=standing(passage.document, self._today(), ended_ward=bool(ward and ward.ended)),
            limit=limit,
        )

    def _from_guide(self, question: Question, hits: Sequence[Hit], confidence: float, limit: int) -> Answer:
        """The answer of a guide; before it, what the asker's own plan says when that fits as well."""
        best = hits[0]
        own = next((hit for hit in hits[1:] if hit.features.own and _as_likely(best, hit)), None)
        opening = self._plan_text(question, own, int(limit * OWN_PLAN_SHARE)) + "\n\n" if own else ""
        sections = [self._index.entry(ordinal).passage for ordinal in range(*best.unit)]
        text, shown = guide_answer(
            sections,
            asked_parts(question.plain),
            best.entry.passage.role,
            question.meaning.folded,
            notes=standing(best.document, self._today()),
            limit=limit - len(opening),
        )
        cited = [citation(shown, best.features.fused), *([_cite(own)] if own else [])]
        return Answer(AnswerKind.ANSWER, opening + text, confidence, citations=tuple(cited))


def companion(hits: Sequence[Hit]) -> Hit | None:
    """A passage of the same plan that is as likely to be meant as the best one and says something else."""
    best = hits[0]
    shown = best.entry.passage.text
    for hit in hits[1:COMPANIONS_CONSIDERED]:
        if not _as_likely(best, hit):
            return None
        text = hit.entry.passage.text
        inside = same_section(best, hit) and LIST_ROLE in (best.entry.passage.role, hit.entry.passage.role)
        if hit.document.id == best.document.id and not inside and text not in shown and shown not in text:
            return hit
    return None


def _as_likely(best: Hit, hit: Hit) -> bool:
    return best.score - hit.score <= COMPANION_GAP


def _cite(hit: Hit) -> Citation:
    return citation([hit.entry.passage], hit.features.fused)
