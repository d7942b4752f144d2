"""Staff answers take the place of the machine's when a question is close enough to the one they answered."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

from knowledge.answer_types import ANSWER_LIMIT, Answer, AnswerKind, Choice, Citation, StaffAnswer
from knowledge.encoder import Encoder
from knowledge.extract import shorten
from knowledge.likeness import KnownQuestions
from knowledge.question import Question
from knowledge.replies import day, reply
from knowledge.wards import load_wards

# From here a staff answer is given as the answer. Fitted by ``python -m indexer.likeness``: of questions that the
# documents answer 2 of 1,500 are taken over, of those made to be mistaken 18 %, each shown with the question
# that staff answered. Paraphrases that fall short are offered as a choice.
LEAST_LIKENESS = 0.60
# From here the question that staff answered is offered when the documents have no answer; 81 % of paraphrases reach it.
OFFERED_LIKENESS = 0.40
OFFERED = 2  # of three choices; the third is left to the documents
SAME_LIKENESS = 0.85  # from here the answer need not say which question staff answered: it is this one
STAFF_CONFIDENCE = 0.99  # a person answered this very question


class StaffAnswerBook:
    """The staff answers of a ward, read once to be compared with every question."""

    def __init__(self, answers: Sequence[StaffAnswer], encoder: Encoder) -> None:
        asked = [(text, answer) for answer in answers for text in (answer.question, *answer.wordings)]
        self._owners = [answer for _, answer in asked]
        self._known = KnownQuestions([text for text, _ in asked], encoder)

    def answer(self, question: Question, today: date, limit: int = ANSWER_LIMIT) -> Answer | None:
        """The staff answer to a question in at most ``limit`` characters; None when none in force is close enough."""
        found = next(self._alike(question, today, LEAST_LIKENESS), None)
        return None if found is None else _worded(*found, limit)

    def offers(self, question: Question, today: date) -> tuple[Choice, ...]:
        """The questions staff answered that may be meant, to be offered where nothing else answers."""
        found = self._alike(question, today, OFFERED_LIKENESS)
        texts = dict.fromkeys(answer.question for answer, _ in found)
        return tuple(Choice(text, text) for text in list(texts)[:OFFERED])

    def _alike(self, question: Question, today: date, least: float) -> Iterator[tuple[StaffAnswer, float]]:
        """Answers in force that answer this or a like question, most alike first."""
        for place, score in self._known.likeness(question, least):
            answer = self._owners[place]
            if answer.valid_until is None or answer.valid_until >= today.isoformat():
                yield answer, score


def with_offers(answer: Answer, offers: Sequence[Choice], most: int) -> Answer:
    """An abstention with the questions that staff answered offered first, ``most`` choices in all."""
    if not offers:
        return answer
    choices = tuple({choice.question: choice for choice in (*offers, *answer.choices)}.values())[:most]
    closest = reply("abstain", "closest")
    text = answer.text if answer.text.endswith(closest) else f"{answer.text}\n{closest}"
    return replace(answer, text=text, choices=choices)


def staff_title(answer: StaffAnswer) -> str:
    """What a staff answer is cited as: "Trả lời của cán bộ phường …, ngày …"."""
    return reply("staff", "title", ward=_ward_name(answer), day=day(answer.answered_on))


def staff_citation(answer: StaffAnswer, score: float = 1.0) -> Citation:
    """The citation of a staff answer: whose it is, the question it answers, until when it holds."""
    return Citation(
        document=answer.id,
        title=staff_title(answer),
        section=answer.question,
        passage=answer.text.strip()[:ANSWER_LIMIT],
        ward=answer.ward or None,
        score=round(score, 4),
        valid_from=None,
        valid_until=answer.valid_until,
        checked_on=answer.answered_on,
        source=answer.author,
    )


def _worded(answer: StaffAnswer, score: float, limit: int) -> Answer:
    closing = reply("staff", "closing", title=staff_title(answer))
    text = shorten(answer.text.strip(), limit - len(closing) - 1)
    if score < SAME_LIKENESS:
        longer = reply("staff", "closing_of", title=staff_title(answer), question=answer.question)
        closing = longer if len(text) + len(longer) + 1 <= limit else closing
    cited = staff_citation(answer, score)
    given = f"{text}\n{closing}"
    return Answer(AnswerKind.ANSWER, given, STAFF_CONFIDENCE, citations=(cited,), staff_answers=(answer.id,))


def _ward_name(answer: StaffAnswer) -> str:
    ward = load_wards().get(answer.ward)
    return ward.name if ward else reply("staff", "no_ward")
