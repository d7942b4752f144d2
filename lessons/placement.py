"""Ten questions that find the course to start with.

The courses build on each other, so what a person knows is taken as a number: how many courses, from the first on, they
would pass already. Every answer shifts the belief about that number (Bayes' rule); the next question is the one whose
answer is expected to tell most (a short computer-adaptive test). Pure: the belief follows from the answers alone,
whatever their order.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import log2

from lessons.catalogue import Catalogue
from lessons.models import Course, Question, QuestionKind

PLACEMENT_QUESTIONS = 10  # about three minutes; more tires people before the first lesson
FEWEST_COURSES = 3  # with fewer there is nothing to find
COURSE_SHARE = 2  # questions of one course: no single course may decide alone
# Share of right answers by difficulty 1 to 3. Who was taught a thing still slips; who was not may reach it by common
# sense, beyond the chance of a blind guess. Assumed, to be fitted once there are answers to fit it to.
TAUGHT = {1: 0.95, 2: 0.9, 3: 0.8}
COMMON_SENSE = {1: 0.3, 2: 0.2, 3: 0.1}
BEGINNERS = 0.3  # share of people who start at the beginning: whom the campaign is for; the rest spread evenly
CAUTION = 0.5  # the belief's median: placed too low costs an easy lesson, too high costs courage


@dataclass(frozen=True, slots=True)
class PlacementAnswer:
    """One answered question; "I don't know" is not correct."""

    question_id: str
    correct: bool


@dataclass(frozen=True, slots=True)
class Placement:
    """Where to start. ``sure`` is the believed share (0..1) of this very course, ``known`` the courses before it.

    ``knows_all`` when even the last course seems known: ``course`` is then the last one.
    """

    course: Course
    known: tuple[Course, ...]
    sure: float
    knows_all: bool


def can_place(catalogue: Catalogue) -> bool:
    """Whether there are courses and questions enough for a placement quiz."""
    usable = sum(min(COURSE_SHARE, len(_suitable(course))) for course in catalogue.courses)
    return len(catalogue.courses) >= FEWEST_COURSES and usable >= PLACEMENT_QUESTIONS


def next_question(answers: Sequence[PlacementAnswer], catalogue: Catalogue, seed: str) -> Question | None:
    """The next question to ask, None when the quiz is over; ``seed`` decides between equally telling ones.

    Questions that have left the catalogue meanwhile count as asked and tell nothing.
    """
    if len(answers) >= PLACEMENT_QUESTIONS:
        return None
    asked = [found for answer in answers if (found := catalogue.question(answer.question_id)) is not None]
    belief = _belief(answers, catalogue)
    best: tuple[float, bytes] | None = None
    chosen: Question | None = None
    for place, course in enumerate(catalogue.courses):
        if sum(question.course_id == course.id for question in asked) >= COURSE_SHARE:
            continue
        for question in _suitable(course):
            if any(question.lesson_id == other.lesson_id for other in asked):
                continue
            gain = round(_expected_gain(belief, question, place), 9)
            rank = (gain, hashlib.sha256(f"{seed}|{question.id}".encode()).digest())
            if best is None or rank > best:
                best, chosen = rank, question
    return chosen


def place(answers: Sequence[PlacementAnswer], catalogue: Catalogue) -> Placement:
    """The course to start with. Raises ValueError for a catalogue without courses."""
    if not catalogue.courses:
        raise ValueError("a catalogue without courses has none to start with")
    belief = _belief(answers, catalogue)
    known = next((n for n, total in enumerate(accumulate(belief)) if total >= CAUTION), len(belief) - 1)
    last = len(catalogue.courses) - 1
    start = min(known, last)
    return Placement(catalogue.courses[start], catalogue.courses[:start], belief[known], known > last)


def _suitable(course: Course) -> list[Question]:
    """Questions answered with one tap; all of a course that has none such."""
    questions = [question for lesson in course.lessons for question in lesson.questions]
    return [question for question in questions if question.kind is QuestionKind.SINGLE] or questions


def _belief(answers: Sequence[PlacementAnswer], catalogue: Catalogue) -> list[float]:
    """The share believed of every number of known courses, 0 to all."""
    count = len(catalogue.courses)
    belief = [BEGINNERS, *[(1 - BEGINNERS) / count] * count] if count else [1.0]
    places = {course.id: number for number, course in enumerate(catalogue.courses)}
    for answer in sorted(answers, key=lambda one: (one.question_id, one.correct)):
        question = catalogue.question(answer.question_id)
        if question is not None:
            belief = _after(belief, question, places[question.course_id], answer.correct)
    return belief


def _after(belief: Sequence[float], question: Question, place: int, correct: bool) -> list[float]:
    taught, untaught = _chances(question)
    weights = [
        share * (chance if correct else 1 - chance)
        for known, share in enumerate(belief)
        for chance in [taught if place < known else untaught]
    ]
    total = sum(weights)
    return [weight / total for weight in weights]


def _chances(question: Question) -> tuple[float, float]:
    """The chance of a right answer for who was taught the course and for who was not."""
    blind = 1 / max(2, len(question.options))
    untaught = blind + (1 - blind) * COMMON_SENSE[question.difficulty]
    return max(TAUGHT[question.difficulty], untaught), untaught


def _expected_gain(belief: Sequence[float], question: Question, place: int) -> float:
    """How many bits an answer is expected to tell about the number of known courses."""
    taught, untaught = _chances(question)
    knows = sum(share for known, share in enumerate(belief) if place < known)
    right = knows * taught + (1 - knows) * untaught
    return _entropy(right) - knows * _entropy(taught) - (1 - knows) * _entropy(untaught)


def _entropy(chance: float) -> float:
    return -sum(share * log2(share) for share in (chance, 1 - chance) if share > 0)
