"""What comes back for review, and when."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

from lessons.catalogue import Catalogue
from lessons.progress import Attempt, local_day
from lessons.review import DAILY_REVIEW, LONGEST_INTERVAL, daily_review, memories

START = datetime(2026, 11, 2, 3, 0, tzinfo=UTC)


def answer(catalogue: Catalogue, number: int, correct: bool, day: float) -> Attempt:
    question = catalogue.questions[number]
    return Attempt(
        attempt_id=f"{number}-{day}",
        question_id=question.id,
        lesson_id=question.lesson_id,
        course_id=question.course_id,
        chosen=question.correct if correct else (),
        correct=correct,
        answered_at=START + timedelta(days=day),
    )


def test_nothing_learnt_nothing_to_review(shipped: Catalogue) -> None:
    assert daily_review([], shipped, START) == []


def test_questions_of_today_rest_until_tomorrow(shipped: Catalogue) -> None:
    log = [answer(shipped, n, True, 0) for n in range(6)]
    assert daily_review(log, shipped, START) == []
    assert len(daily_review(log, shipped, START + timedelta(days=1))) == DAILY_REVIEW


def test_mistakes_come_back_first_and_the_next_day(shipped: Catalogue) -> None:
    log = [answer(shipped, n, n not in (2, 4), 0) for n in range(6)]
    tomorrow = [question.id for question in daily_review(log, shipped, START + timedelta(days=1))]
    assert set(tomorrow[:2]) == {shipped.questions[2].id, shipped.questions[4].id}
    assert memories(log, START)[shipped.questions[2].id].due == local_day(START) + timedelta(days=1)


def test_three_a_day_and_no_more(shipped: Catalogue) -> None:
    log = [answer(shipped, n, True, 0) for n in range(8)]
    now = START + timedelta(days=4)
    for left in (3, 2, 1, 0):
        questions = daily_review(log, shipped, now)
        assert len(questions) == left
        if questions:
            number = shipped.questions.index(questions[0])
            log.append(answer(shipped, number, True, 4))


def test_what_is_known_rests_longer_each_time(shipped: Catalogue) -> None:
    log: list[Attempt] = []
    gaps = []
    day = 0
    for _ in range(5):
        log.append(answer(shipped, 0, True, day))
        now = START + timedelta(days=day)
        gap = (memories(log, now)[shipped.questions[0].id].due - local_day(now)).days
        gaps.append(gap)
        day += gap
    assert gaps == sorted(gaps)
    assert gaps[0] < gaps[-1] <= LONGEST_INTERVAL
    log.append(answer(shipped, 0, False, day))
    now = START + timedelta(days=day)
    assert (memories(log, now)[shipped.questions[0].id].due - local_day(now)).days < gaps[-1]


def test_the_plan_depends_on_the_log_alone(shipped: Catalogue) -> None:
    log = [answer(shipped, n, n % 3 > 0, n / 5) for n in range(20)]
    now = START + timedelta(days=9)
    expected = daily_review(log, shipped, now)
    shuffled = log + log[:7]
    random.Random(5).shuffle(shuffled)
    assert daily_review(shuffled, shipped, now) == expected


def test_withdrawn_questions_are_not_asked(shipped: Catalogue) -> None:
    log = [answer(shipped, n, False, 0) for n in range(3)]
    rest = Catalogue.of(shipped.courses[1:], shipped.skills)
    assert daily_review(log, rest, START + timedelta(days=1)) == []


def test_answers_after_the_moment_asked_about_are_not_used(shipped: Catalogue) -> None:
    log = [answer(shipped, 0, False, 0), answer(shipped, 0, True, 5)]
    assert not memories(log, START + timedelta(days=1))[shipped.questions[0].id].last_correct
