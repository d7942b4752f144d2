"""Answers one question: an extract with citation, a short "did you mean", or an honest "not in my documents"."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date

from knowledge import asking_back
from knowledge.answer_types import ANSWER_LIMIT, CITATION_LIMIT, Answer, AnswerKind, OverrideSource, StaffAnswer
from knowledge.compare import compare
from knowledge.confidence import sureness
from knowledge.encoder import Encoder
from knowledge.extract import shorten
from knowledge.followup import joined, leans
from knowledge.index import Index
from knowledge.intents import load_intents
from knowledge.overrides import StaffAnswerBook, with_offers
from knowledge.question import Question, read_question, split_questions
from knowledge.replies import reply
from knowledge.search import Searcher
from knowledge.unit_answers import unit_answer
from knowledge.wards import Wards, load_wards
from knowledge.wording import Worder

UNSURE = 0.5  # confidence below which the answer is likelier wrong than right: other topics are offered with it
LONGEST_TEXT = 2000  # characters of a message that are read; a whole page is no question


class Answerer:
    """Answers questions over one index; safe to use from several threads."""

    def __init__(self, index: Index, encoder: Encoder, today: Callable[[], date] = date.today) -> None:
        """Raises IndexModelMismatchError when the index was made with another encoder."""
        self._searcher = Searcher(index, encoder)
        self._encoder = encoder
        self._index = index
        self._today = today
        self._wards: Wards = load_wards().including(index.topics_held)
        self._worder = Worder(index, self._wards, today)
        self._books: dict[str | None, tuple[Sequence[StaffAnswer], StaffAnswerBook]] = {}

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
            return Answer(AnswerKind.ACTION, reply("actions", action.value), asking_back.NO_CONFIDENCE, action=action)
        read = read_question(text, wards=self._wards)
        parts = split_questions(text)
        if len(parts) > 1:
            whole = self._given_by_staff(read, ward, overrides, ANSWER_LIMIT)
            return whole or self._both(read, parts, ward, overrides)
        if previous and leans(read):
            # A short question that staff answered stands on its own.
            given = self._given_by_staff(read, ward, overrides, ANSWER_LIMIT)
            return given or self._answer_one(joined(read, previous, self._wards), ward, overrides, ANSWER_LIMIT)
        return self._answer_one(read, ward, overrides, ANSWER_LIMIT)

    def _both(
        self, message: Question, parts: Sequence[str], ward: str | None, overrides: OverrideSource | None
    ) -> Answer:
        """Two questions of one message; the second may lean on the first, or both may be one question."""
        room = (ANSWER_LIMIT - 2) // len(parts)
        answers: list[Answer] = []
        for number, part in enumerate(parts):
            read = read_question(part, wards=self._wards)
            if number and leans(read):
                read = joined(read, parts[:number], self._wards)
            answers.append(self._answer_one(read, ward, overrides, room))
        good = [answer for answer in answers if answer.kind is AnswerKind.ANSWER]
        if len(good) < len(parts):
            # "Dữ liệu số hóa rồi sao vẫn bắt nộp giấy? Có nói giảm bớt không?" asks one thing in two sentences.
            as_one = self._found(message, ward, ANSWER_LIMIT)  # no staff answer fits the whole: it was looked up
            if not good or as_one.confidence > max(answer.confidence for answer in good):
                return as_one if as_one.kind is AnswerKind.ANSWER else answers[0]
        texts = [
            shorten(answer.text, room)
            if answer.kind is AnswerKind.ANSWER
            else reply("two", "unknown", question=part.strip(" ?")[: room // 2])
            for part, answer in zip(parts, answers, strict=True)
        ]
        citations = tuple(c for answer in good for c in answer.citations)[:CITATION_LIMIT]
        confidence = min(answer.confidence for answer in good)
        given = tuple(dict.fromkeys(one for answer in good for one in answer.staff_answers))
        text = "\n\n".join(dict.fromkeys(texts))
        return Answer(AnswerKind.ANSWER, text, confidence, citations=citations, staff_answers=given)

    def _answer_one(self, question: Question, ward: str | None, overrides: OverrideSource | None, limit: int) -> Answer:
        if question.empty:
            return asking_back.empty()
        given = self._given_by_staff(question, ward, overrides, limit)
        if given is not None:
            return given
        found = self._found(question, ward, limit)
        if found.kind is AnswerKind.ABSTAIN and (book := self._book(question, ward, overrides)) is not None:
            return with_offers(found, book.offers(question, self._today()), asking_back.CHOICES)
        return found

    def _found(self, question: Question, ward: str | None, limit: int) -> Answer:
        """What the material says, without the staff answers."""
        from_table = unit_answer(question, self._index)
        if from_table is not None:
            return from_table
        if question.compares:
            compared = compare(question, self._searcher, self._wards, self._today(), limit)
            if compared is not None:
                return compared
        return self._from_documents(question, question.wards_asked(ward), limit)

    def _from_documents(self, question: Question, wards: tuple[str, ...] | None, limit: int) -> Answer:
        hits = self._searcher.search(question, wards)
        other_place = asking_back.elsewhere(question, self._wards)
        if other_place is not None:
            return other_place
        if not hits:
            return asking_back.unknown(hits)
        sure = sureness(question, hits)
        asked_back = None
        if wards is None:
            asked_back = asking_back.which_ward(question, self._wards, self._index, hits, sure)
        elif len(wards) == 1:
            asked_back = asking_back.missing(question, self._wards[wards[0]], self._index, hits, sure)
        asked_back = asked_back or asking_back.bare_words(question, hits)
        if asked_back is not None:
            return asked_back
        if not sure.enough:
            return asking_back.not_covered(hits) or asking_back.which_topic(question, hits) or asking_back.unknown(hits)
        answer = self._worder.answer(question, hits, sure.confidence, limit)
        if sure.confidence >= UNSURE:
            return answer
        return replace(answer, choices=asking_back.others(hits))

    def _given_by_staff(
        self, question: Question, ward: str | None, overrides: OverrideSource | None, limit: int
    ) -> Answer | None:
        book = self._book(question, ward, overrides)
        return None if book is None else book.answer(question, self._today(), limit)

    def _book(self, question: Question, ward: str | None, overrides: OverrideSource | None) -> StaffAnswerBook | None:
        """The staff answers of the ward that is asked about; read anew when the source gives others."""
        if overrides is None:
            return None
        named = question.mentions.wards[0].code if question.mentions.wards else ward
        answers = overrides.staff_answers(named)
        if not answers:
            return None
        kept = self._books.get(named)
        if kept is None or kept[0] is not answers:
            kept = (answers, StaffAnswerBook(answers, self._encoder))
            self._books[named] = kept
        return kept[1]
