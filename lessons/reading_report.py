"""Counts how easy the lessons are to read, as docs/reading-report.md shows it.

``python -m lessons.reading_report`` writes that file anew; a test says when it is out of date.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lessons.catalogue import Catalogue, load_courses
from lessons.check_words import (
    CARD_WORD_LIMIT,
    KNOWN_NAMES,
    SENTENCE_LIMIT,
    abbreviations,
    measure,
    sentences,
    syllables,
)
from lessons.lesson_file import CARD_LIMIT
from lessons.models import Course, Lesson

TEMPLATE = Path(__file__).with_name("reading_report.md")
REPORT = Path(__file__).resolve().parent.parent / "docs" / "reading-report.md"
PACE = 160  # syllables a minute: slow reading aloud to somebody who presses along
LONGEST_SHOWN = 10
BANDS = (5, 10, 15, 20, SENTENCE_LIMIT)  # upper ends, in syllables


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a card and where it stands."""

    length: int
    text: str
    lesson: Lesson


def reading_report(catalogue: Catalogue) -> str:
    """The report as Markdown; the same lessons give the same text."""
    cards = [card for lesson in catalogue.lessons for card in lesson.cards]
    longest = max((syllables(card.text) for card in cards), default=0)
    said = list(_sentences(catalogue))
    return TEMPLATE.read_text(encoding="utf-8").format(
        sentence_limit=SENTENCE_LIMIT,
        card_words=CARD_WORD_LIMIT,
        card_limit=CARD_LIMIT,
        longest_seconds=round(longest * 60 / PACE),
        pace=PACE,
        courses=len(catalogue.courses),
        lessons=len(catalogue.lessons),
        cards=len(cards),
        pictures=sum(card.picture is not None for card in cards),
        questions=len(catalogue.questions),
        course_rows="\n".join(_course_row(course) for course in catalogue.courses),
        length_rows="\n".join(_length_rows(said)),
        longest_rows="\n".join(_longest_rows(said)),
        abbreviation_rows="\n".join(_abbreviation_rows(catalogue)),
    )


def _sentences(catalogue: Catalogue) -> Iterator[Sentence]:
    for lesson in catalogue.lessons:
        for card in lesson.cards:
            for text in sentences(card.text):
                yield Sentence(syllables(text), text, lesson)


def _number(value: float) -> str:
    """With a decimal comma, as Vietnamese writes it."""
    return f"{value:.1f}".replace(".", ",")


def _course_row(course: Course) -> str:
    reading = measure(course)
    pictures = sum(card.picture is not None for lesson in course.lessons for card in lesson.cards)
    cells = (
        course.title,
        len(course.lessons),
        reading.cards,
        pictures,
        _number(reading.mean_card),
        reading.longest_card,
        _number(reading.mean_sentence),
        reading.longest_sentence,
    )
    return f"| {' | '.join(map(str, cells))} |"


def _length_rows(said: list[Sentence]) -> Iterator[str]:
    lower = 1
    for upper in BANDS:
        count = sum(lower <= sentence.length <= upper for sentence in said)
        yield f"| {lower}–{upper} | {count} | {_number(100 * count / max(1, len(said)))} |"
        lower = upper + 1


def _longest_rows(said: list[Sentence]) -> Iterator[str]:
    for sentence in sorted(said, key=lambda one: (-one.length, one.lesson.file, one.text))[:LONGEST_SHOWN]:
        text = " ".join(sentence.text.split())
        yield f'- {sentence.length} tiếng, bài "{sentence.lesson.title}": {text}.'


def _abbreviation_rows(catalogue: Catalogue) -> Iterator[str]:
    """Each abbreviation at its first use in each course."""
    rows = []
    for course in catalogue.courses:
        seen = set(KNOWN_NAMES)
        for lesson in course.lessons:
            for card in lesson.cards:
                for name in abbreviations(card.text):
                    if name not in seen:
                        seen.add(name)
                        rows.append((name, course.title, lesson.title, _explaining(name, card.text)))
    return (f"| {' | '.join(row)} |" for row in sorted(rows, key=lambda row: row[0]))


def _explaining(name: str, text: str) -> str:
    """The sentence of the card that the abbreviation first stands in."""
    found = next(sentence for sentence in sentences(text) if name in sentence)
    return " ".join(found.split()).replace("|", "/")


def main() -> None:
    """Write docs/reading-report.md."""
    REPORT.write_text(reading_report(load_courses()), encoding="utf-8", newline="\n")
    sys.stdout.write(f"{REPORT}\n")


if __name__ == "__main__":
    main()
