"""Checks that a quiz cannot be passed without reading: neither place nor length gives the answer away."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from knowledge.facts import Problem
from lessons.catalogue import Catalogue
from lessons.models import TRUE_OPTION, Course, Lesson, Question, QuestionKind

ENOUGH_QUESTIONS = 8  # fewer single-choice questions in a course say nothing about a habit
ENOUGH_STATEMENTS = 4  # the same for true/false
POSITION_SHARE = 0.45  # of a course's right options in one place; chance is 0.25 to 0.33
LENGTH_SHARE = 0.42  # of a course's right options that are the longest (or shortest); chance as above
TRUE_SHARE = (0.25, 0.75)  # of a course's statements that are true
MULTIPLE_SHARE = 0.7  # of all multiple-choice questions with equally many right options
LENGTH_RATIO = 1.8  # a right option this many times as long as the mean of the wrong ones stands out


def check_answers(course: Course) -> Iterator[Problem]:
    """What gives answers away within one course."""
    placed = [(lesson, question) for lesson in course.lessons for question in lesson.questions]
    single = [(lesson, question) for lesson, question in placed if question.kind is QuestionKind.SINGLE]
    for lesson, question in single:
        yield from _check_one(lesson, question)
    if len(single) >= ENOUGH_QUESTIONS:
        questions = [question for _, question in single]
        yield from _check_positions(course, questions)
        yield from _check_lengths(course, questions)
    statements = [question for _, question in placed if question.kind is QuestionKind.TRUE_FALSE]
    share = sum(question.correct == (TRUE_OPTION,) for question in statements) / max(1, len(statements))
    if len(statements) >= ENOUGH_STATEMENTS and not TRUE_SHARE[0] <= share <= TRUE_SHARE[1]:
        yield Problem(course.file, 1, f"{share:.0%} of the true/false statements are true; mix them better")


def check_multiples(catalogue: Catalogue) -> Iterator[Problem]:
    """Whether the number of right options is a habit: "all but the odd one" can be guessed without reading."""
    questions = [question for question in catalogue.questions if question.kind is QuestionKind.MULTIPLE]
    if len(questions) < ENOUGH_QUESTIONS:
        return
    shape, count = Counter((len(q.options), len(q.correct)) for q in questions).most_common(1)[0]
    if count / len(questions) > MULTIPLE_SHARE:
        message = f"{count} of {len(questions)} multiple-choice questions have {shape[1]} right of {shape[0]} options"
        yield Problem(catalogue.courses[0].file, 1, f"{message}; vary the number")


def _check_one(lesson: Lesson, question: Question) -> Iterator[Problem]:
    right = len(question.option(question.correct[0]).text) if _known(question) else 0
    wrong = [len(option.text) for option in question.options if option.id not in question.correct]
    if wrong and right > LENGTH_RATIO * sum(wrong) / len(wrong):
        message = f"the right option is far longer ({right} characters) than the wrong ones; even them out"
        yield Problem(lesson.file, question.line, message)


def _check_positions(course: Course, questions: list[Question]) -> Iterator[Problem]:
    places = Counter(
        [option.id for option in question.options].index(question.correct[0])
        for question in questions
        if _known(question)
    )
    for place, count in places.items():
        if count / len(questions) > POSITION_SHARE:
            message = f"the right option stands at place {place + 1} in {count} of {len(questions)} questions"
            yield Problem(course.file, 1, f"{message}; move some")


def _check_lengths(course: Course, questions: list[Question]) -> Iterator[Problem]:
    longest = sum(_stands_out(question, longest=True) for question in questions)
    shortest = sum(_stands_out(question, longest=False) for question in questions)
    for word, count in (("longest", longest), ("shortest", shortest)):
        if count / len(questions) > LENGTH_SHARE:
            message = f"the right option is the {word} in {count} of {len(questions)} questions"
            yield Problem(course.file, 1, f"{message}; even out the lengths")


def _stands_out(question: Question, *, longest: bool) -> bool:
    if not _known(question):
        return False
    right = len(question.option(question.correct[0]).text)
    wrong = [len(option.text) for option in question.options if option.id not in question.correct]
    return right > max(wrong) if longest else right < min(wrong)


def _known(question: Question) -> bool:
    """Whether the file's mistakes leave enough to judge the question."""
    ids = {option.id for option in question.options}
    return len(ids) > 1 and len(question.correct) == 1 and question.correct[0] in ids
