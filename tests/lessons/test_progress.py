"""A person's state follows from the log alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lessons.catalogue import Catalogue
from lessons.progress import MASTERY_ANSWERS, Attempt, fold, local_day
from tests.support.courses import shipped_courses

CATALOGUE = shipped_courses()
QUESTIONS = CATALOGUE.questions[:12]
START = datetime(2026, 11, 1, 2, 0, tzinfo=UTC)


def answer(number: int, correct: bool, *, minutes: int = 0, id_: str | None = None) -> Attempt:
    question = QUESTIONS[number]
    return Attempt(
        attempt_id=id_ or f"{number}-{minutes}",
        question_id=question.id,
        lesson_id=question.lesson_id,
        course_id=question.course_id,
        chosen=question.correct if correct else (),
        correct=correct,
        answered_at=START + timedelta(minutes=minutes),
    )


def lesson_answers(right: int) -> list[Attempt]:
    count = len(CATALOGUE.lessons[0].questions)
    return [answer(n, n < right, minutes=n) for n in range(count)]


ATTEMPTS = st.lists(
    st.builds(
        lambda number, correct, minutes, name: answer(number, correct, minutes=minutes, id_=f"a{name}"),
        st.integers(0, len(QUESTIONS) - 1),
        st.booleans(),
        st.integers(0, 60 * 24 * 20),
        st.integers(0, 40),
    ),
    max_size=40,
)


@settings(max_examples=150, deadline=None)
@given(ATTEMPTS, st.randoms(use_true_random=False))
def test_arrival_order_and_repeats_change_nothing(log: list[Attempt], random: object) -> None:
    expected = fold(log, CATALOGUE)
    arrived = log + log[::2] + log[-1:]
    random.shuffle(arrived)  # type: ignore[attr-defined]
    assert fold(arrived, CATALOGUE) == expected


@settings(max_examples=60, deadline=None)
@given(ATTEMPTS, st.integers(0, 40))
def test_a_late_answer_gives_the_same_state_as_one_in_time(log: list[Attempt], at: int) -> None:
    at = min(at, len(log))
    assert fold(log[:at] + log[at + 1 :] + log[at : at + 1], CATALOGUE) == fold(log, CATALOGUE)


def test_nothing_answered_is_nothing_done() -> None:
    progress = fold([], CATALOGUE)
    assert progress.answers == 0
    assert not progress.finished_lessons
    assert progress.streak.on(date(2026, 11, 1)) == 0


def test_a_lesson_is_finished_with_its_last_question_and_passed_at_the_mark() -> None:
    lesson = CATALOGUE.lessons[0]
    answers = lesson_answers(right=5)
    before = fold(answers[:-1], CATALOGUE).lessons[lesson.id]
    assert (before.finished, before.answered, before.total) == (False, 5, 6)
    after = fold(answers, CATALOGUE)
    assert after.finished_lessons == {lesson.id}
    assert after.lessons[lesson.id].passed
    assert CATALOGUE.next_lesson(after.finished_lessons) == CATALOGUE.lessons[1]
    failed = fold(lesson_answers(right=4), CATALOGUE).lessons[lesson.id]
    assert failed.finished and not failed.passed


def test_the_latest_answer_counts_and_a_pass_stays() -> None:
    lesson = CATALOGUE.lessons[0]
    answers = lesson_answers(right=4)
    mended = [*answers, answer(5, True, minutes=60)]
    assert fold(mended, CATALOGUE).lessons[lesson.id].correct == 5
    assert fold(mended, CATALOGUE).lessons[lesson.id].passed
    slipped = [*mended, *(answer(n, False, minutes=9000 + n) for n in range(4))]
    later = fold(slipped, CATALOGUE).lessons[lesson.id]
    assert later.correct == 1
    assert later.passed


def test_a_course_sums_its_lessons() -> None:
    course = fold(lesson_answers(right=5), CATALOGUE).courses["buoc-dau-dien-thoai"]
    assert (course.lessons_finished, course.lessons_passed, course.lessons_total) == (1, 1, 5)
    assert (course.correct, course.answered, course.total) == (5, 6, 30)
    assert not course.finished
    everything = [
        replace(answer(0, True), attempt_id=q.id, question_id=q.id, lesson_id=q.lesson_id)
        for q in CATALOGUE.questions
        if q.course_id == "buoc-dau-dien-thoai"
    ]
    assert fold(everything, CATALOGUE).courses["buoc-dau-dien-thoai"].passed


def test_a_lesson_finished_in_an_old_version_stays_finished() -> None:
    old = [replace(attempt, lesson_version="old", question_count=4) for attempt in lesson_answers(right=6)[:4]]
    lesson = fold(old, CATALOGUE).lessons[CATALOGUE.lessons[0].id]
    assert lesson.finished and lesson.passed
    assert (lesson.answered, lesson.total) == (4, 6)
    mixed = [*old[:3], replace(old[3], lesson_version="new", question_count=6)]
    assert not fold(mixed, CATALOGUE).finished_lessons


def test_mastery_needs_enough_answers_and_forgets_old_mistakes() -> None:
    few = [answer(n, True, minutes=n) for n in range(MASTERY_ANSWERS - 1)]
    assert not fold(few, CATALOGUE).skills["dung-thiet-bi"].mastered
    bad_start = [answer(n, False, minutes=n) for n in range(5)]
    assert not fold(bad_start, CATALOGUE).skills["dung-thiet-bi"].mastered
    improved = bad_start + [answer(n, True, minutes=100 + n) for n in range(10)]
    skill = fold(improved, CATALOGUE).skills["dung-thiet-bi"]
    assert (skill.share, skill.mastered, skill.answers) == (1.0, True, 15)


@pytest.mark.parametrize(
    ("days", "length", "longest"),
    [
        ([1], 1, 1),
        ([1, 2, 3], 3, 3),
        ([1, 2, 4], 3, 3),
        ([1, 2, 5], 1, 2),
        ([1, 3, 5, 7], 4, 4),
        ([1, 2, 3, 7, 8], 2, 3),
    ],
)
def test_a_streak_forgives_one_missed_day_but_not_two(days: list[int], length: int, longest: int) -> None:
    log = [answer(0, True, minutes=(day - 1) * 24 * 60, id_=str(day)) for day in days]
    streak = fold(log, CATALOGUE).streak
    assert (streak.days, streak.longest) == (length, longest)
    last = date(2026, 11, days[-1])
    assert [streak.on(last + timedelta(days=gap)) for gap in range(4)] == [length, length, length, 0]


def test_a_day_of_learning_is_a_day_in_vietnam() -> None:
    assert local_day(datetime(2026, 11, 1, 16, 59, tzinfo=UTC)) == date(2026, 11, 1)
    assert local_day(datetime(2026, 11, 1, 17, 0, tzinfo=UTC)) == date(2026, 11, 2)


def test_a_time_without_zone_is_refused() -> None:
    naive = replace(answer(0, True), answered_at=datetime(2026, 11, 1))
    with pytest.raises(ValueError, match="no time zone"):
        fold([naive], CATALOGUE)


def test_answers_to_a_lesson_that_was_withdrawn_do_not_break_anything(shipped: Catalogue) -> None:
    gone = replace(answer(0, True), question_id="cu.q1", lesson_id="cu", course_id="cu")
    progress = fold([gone, answer(0, True, minutes=3)], shipped)
    assert not progress.lessons["cu"].finished
    assert "cu" not in progress.courses
    assert progress.answers == 2
