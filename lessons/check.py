"""Checks the courses as a strict editor would: limits, fair questions, plain words, no repetition."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from knowledge.facts import Problem
from lessons.catalogue import SHIPPED_COURSES, Catalogue, FactFiller, read_courses
from lessons.check_answers import check_answers, check_multiples
from lessons.check_words import check_words
from lessons.material_source import MaterialSource, as_source
from lessons.models import Course, Lesson, Question
from lessons.similarity import alike

# Characters. Titles fit one line of a button list; an option with its letter fits two lines of a phone in large
# type; explanations and tasks fit the screen together with the question.
TITLE_LIMIT = 60
SUMMARY_LIMIT = 220
QUESTION_LIMIT = 200
OPTION_LIMIT = 80
REASON_LIMIT = 220
PRACTICE_LIMIT = 320
ALT_LIMIT = 200

# A date, a fee, a working-day deadline or a service number written out in a lesson would go stale unseen: it must
# be a fact of facts.yaml, named {{fact:ID}}. Options of questions are free: wrong ones need made-up figures.
_BARE_FIGURE = re.compile(
    r"\b\d{1,2}/\d{1,2}/\d{4}\b|\b\d{1,3}(\.\d{3})+ đồng|\b\d+ ngày làm việc|\b1[89]00 ?\d{4}\b|\b(156|5656|1022)\b"
)
_OPTION_LINE = re.compile(r"\s+[a-z]: ")

# Likeness (0..1, lessons.similarity) from which two texts count as the same said twice. Found by reading the
# most alike pairs of the shipped material: those below differ in what they ask.
QUESTION_LIKENESS = 0.6
CARD_LIKENESS = 0.45


def check_courses(material: Path | MaterialSource = SHIPPED_COURSES, facts: FactFiller | None = None) -> list[Problem]:
    """Everything that is wrong with the courses of a folder or source, sorted by file and line; empty: all is well."""
    catalogue, problems = read_courses(material, facts)
    source = as_source(material)
    for course in catalogue.courses:
        problems += chain(_check_course_limits(course), check_answers(course), check_words(course))
        problems += _check_bare_figures(source, course)
    problems += chain(check_multiples(catalogue), _check_repetition(catalogue))
    return sorted(problems)


def _check_course_limits(course: Course) -> Iterator[Problem]:
    for name, text, limit in (("title", course.title, TITLE_LIMIT), ("summary", course.summary, SUMMARY_LIMIT)):
        if len(text) > limit:
            yield Problem(course.file, 1, f"{name}: {len(text)} characters; at most {limit}")
    for lesson in course.lessons:
        yield from _check_lesson_limits(lesson)
        for question in lesson.questions:
            yield from _check_question_limits(lesson, question)
    cited = {source for lesson in course.lessons for question in lesson.questions for source in question.sources}
    for source in course.sources:
        if source not in cited:
            yield Problem(course.file, 1, f"no question names this source: {source}")


def _check_lesson_limits(lesson: Lesson) -> Iterator[Problem]:
    for name, text, limit in (
        ("title", lesson.title, TITLE_LIMIT),
        ("practice", lesson.practice, PRACTICE_LIMIT),
    ):
        if len(text) > limit:
            yield Problem(lesson.file, 1, f"{name}: {len(text)} characters; at most {limit}")
    for card in lesson.cards:
        if card.picture and len(card.picture.alt) > ALT_LIMIT:
            yield Problem(lesson.file, card.line, f"alt text longer than {ALT_LIMIT} characters")


def _check_question_limits(lesson: Lesson, question: Question) -> Iterator[Problem]:
    texts = [("question", question.text, QUESTION_LIMIT), ("why", question.why, REASON_LIMIT)]
    texts += [("pair", prompt, OPTION_LIMIT) for prompt in question.prompts]
    for option in question.options:
        texts.append((f"option {option.id}", option.text, OPTION_LIMIT))
        texts.append((f"why_not {option.id}", option.why_not, REASON_LIMIT))
    for name, text, limit in texts:
        if len(text) > limit:
            yield Problem(lesson.file, question.line, f"{name}: {len(text)} characters; at most {limit}")
    if not question.kind.takes_all_in_order and not any(option.why_not for option in question.options):
        yield Problem(lesson.file, question.line, "no 'why_not': say why the tempting answer is wrong")


def _check_bare_figures(source: MaterialSource, course: Course) -> Iterator[Problem]:
    for lesson in course.lessons:
        lines = source.read(lesson.file).splitlines()
        for number, line in enumerate(lines, 1):
            figure = None if _OPTION_LINE.match(line) else _BARE_FIGURE.search(line)
            if figure:
                message = f"'{figure.group()}' must be a fact of facts.yaml, written {{{{fact:ID}}}}"
                yield Problem(lesson.file, number, message)


def _check_repetition(catalogue: Catalogue) -> Iterator[Problem]:
    questions = [
        (lesson.file, question.line, question.text) for lesson in catalogue.lessons for question in lesson.questions
    ]
    cards = [(lesson.file, card.line, card.text) for lesson in catalogue.lessons for card in lesson.cards]
    for what, places, limit in (("question", questions, QUESTION_LIKENESS), ("card", cards, CARD_LIKENESS)):
        for first, second, likeness in alike([text for _, _, text in places], limit):
            other = f"{places[first][0]}:{places[first][1]}"
            message = f"this {what} is {likeness:.0%} the same as {other}; change or drop one"
            yield Problem(places[second][0], places[second][1], message)
