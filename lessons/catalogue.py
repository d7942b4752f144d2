"""Loads the courses from their files. Every mistake is collected and told with file and line."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import knowledge
from knowledge.facts import Facts, MaterialError, Problem, load_facts
from lessons.lesson_file import read_lesson
from lessons.material_source import MaterialSource, as_source
from lessons.models import Card, Course, FactFiller, Lesson, Option, Picture, Question, QuestionKind
from lessons.yaml_reader import read_fields

__all__ = [
    "Card",
    "Catalogue",
    "Course",
    "FactFiller",
    "Lesson",
    "MaterialError",
    "Option",
    "Picture",
    "Problem",
    "Question",
    "QuestionKind",
    "load_courses",
    "read_courses",
]

SHIPPED_COURSES = Path(__file__).parent / "courses"
SHIPPED_FACTS = Path(knowledge.__file__).parent / "facts.yaml"
SKILLS_FILE = "skills.yaml"
ORDER_LIMIT = 99  # two digits, as in the folder names


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All courses in the order they are taught. ``skills`` gives each skill's id its Vietnamese name."""

    courses: tuple[Course, ...]
    skills: Mapping[str, str]
    _lessons: dict[str, Lesson] = field(repr=False, compare=False)
    _questions: dict[str, Question] = field(repr=False, compare=False)

    @classmethod
    def of(cls, courses: Iterable[Course], skills: Mapping[str, str]) -> Catalogue:
        """A catalogue of these courses, ordered by their ``order``."""
        ordered = tuple(sorted(courses, key=lambda course: (course.order, course.id)))
        lessons = {lesson.id: lesson for course in ordered for lesson in course.lessons}
        questions = {question.id: question for lesson in lessons.values() for question in lesson.questions}
        return cls(ordered, skills, lessons, questions)

    @property
    def lessons(self) -> tuple[Lesson, ...]:
        """Every lesson, course after course."""
        return tuple(self._lessons.values())

    @property
    def questions(self) -> tuple[Question, ...]:
        """Every question, lesson after lesson."""
        return tuple(self._questions.values())

    @property
    def lesson_counts(self) -> dict[str, int]:
        """How many lessons each course has, by its id."""
        return {course.id: len(course.lessons) for course in self.courses}

    def course(self, course_id: str) -> Course | None:
        """The course with this id, None when there is none (any more)."""
        return next((course for course in self.courses if course.id == course_id), None)

    def lesson(self, lesson_id: str) -> Lesson | None:
        """The lesson with this id, None when there is none (any more)."""
        return self._lessons.get(lesson_id)

    def question(self, question_id: str) -> Question | None:
        """The question with this id, None when there is none (any more)."""
        return self._questions.get(question_id)

    def next_lesson(self, finished: Collection[str]) -> Lesson | None:
        """The first lesson, in teaching order, that is not finished; None when all are."""
        return next((lesson for lesson in self.lessons if lesson.id not in finished), None)


@cache
def shipped_facts() -> Facts:
    """The facts that the program is delivered with."""
    return load_facts(SHIPPED_FACTS)


def load_courses(material: Path | MaterialSource = SHIPPED_COURSES, facts: FactFiller | None = None) -> Catalogue:
    """The catalogue of a courses folder, or of any source of such files.

    ``facts`` words the ``{{fact:ID}}`` marks, by default the shipped facts.yaml. Raises MaterialError with
    every mistake of every file.
    """
    catalogue, problems = read_courses(material, facts)
    if problems:
        raise MaterialError(problems)
    return catalogue


def read_courses(material: Path | MaterialSource, facts: FactFiller | None = None) -> tuple[Catalogue, list[Problem]]:
    """As ``load_courses``, but returns what could be read together with the mistakes."""
    facts = shipped_facts() if facts is None else facts
    problems: list[Problem] = []
    if isinstance(material, Path) and not material.is_dir():
        return Catalogue.of((), {}), [Problem(material.name, 1, f"no courses folder at {material}")]
    source = as_source(material)
    files = frozenset(source.items())
    folders = sorted({file.split("/", 1)[0] for file in files if "/" in file and not file.startswith((".", "_"))})
    read = [_read_course(name, source, files, facts, problems) for name in folders]
    courses = [course for course in read if course is not None]
    _require_unique(courses, problems)
    skill_fields = read_fields(source, SKILLS_FILE, problems)
    skills = {name: skill_fields.text(name) for name in skill_fields.names()} if skill_fields else {}
    catalogue = Catalogue.of(courses, skills)
    problems += [
        Problem(lesson.file, question.line, f"skill '{question.skill}' is not in {SKILLS_FILE}")
        for lesson in catalogue.lessons
        for question in lesson.questions
        if question.skill not in skills
    ]
    return catalogue, sorted(problems)


def _read_course(
    folder: str, source: MaterialSource, files: frozenset[str], facts: FactFiller, problems: list[Problem]
) -> Course | None:
    file = f"{folder}/course.yaml"
    fields = read_fields(source, file, problems)
    if fields is None:
        return None
    course_id, skill = fields.identifier("id"), fields.identifier("skill")
    source_fields = fields.section("sources")
    sources = {name: source_fields.text(name) for name in source_fields.names()} if source_fields else {}
    if not sources:
        fields.problem("'sources' must name at least one source", fields.line_of("sources"))
    lesson_file = re.compile(re.escape(folder) + r"/[0-9][^/]*\.yaml")
    read = [
        read_lesson(name, source, files, course_id, skill, sources, facts, problems)
        for name in sorted(filter(lesson_file.fullmatch, files))
    ]
    lessons = tuple(lesson for lesson in read if lesson is not None)
    if not lessons:
        fields.problem("the course has no lesson; add files named like 01-ten-bai.yaml")
    course = Course(
        id=course_id,
        title=fields.text("title"),
        summary=fields.text("summary"),
        skill=skill,
        audience=fields.text("audience"),
        order=fields.integer("order", 1, ORDER_LIMIT),
        sources=tuple(sources.values()),
        lessons=lessons,
        file=file,
    )
    fields.close()
    return course


def _require_unique(courses: list[Course], problems: list[Problem]) -> None:
    seen: dict[tuple[str, str], str] = {}
    for course in courses:
        named = [("course id", course.id, course.file), ("order", str(course.order), course.file)]
        named += [("lesson id", lesson.id, lesson.file) for lesson in course.lessons]
        for what, value, file in named:
            first = seen.setdefault((what, value), file)
            if first != file:
                problems.append(Problem(file, 1, f"{what} '{value}' is already used by {first}"))
