"""Answers one question: an extract with citation, a short "did you mean", or an honest "not in my documents"."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from knowledge.answer_types import (
    ANSWER_LIMIT,
    CITATION_LIMIT,
    Answer,
    AnswerKind,
    Choice,
    OverrideSource,
)
from knowledge.compose import citation, compared_line, guide_answer, plan_answer, short_topic
from knowledge.confidence import confidence_of
from knowledge.documents import DocumentKind, Passage
from knowledge.encoder import Encoder
from knowledge.followup import joined, leans
from knowledge.guide_parts import asked_parts
from knowledge.index import Index
from knowledge.intents import load_intents
from knowledge.overrides import staff_answer
from knowledge.question import Question, read_question, split_questions
from knowledge.ranking import answer_threshold
from knowledge.replies import reply
from knowledge.search import Hit, Searcher
from knowledge.wards import Ward, Wards, load_wards

LONGEST_TEXT = 2000  # characters of a message that are read; a whole page is no question
CHOICES = 3  # a phone shows three buttons without scrolling
# A unit must hold this share of the question's words to be offered as "closest".
CLOSE_WORDS = 0.34
# A short question whose words all stand in several guides is asked back instead of guessed at.
DOUBT_MARGIN = 0.12
ASKS_LIST_TOPICS = frozenset(
    [
        "contents",
        "criteria",
        "award_forms",
        "purpose",
        "requirement",
        "solutions",
        "recipients",
        "duties",
        "phases",
        "dossier",
        "targets",
    ]
)


@dataclass(frozen=True, slots=True)
class _Scope:
    """Whose plans are searched, and why."""

    wards: tuple[str, ...] | None
    named: bool


class Answerer:
    """Answers questions over one index; safe to use from several threads."""

    def __init__(self, index: Index, encoder: Encoder, today: Callable[[], date] = date.today) -> None:
        """Raises IndexModelMismatchError when the index was made with another encoder."""
        self._searcher = Searcher(index, encoder)
        self._index = index
        self._today = today
        self._wards: Wards = load_wards()

    def answer(
        self,
        question: str,
        ward: str | None = None,
        previous: Sequence[str] = (),
        overrides: OverrideSource | None = None,
    ) -> Answer:
        """The reply to a question of a resident of ``ward`` (a code, or None); never raises on any text.

        ``previous`` are the asker's earlier messages, oldest first. ``overrides`` gives the staff answers in force.
        """
        text = question[:LONGEST_TEXT].strip()
        action = load_intents().action(text)
        if action is not None:
            return Answer(AnswerKind.ACTION, reply("actions", action.value), 0.0, action=action)
        parts = split_questions(text)
        if len(parts) > 1:
            return self._both(parts, ward, overrides)
        read = read_question(text)
        if previous and leans(read):
            read = joined(read, previous)
        return self._answer_one(read, ward, overrides, ANSWER_LIMIT)

    def _both(self, parts: Sequence[str], ward: str | None, overrides: OverrideSource | None) -> Answer:
        """Two questions of one message; the second may lean on the first."""
        room = (ANSWER_LIMIT - 2) // len(parts)
        answers: list[Answer] = []
        for number, part in enumerate(parts):
            read = read_question(part)
            if number and leans(read):
                read = joined(read, parts[:number])
            answers.append(self._answer_one(read, ward, overrides, room))
        good = [answer for answer in answers if answer.kind is AnswerKind.ANSWER]
        if not good:
            return answers[0]
        if good[0].text == good[-1].text and len(good) == len(answers):
            return good[0]
        texts = [
            answer.text
            if answer.kind is AnswerKind.ANSWER
            else reply("two", "unknown", question=part.strip(" ?")[: room // 2])
            for part, answer in zip(parts, answers, strict=True)
        ]
        citations = tuple(c for answer in good for c in answer.citations)[:CITATION_LIMIT]
        confidence = min(answer.confidence for answer in good)
        return Answer(AnswerKind.ANSWER, "\n\n".join(texts), confidence, citations=citations)

    def _answer_one(self, question: Question, ward: str | None, overrides: OverrideSource | None, limit: int) -> Answer:
        if question.empty:
            if question.mentions.wards:
                return self._unknown(question, [])
            return Answer(AnswerKind.ABSTAIN, reply("abstain", "empty"), 0.0)
        if overrides is not None:
            named = question.mentions.wards[0].code if question.mentions.wards else ward
            given = staff_answer(question, overrides.staff_answers(named), self._today())
            if given is not None:
                return given
        if question.compares:
            compared = self._compare(question)
            if compared is not None:
                return compared
        scope = self._scope(question, ward)
        hits = self._searcher.search(question, scope.wards)
        if not hits:
            return self._unknown(question, [])
        missing = self._missing(question, scope, hits)
        if missing is not None:
            return missing
        if scope.wards is None and hits[0].document.kind is DocumentKind.PLAN:
            asked_back = self._ask_ward(question, hits)
            if asked_back is not None:
                return asked_back
        confidence = confidence_of(question, hits)
        if confidence < answer_threshold():
            return self._ask_topic(question, hits) or self._unknown(question, hits)
        return self._word(question, hits, confidence, limit)

    def _scope(self, question: Question, ward: str | None) -> _Scope:
        """A ward named in the question, else the resident's; nobody's plans when a place without one is named."""
        if question.mentions.wards:
            return _Scope(tuple(named.code for named in question.mentions.wards), named=True)
        if question.mentions.elsewhere and question.topics:
            return _Scope((), named=True)
        if ward is not None and self._wards.get(ward) is not None:
            return _Scope((ward,), named=False)
        return _Scope(None, named=False)

    def _word(self, question: Question, hits: Sequence[Hit], confidence: float, limit: int) -> Answer:
        best = hits[0]
        passage = best.entry.passage
        if passage.document.kind is DocumentKind.PLAN:
            text = plan_answer(
                passage,
                self._wards.get(passage.document.ward),
                question.meaning(),
                by_successor=question.mentions.by_successor,
                asks_list=any(topic.id in ASKS_LIST_TOPICS for topic in question.topics),
                limit=limit,
            )
            cited = [citation([passage], best.features.fused)]
        else:
            sections = [self._index.entry(ordinal).passage for ordinal in range(*best.unit)]
            text, shown = guide_answer(
                sections,
                asked_parts(question.plain),
                passage.role,
                question.meaning(),
                lapsed_on=self._lapsed(passage),
                limit=limit,
            )
            cited = [citation(shown, best.features.fused)]
        return Answer(AnswerKind.ANSWER, text, confidence, citations=tuple(cited))

    def _lapsed(self, passage: Passage) -> str | None:
        until = passage.document.valid_until
        return until if until is not None and until < self._today().isoformat()[: len(until)] else None

    def _missing(self, question: Question, scope: _Scope, hits: Sequence[Hit]) -> Answer | None:
        """Says that a plan does not state what is asked, when its topics tell so for sure."""
        asked = [topic for topic in question.topics if topic.missing]
        if not asked or len(asked) != len(question.topics):
            return None
        if question.mentions.elsewhere and not question.mentions.wards:
            names = ", ".join(ward.name for ward in self._wards.wards)
            place = question.mentions.elsewhere[0]
            return Answer(AnswerKind.ABSTAIN, reply("abstain", "elsewhere", place=place, wards=names), 0.0)
        if scope.wards is None or len(scope.wards) != 1:
            return None
        ward = self._wards.get(scope.wards[0])
        held = self._index.topics_held.get(scope.wards[0])
        if ward is None or held is None or any(topic.id in held for topic in asked):
            return None
        if hits[0].document.kind is not DocumentKind.PLAN and confidence_of(question, hits) >= answer_threshold():
            return None
        restored = any(document.restored for document in self._index.documents if document.ward == ward.code)
        name = "missing_restored" if restored else "missing"
        text = reply("abstain", name, ward=ward.name, what=asked[0].missing)
        return Answer(AnswerKind.ABSTAIN, text, 0.0)

    def _ask_ward(self, question: Question, hits: Sequence[Hit]) -> Answer | None:
        """Asks which ward when the plans of several answer; None when only one does or none is likely to."""
        if confidence_of(question, hits) < answer_threshold():
            return None
        best = hits[0]
        wards = [best.document.ward]
        for hit in hits[1:]:
            if hit.document.kind is DocumentKind.PLAN and hit.document.ward not in wards:
                if hit.score >= best.score - DOUBT_MARGIN * 3:
                    wards.append(hit.document.ward)
        if len(wards) == 1:
            return None
        offered = [ward for ward in self._wards.wards if ward.code in self._index.topics_held]
        choices = tuple(
            Choice(ward.name[:1].upper() + ward.name[1:], f"{question.text.rstrip(' ?.')} ({ward.name})")
            for ward in offered
        )
        codes = tuple(ward.code for ward in offered)
        return Answer(AnswerKind.CLARIFY, reply("clarify", "ward"), 0.0, choices=choices, wards=codes)

    def _ask_topic(self, question: Question, hits: Sequence[Hit]) -> Answer | None:
        """Offers two or three readings of a short question that several guides fit."""
        if question.query.doubts:
            doubt = question.query.doubts[0]
            choices = tuple(
                Choice(meaning[:1].upper() + meaning[1:], question.text.replace(doubt.written, meaning))
                for meaning in doubt.meanings[:CHOICES]
            )
            if len(choices) > 1:
                text = reply("clarify", "doubt", written=doubt.written)
                return Answer(AnswerKind.CLARIFY, text, 0.0, choices=choices)
        fitting = [hit for hit in hits if hit.features.words >= 0.99 and hit.document.ward is None]
        if len(fitting) < 2:
            return None
        choices = self._choices(fitting)
        if len(choices) < 2:
            return None
        return Answer(AnswerKind.CLARIFY, reply("clarify", "topic"), 0.0, choices=choices)

    def _unknown(self, question: Question, hits: Sequence[Hit]) -> Answer:
        """ "Chưa có trong tài liệu", with the closest topics."""
        close = [hit for hit in hits if hit.features.words >= CLOSE_WORDS and hit.document.ward is None]
        choices = self._choices(close)
        text = reply("abstain", "unknown")
        if choices:
            text += "\n" + reply("abstain", "closest")
        return Answer(AnswerKind.ABSTAIN, text, 0.0, choices=choices)

    @staticmethod
    def _choices(hits: Sequence[Hit]) -> tuple[Choice, ...]:
        titles = dict.fromkeys(short_topic(hit.entry.passage) for hit in hits)
        return tuple(Choice(title, title) for title in list(titles)[:CHOICES])

    def _compare(self, question: Question) -> Answer | None:
        """One line a ward, for questions that ask about several; None when no plan answers."""
        wards: Sequence[Ward] = question.mentions.wards
        if len(wards) < 2:
            wards = [ward for ward in self._wards.wards if ward.code in self._index.topics_held]
        lines, cited, confidences = [], [], []
        for ward in wards:
            hits = [
                hit for hit in self._searcher.search(question, (ward.code,)) if hit.document.kind is DocumentKind.PLAN
            ]
            confidence = confidence_of(question, hits)
            held = confidence >= answer_threshold() and hits[0].features.topic >= 0
            lines.append(compared_line(hits[0].entry.passage if held else None, ward, question.meaning()))
            if held:
                cited.append(citation([hits[0].entry.passage], hits[0].features.fused))
                confidences.append(confidence)
        if not cited:
            return None
        text = "\n".join([reply("plan", "compare"), *lines])
        return Answer(
            AnswerKind.ANSWER,
            text[:ANSWER_LIMIT],
            min(confidences),
            citations=tuple(cited[:CITATION_LIMIT]),
        )
