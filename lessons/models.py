"""What a course is made of. All parts are immutable; their texts are ready to be shown."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

TRUE_OPTION = "dung"
FALSE_OPTION = "sai"
TRUE_FALSE_LABELS = {TRUE_OPTION: "Đúng", FALSE_OPTION: "Sai"}


class FactFiller(Protocol):
    """What replaces ``{{fact:ID}}`` in the texts; ``knowledge.facts.Facts`` is one."""

    def fill(self, text: str) -> str:
        """The text with every fact worded; raises ValueError or KeyError naming an unknown id."""
        ...


class QuestionKind(StrEnum):
    """How a question is answered: one option, true or false, every right option, all in order, or pair by pair."""

    SINGLE = "single"
    TRUE_FALSE = "true_false"
    MULTIPLE = "multiple"
    ORDER = "order"
    MATCH = "match"

    @property
    def takes_all_in_order(self) -> bool:
        """Whether every option is chosen once and the order counts: the right order, or one for each prompt."""
        return self in (QuestionKind.ORDER, QuestionKind.MATCH)


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture file in the course's folder, with the words that replace it for who cannot see it."""

    file: str
    alt: str


@dataclass(frozen=True, slots=True)
class Card:
    """One idea of a lesson, plain text that reads aloud well. ``line`` is where the file says it."""

    text: str
    picture: Picture | None = None
    line: int = 0


@dataclass(frozen=True, slots=True)
class Option:
    """A possible answer. ``why_not`` says what is wrong with it; empty for right and plainly wrong ones."""

    id: str
    text: str
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """A quiz question.

    ``id`` is ``<lesson id>.<id in the file>``, unique in the catalogue and stable: attempts refer to it.
    ``correct`` holds option ids: one for single and true_false, a set for multiple, the order for order; for match
    the option of each of ``prompts``, which is empty for every other kind.
    ``difficulty`` is 1 (everybody after reading) to 3 (needs thought). ``sources`` are worded citations.
    """

    id: str
    lesson_id: str
    course_id: str
    kind: QuestionKind
    text: str
    options: tuple[Option, ...]
    correct: tuple[str, ...]
    why: str
    difficulty: int
    skill: str
    sources: tuple[str, ...]
    picture: Picture | None = None
    line: int = 0
    prompts: tuple[str, ...] = ()

    def option(self, option_id: str) -> Option:
        """The option with this id; KeyError when the question has none such."""
        for option in self.options:
            if option.id == option_id:
                return option
        raise KeyError(option_id)


@dataclass(frozen=True, slots=True)
class Lesson:
    """A lesson: cards to read, a task to try, questions to answer.

    ``version`` is a hash of everything a resident sees, so it changes exactly when the material does.
    ``minutes`` is the time a beginner needs. ``file`` is relative to the courses folder.
    """

    id: str
    course_id: str
    title: str
    minutes: int
    version: str
    cards: tuple[Card, ...]
    practice: str
    questions: tuple[Question, ...]
    file: str


@dataclass(frozen=True, slots=True)
class Course:
    """A course: lessons in the order they are taught. ``sources`` are worded citations."""

    id: str
    title: str
    summary: str
    skill: str
    audience: str
    order: int
    sources: tuple[str, ...]
    lessons: tuple[Lesson, ...]
    file: str
