"""Levels follow from the log alone, and mean what their names say."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lessons.catalogue import Catalogue
from lessons.levels import LearnerLevel, SkillLevel, levels, skill_level
from lessons.models import Question
from lessons.progress import MASTERY_ANSWERS, Attempt, Progress, SkillMastery, fold
from lessons.review import daily_review, memories
from tests.support.courses import shipped_courses

CATALOGUE = shipped_courses()
START = datetime(2026, 11, 1, 2, 0, tzinfo=UTC)
SKILLS = sorted(CATALOGUE.skills)
BY_SKILL = {skill: [q for q in CATALOGUE.questions if q.skill == skill] for skill in SKILLS}
NOW = START + timedelta(days=21)


def attempt(question: Question, correct: bool, minutes: int, name: str) -> Attempt:
    return Attempt(
        name,
        question.id,
        question.lesson_id,
        question.course_id,
        question.correct if correct else (),
        correct,
        START + timedelta(minutes=minutes),
    )


def knowing(skills: list[str], right: bool = True) -> list[Attempt]:
    """Every question of these skills answered once."""
    questions = [question for skill in skills for question in BY_SKILL[skill]]
    return [attempt(question, right, n, question.id) for n, question in enumerate(questions)]


@pytest.mark.parametrize(
    ("questions", "share", "level"),
    [
        (MASTERY_ANSWERS - 1, 1.0, SkillLevel.NEW),
        (MASTERY_ANSWERS, 0.5, SkillLevel.LEARNING),
        (MASTERY_ANSWERS, 0.6, SkillLevel.STEADY),
        (MASTERY_ANSWERS, 0.8, SkillLevel.MASTERED),
    ],
)
def test_the_level_of_a_skill(questions: int, share: float, level: SkillLevel) -> None:
    assert skill_level(SkillMastery("x", 99, questions, share)) is level


def test_one_question_answered_over_and_over_proves_nothing() -> None:
    question = BY_SKILL[SKILLS[0]][0]
    log = [attempt(question, True, n, str(n)) for n in range(50)]
    mastery = fold(log, CATALOGUE).skills[SKILLS[0]]
    assert (mastery.answers, mastery.questions, mastery.mastered) == (50, 1, False)


@pytest.mark.parametrize(
    ("skills", "level"),
    [(0, LearnerLevel.BEGINNER), (1, LearnerLevel.USER), (5, LearnerLevel.CONFIDENT), (10, LearnerLevel.MASTER)],
)
def test_the_level_of_a_person(skills: int, level: LearnerLevel) -> None:
    reached = levels(fold(knowing(SKILLS[:skills]), CATALOGUE), CATALOGUE.skills)
    assert (reached.learner, reached.mastered, reached.total) == (level, skills, len(SKILLS))


def test_wrong_answers_are_a_beginner_who_learns() -> None:
    reached = levels(fold(knowing(SKILLS[:2], right=False), CATALOGUE), CATALOGUE.skills)
    assert reached.learner is LearnerLevel.BEGINNER
    assert set(reached.skills.values()) == {SkillLevel.LEARNING}


def test_nothing_taught_is_a_beginner_and_a_withdrawn_skill_does_not_count() -> None:
    assert levels(Progress(), ()).learner is LearnerLevel.BEGINNER
    reached = levels(fold(knowing(SKILLS[:2]), CATALOGUE), SKILLS[1:])
    assert (reached.mastered, set(reached.skills)) == (1, {SKILLS[1]})


LOG = st.lists(
    st.builds(
        lambda number, correct, minutes, name: attempt(CATALOGUE.questions[number], correct, minutes, f"a{name}"),
        st.integers(0, 70),
        st.booleans(),
        st.integers(0, 60 * 24 * 20),
        st.integers(0, 50),
    ),
    max_size=50,
)


def state(log: list[Attempt], catalogue: Catalogue) -> tuple[object, ...]:
    """All that is derived from a log: progress, levels, memories, today's review."""
    progress = fold(log, catalogue)
    return (
        progress,
        levels(progress, catalogue.skills),
        memories(log, NOW),
        [question.id for question in daily_review(log, catalogue, NOW)],
    )


@settings(max_examples=80, deadline=None, derandomize=True)
@given(LOG, st.randoms(use_true_random=False))
def test_arrival_order_and_repeats_change_no_level_and_no_review(log: list[Attempt], random: Random) -> None:
    arrived = log + log[::3]
    random.shuffle(arrived)
    assert state(arrived, CATALOGUE) == state(log, CATALOGUE)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(LOG, st.integers(0, 49))
def test_a_late_answer_recomputes_everything(log: list[Attempt], at: int) -> None:
    at = min(at, len(log))
    late = log[:at] + log[at + 1 :] + log[at : at + 1]
    assert state(late, CATALOGUE) == state(log, CATALOGUE)
