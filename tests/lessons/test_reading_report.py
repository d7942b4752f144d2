"""The reader's report: current, and true to the lessons."""

from __future__ import annotations

import re

from lessons.catalogue import Catalogue
from lessons.check_words import CARD_WORD_LIMIT, SENTENCE_LIMIT, sentences, syllables
from lessons.reading_report import REPORT, reading_report


def table(report: str, heading: str) -> list[list[str]]:
    """The rows of the table under a heading."""
    part = report.split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]
    rows = [line.strip("| ").split(" | ") for line in part.splitlines() if line.startswith("|")]
    return rows[2:]


def test_the_report_in_the_repository_is_current(shipped: Catalogue) -> None:
    assert REPORT.read_text(encoding="utf-8") == reading_report(shipped), "run: python -m lessons.reading_report"


def test_the_report_counts_what_the_courses_hold(shipped: Catalogue) -> None:
    rows = table(reading_report(shipped), "Theo khóa")
    assert [row[0] for row in rows] == [course.title for course in shipped.courses]
    for row, course in zip(rows, shipped.courses, strict=True):
        cards = [card.text for lesson in course.lessons for card in lesson.cards]
        lengths = [syllables(sentence) for card in cards for sentence in sentences(card)]
        assert [int(cell) for cell in row[1:3]] == [len(course.lessons), len(cards)]
        assert int(row[5]) == max(map(syllables, cards)) <= CARD_WORD_LIMIT
        assert int(row[7]) == max(lengths) <= SENTENCE_LIMIT


def test_every_sentence_is_counted_once(shipped: Catalogue) -> None:
    rows = table(reading_report(shipped), "Độ dài câu trên thẻ")
    total = sum(len(sentences(card.text)) for lesson in shipped.lessons for card in lesson.cards)
    assert sum(int(row[1]) for row in rows) == total
    shares = [float(row[2].replace(",", ".")) for row in rows]
    assert abs(sum(shares) - 100) < 0.3


def test_abbreviations_are_listed_where_they_are_explained(shipped: Catalogue) -> None:
    rows = table(reading_report(shipped), "Chữ viết tắt và chỗ giải thích")
    assert any(row[0] == "OTP" for row in rows)
    assert len({(row[0], row[1]) for row in rows}) == len(rows)
    for row in rows:
        assert row[0] in row[3]
        assert re.search(r"\(|\blà\b|tức", row[3]), row
