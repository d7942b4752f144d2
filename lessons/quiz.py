"""Asking and grading: pure functions of a question and what was chosen."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from lessons.models import Option, Question, QuestionKind


@dataclass(frozen=True, slots=True)
class Grade:
    """The outcome of one answer.

    ``explanation`` says why the right answer is right and why the tempting (or chosen) one is wrong.
    ``right`` are the right options, in order where order matters, to be shown after a wrong answer.
    """

    correct: bool
    explanation: str
    right: tuple[Option, ...]


def shuffled_options(question: Question, seed: str) -> list[Option]:
    """The options in the order to show them: always the same for the same question and seed.

    True/false keeps its order, as people expect. A question about order or pairs is never shown solved.
    """
    if question.kind is QuestionKind.TRUE_FALSE:
        return list(question.options)
    shuffled = sorted(question.options, key=lambda option: _draw(seed, question.id, option.id))
    if question.kind.takes_all_in_order and tuple(option.id for option in shuffled) == question.correct:
        shuffled.append(shuffled.pop(0))
    return shuffled


def grade(question: Question, chosen: Sequence[str]) -> Grade:
    """Grade the chosen option ids: all right ones and no other; where order counts in the right order.

    Raises ValueError when an id is not an option of the question.
    """
    known = {option.id for option in question.options}
    unknown = [name for name in chosen if name not in known]
    if unknown:
        raise ValueError(f"question {question.id} has no option {', '.join(unknown)}")
    if question.kind.takes_all_in_order:
        correct = tuple(chosen) == question.correct
    else:
        correct = set(chosen) == set(question.correct)
    right = tuple(question.option(name) for name in question.correct)
    return Grade(correct, _explanation(question, chosen, correct), right)


def _explanation(question: Question, chosen: Sequence[str], correct: bool) -> str:
    tempting = [option.why_not for option in question.options if option.why_not]
    if correct:
        parts = [question.why, *tempting[:1]]
    else:
        mistaken = [question.option(name).why_not for name in chosen if name not in question.correct]
        parts = [question.why, *([reason for reason in mistaken if reason] or tempting[:1])]
    return "\n".join(parts)


def _draw(seed: str, question_id: str, option_id: str) -> bytes:
    return hashlib.sha256(f"{seed}|{question_id}|{option_id}".encode()).digest()
