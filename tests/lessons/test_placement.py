"""The placement quiz: ten questions over the courses, and a start that fits what a person knows."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lessons.catalogue import Catalogue
from lessons.models import Question
from lessons.placement import (
    COMMON_SENSE,
    COURSE_SHARE,
    PLACEMENT_QUESTIONS,
    TAUGHT,
    PlacementAnswer,
    can_place,
    next_question,
    place,
)
from tests.support.courses import shipped_courses

CATALOGUE = shipped_courses()
PLACES = {course.id: number for number, course in enumerate(CATALOGUE.courses)}


def quiz(answer: dict[str, bool] | None = None, *, right: bool = True, seed: str = "a") -> list[PlacementAnswer]:
    """A whole quiz; ``answer`` says by course id what is answered, else always ``right``."""
    answers: list[PlacementAnswer] = []
    while (question := next_question(answers, CATALOGUE, seed)) is not None:
        correct = right if answer is None else answer[question.course_id]
        answers.append(PlacementAnswer(question.id, correct))
    return answers


def test_ten_questions_over_the_courses_none_twice(shipped: Catalogue) -> None:
    assert can_place(shipped)
    for seed in ("a", "b", "c"):
        for right in (True, False):
            questions = [shipped.question(answer.question_id) for answer in quiz(right=right, seed=seed)]
            assert len(questions) == len({q.id for q in questions if q}) == PLACEMENT_QUESTIONS
            shares = Counter(question.course_id for question in questions if question)
            assert max(shares.values()) <= COURSE_SHARE
            assert len({question.lesson_id for question in questions if question}) == PLACEMENT_QUESTIONS


def test_who_knows_nothing_starts_at_the_beginning_and_who_knows_all_at_the_end(shipped: Catalogue) -> None:
    assert place(quiz(right=False), shipped).course == shipped.courses[0]
    expert = place(quiz(right=True), shipped)
    assert expert.course == shipped.courses[-1]
    assert expert.knows_all


@pytest.mark.parametrize("known", range(len(PLACES)))
def test_who_knows_the_first_courses_and_answers_so_starts_near_the_next(known: int) -> None:
    answer = {name: number < known for name, number in PLACES.items()}
    found = place(quiz(answer), CATALOGUE)
    assert abs(PLACES[found.course.id] - known) <= 1
    assert [course.id for course in found.known] == [name for name, n in PLACES.items() if n < PLACES[found.course.id]]


def answers_as(random: Random, question: Question, known: int) -> bool:
    """As somebody answers who slips, guesses and has common sense."""
    guess = 1 / len(question.options)
    untaught = guess + (1 - guess) * COMMON_SENSE[question.difficulty]
    return random.random() < (TAUGHT[question.difficulty] if PLACES[question.course_id] < known else untaught)


def test_people_who_slip_and_guess_are_placed_near_where_they_stand() -> None:
    random = Random(11)
    misses = []
    for person in range(120):
        known = person % len(PLACES)
        answers: list[PlacementAnswer] = []
        while (question := next_question(answers, CATALOGUE, str(person))) is not None:
            answers.append(PlacementAnswer(question.id, answers_as(random, question, known)))
        misses.append(abs(PLACES[place(answers, CATALOGUE).course.id] - known))
    assert sum(misses) / len(misses) <= 1.1, "placing everybody in the middle misses by 2.5 courses"
    assert sum(miss <= 2 for miss in misses) >= 100


ANSWERS = st.lists(
    st.builds(PlacementAnswer, st.sampled_from([q.id for q in CATALOGUE.questions] + ["gone.q1"]), st.booleans()),
    max_size=PLACEMENT_QUESTIONS,
    unique_by=lambda answer: answer.question_id,
)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(ANSWERS, st.randoms(use_true_random=False))
def test_the_order_of_answers_changes_nothing(answers: list[PlacementAnswer], random: Random) -> None:
    shuffled = list(answers)
    random.shuffle(shuffled)
    assert place(shuffled, CATALOGUE) == place(answers, CATALOGUE)
    assert next_question(shuffled, CATALOGUE, "x") == next_question(answers, CATALOGUE, "x")


@settings(max_examples=60, deadline=None, derandomize=True)
@given(ANSWERS, st.integers(0, PLACEMENT_QUESTIONS - 1))
def test_a_right_answer_never_places_lower_than_a_wrong_one(answers: list[PlacementAnswer], at: int) -> None:
    if at >= len(answers):
        return
    places = []
    for correct in (False, True):
        changed = [*answers[:at], PlacementAnswer(answers[at].question_id, correct), *answers[at + 1 :]]
        places.append(PLACES[place(changed, CATALOGUE).course.id])
    assert places[0] <= places[1]


def test_a_small_catalogue_offers_no_placement(shipped: Catalogue) -> None:
    assert not can_place(Catalogue.of(shipped.courses[:2], shipped.skills))
    assert not can_place(Catalogue.of((), {}))
    with pytest.raises(ValueError, match="without courses"):
        place([], Catalogue.of((), {}))
