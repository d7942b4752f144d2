"""A comparison across wards: one line a ward, each from its own plan."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from knowledge.answer_types import CITATION_LIMIT, Answer, AnswerKind
from knowledge.compose import citation, compared_line
from knowledge.confidence import sureness
from knowledge.documents import DocumentKind
from knowledge.question import Question, without_comparing
from knowledge.replies import reply
from knowledge.search import Searcher
from knowledge.standing import short_standing
from knowledge.wards import Ward, Wards

LEAST_CONFIDENCE = 0.5  # beside the other wards' lines a wrong one is worse than "không nêu"


def compare(question: Question, searcher: Searcher, wards: Wards, today: date, limit: int) -> Answer | None:
    """The lines of the wards named, or of all, with what no longer stands; None when no plan answers the question."""
    named: Sequence[Ward] = question.mentions.wards
    if len(named) < 2:
        named = [ward for ward in wards.wards if ward.code in searcher.index.topics_held]
    question = without_comparing(question)
    room = limit - len(reply("plan", "compare")) - len(named)
    lines, cited, confidences = [], [], []
    for ward in named:
        found = searcher.search(question, (ward.code,))
        hits = [hit for hit in found if hit.document.kind is DocumentKind.PLAN]
        sure = sureness(question, hits)
        holds = sure.enough and sure.confidence >= LEAST_CONFIDENCE and hits[0].features.topic >= 0
        passage = hits[0].entry.passage if holds else None
        mark = short_standing(passage.document, today) if passage else ""
        lines.append(compared_line(passage, ward, question.meaning.folded, room // len(named), mark))
        if passage is not None:
            cited.append(citation([passage], hits[0].features.fused))
            confidences.append(sure.confidence)
    if not cited:
        return None
    text = "\n".join([reply("plan", "compare"), *lines])
    return Answer(AnswerKind.ANSWER, text, min(confidences), citations=tuple(cited[:CITATION_LIMIT]))
