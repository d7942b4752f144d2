"""Reads one lesson file: cards, practice, questions."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import asdict, replace
from pathlib import PurePosixPath

from knowledge.facts import Problem
from lessons.material_source import MaterialSource
from lessons.models import (
    FALSE_OPTION,
    TRUE_FALSE_LABELS,
    TRUE_OPTION,
    Card,
    FactFiller,
    Lesson,
    Option,
    Picture,
    Question,
    QuestionKind,
)
from lessons.yaml_reader import Fields, read_fields

FACT_MARK = "{{fact:"
CARDS = range(3, 8)  # 3 to 7 cards: one sitting on a phone
CARD_LIMIT = 320  # characters; fits every channel and about 25 seconds read aloud
QUESTIONS = range(4, 7)  # 4 to 6 questions a lesson
OPTIONS = range(2, 6)  # a phone shows at most five buttons without scrolling in large type
PAIRS = range(3, 6)  # two pairs are a choice of one; more than five do not fit a phone
PAIR_IDS = "abcde"
MINUTES_LIMIT = 20
QUESTION_ID_LIMIT = 4  # "q12": with the lesson's id it is part of a button's payload
DIFFICULTY_LIMIT = 3
VERSION_LENGTH = 12  # hexadecimal digits of SHA-256: no collision among the versions of one lesson


class _LessonReader:
    """What the parts of one lesson share while they are read."""

    def __init__(self, fields: Fields, files: Collection[str], sources: Mapping[str, str], facts: FactFiller) -> None:
        self.fields = fields
        self.files = files
        self.sources = sources
        self.facts = facts

    def worded(self, fields: Fields, name: str, *, required: bool = True) -> str:
        """A text with its facts filled in."""
        text = fields.text(name, required=required)
        if FACT_MARK not in text:
            return text
        try:
            return self.facts.fill(text)
        except (KeyError, ValueError) as error:
            fields.problem(f"'{name}': {error.args[0]}", fields.line_of(name))
            return text

    def picture(self, fields: Fields) -> Picture | None:
        """The optional picture; its file must lie beside the lesson."""
        section = fields.section("picture", required=False)
        if section is None:
            return None
        picture = Picture(section.text("file"), section.text("alt"))
        section.close()
        if picture.file and (PurePosixPath(fields.file).parent / picture.file).as_posix() not in self.files:
            section.problem(f"picture file '{picture.file}' is not in the course's folder")
        return picture

    def citations(self, fields: Fields, default: tuple[str, ...]) -> tuple[str, ...]:
        """The worded sources that ``source`` names, or the default of the lesson."""
        names = fields.texts("source", required=False)
        for name in names:
            if name not in self.sources:
                fields.problem(f"source '{name}' is not in course.yaml", fields.line_of("source"))
        return tuple(self.sources[name] for name in names if name in self.sources) or default


def read_lesson(
    file: str,
    source: MaterialSource,
    files: Collection[str],
    course_id: str,
    skill: str,
    sources: Mapping[str, str],
    facts: FactFiller,
    problems: list[Problem],
) -> Lesson | None:
    """One lesson, or None when the file is no YAML; mistakes are added to ``problems``.

    ``files`` are all items of the source, among them the pictures that a lesson may name.
    """
    fields = read_fields(source, file, problems)
    if fields is None:
        return None
    reader = _LessonReader(fields, files, sources, facts)
    lesson_id = fields.identifier("id")
    default_sources = reader.citations(fields, ())
    cards = tuple(_read_card(item, reader) for item in fields.sections("cards"))
    _require_count(fields, "cards", len(cards), CARDS)
    lesson_skill = fields.identifier("skill") if fields.has("skill") else skill
    questions = tuple(
        _read_question(item, reader, lesson_id, course_id, lesson_skill, default_sources)
        for item in fields.sections("questions")
    )
    _require_count(fields, "questions", len(questions), QUESTIONS)
    _require_different(fields, "question id", [question.id for question in questions])
    lesson = Lesson(
        id=lesson_id,
        course_id=course_id,
        title=fields.text("title"),
        minutes=fields.integer("minutes", 1, MINUTES_LIMIT),
        version="",
        cards=cards,
        practice=reader.worded(fields, "practice"),
        questions=questions,
        file=fields.file,
    )
    fields.close()
    return replace(lesson, version=content_version(lesson))


def content_version(lesson: Lesson) -> str:
    """A hash of what a resident sees of the lesson; places in files do not count."""
    content = asdict(lesson)
    for name in ("version", "file"):
        content.pop(name)
    for part in (*content["cards"], *content["questions"]):
        part.pop("line")
    for question in content["questions"]:
        if not question["prompts"]:  # came later: lessons without pairs keep the versions they had
            question.pop("prompts")
    encoded = json.dumps(content, ensure_ascii=False, sort_keys=True).encode("utf-8")
    return hashlib.sha256(encoded).hexdigest()[:VERSION_LENGTH]


def _read_card(fields: Fields, reader: _LessonReader) -> Card:
    card = Card(reader.worded(fields, "text"), reader.picture(fields), fields.line)
    fields.close()
    if len(card.text) > CARD_LIMIT:
        fields.problem(f"{len(card.text)} characters on the card; at most {CARD_LIMIT}: split or shorten it")
    return card


def _read_question(
    fields: Fields,
    reader: _LessonReader,
    lesson_id: str,
    course_id: str,
    skill: str,
    default_sources: tuple[str, ...],
) -> Question:
    kind = _read_kind(fields)
    prompts: tuple[str, ...] = ()
    if kind is QuestionKind.MATCH:
        prompts, options = _read_pairs(fields, reader)
        correct = tuple(option.id for option in options)
    else:
        options, correct = _read_answers(fields, reader, kind)
    question = Question(
        id=f"{lesson_id}.{fields.identifier('id', QUESTION_ID_LIMIT)}",
        lesson_id=lesson_id,
        course_id=course_id,
        kind=kind,
        text=reader.worded(fields, "text"),
        options=options,
        correct=correct,
        why=reader.worded(fields, "why"),
        difficulty=fields.integer("difficulty", 1, DIFFICULTY_LIMIT),
        skill=fields.identifier("skill") if fields.has("skill") else skill,
        sources=reader.citations(fields, default_sources),
        picture=reader.picture(fields),
        line=fields.line,
        prompts=prompts,
    )
    if not question.sources:
        fields.problem("no source: give the question or the lesson a 'source' named in course.yaml")
    fields.close()
    return question


def _read_kind(fields: Fields) -> QuestionKind:
    value = fields.text("kind")
    try:
        return QuestionKind(value)
    except ValueError:
        if value:
            fields.problem(f"'kind: {value}' must be one of {', '.join(QuestionKind)}", fields.line_of("kind"))
        return QuestionKind.SINGLE


def _read_answers(
    fields: Fields, reader: _LessonReader, kind: QuestionKind
) -> tuple[tuple[Option, ...], tuple[str, ...]]:
    if kind is QuestionKind.TRUE_FALSE:
        return _read_true_false(fields, reader)
    option_fields = fields.section("options")
    if option_fields is None:
        return (), ()
    reasons = _read_reasons(fields, reader)
    options = tuple(
        Option(name, reader.worded(option_fields, name), reasons.get(name, "")) for name in option_fields.names()
    )
    _require_count(option_fields, "options", len(options), OPTIONS)
    _require_different(option_fields, "option", [option.text for option in options])
    correct = fields.texts("correct")
    _check_correct(fields, kind, options, correct)
    for name in reasons:
        if name not in option_fields.names() or (name in correct and kind is not QuestionKind.ORDER):
            fields.problem(f"'why_not' names '{name}', which is not a wrong option", fields.line_of("why_not"))
    return options, correct


def _read_pairs(fields: Fields, reader: _LessonReader) -> tuple[tuple[str, ...], tuple[Option, ...]]:
    """The prompts, and the option that belongs to each."""
    pairs = fields.section("pairs")
    if pairs is None:
        return (), ()
    prompts = tuple(pairs.names())
    options = tuple(
        Option(letter, reader.worded(pairs, prompt)) for letter, prompt in zip(PAIR_IDS, prompts, strict=False)
    )
    _require_count(pairs, "pairs", len(prompts), PAIRS)
    if any(FACT_MARK in prompt for prompt in prompts):
        pairs.problem("a fact may stand on the right of a pair, not on the left")
    _require_different(pairs, "option", [option.text for option in options])
    return prompts[: len(options)], options


def _read_true_false(fields: Fields, reader: _LessonReader) -> tuple[tuple[Option, ...], tuple[str, ...]]:
    answer = fields.boolean("correct")
    right = TRUE_OPTION if answer else FALSE_OPTION
    why_not = reader.worded(fields, "why_not", required=False)
    options = tuple(Option(name, label, "" if name == right else why_not) for name, label in TRUE_FALSE_LABELS.items())
    return options, (right,)


def _read_reasons(fields: Fields, reader: _LessonReader) -> dict[str, str]:
    section = fields.section("why_not", required=False)
    return {} if section is None else {name: reader.worded(section, name) for name in section.names()}


def _check_correct(fields: Fields, kind: QuestionKind, options: tuple[Option, ...], correct: tuple[str, ...]) -> None:
    line = fields.line_of("correct")
    ids = [option.id for option in options]
    for name in correct:
        if name not in ids:
            fields.problem(f"'correct' names '{name}', which is not an option", line)
    if len(set(correct)) != len(correct):
        fields.problem("'correct' names an option twice", line)
    if kind is QuestionKind.SINGLE and len(correct) != 1:
        fields.problem("a single question has exactly one correct option", line)
    if kind is QuestionKind.MULTIPLE and not 2 <= len(correct) < len(ids):
        fields.problem("a multiple question has at least two correct options and one wrong one", line)
    if kind is QuestionKind.ORDER and sorted(correct) != sorted(ids):
        fields.problem("'correct' of an order question names every option once, in the right order", line)


def _require_count(fields: Fields, name: str, count: int, allowed: range) -> None:
    if count not in allowed:
        fields.problem(f"{count} {name}; there must be {allowed.start} to {allowed.stop - 1}", fields.line_of(name))


def _require_different(fields: Fields, what: str, values: list[str]) -> None:
    for value in sorted({value for value in values if values.count(value) > 1}):
        fields.problem(f"{what} '{value}' occurs twice")
