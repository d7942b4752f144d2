"""The reader's report of the guides: current, and true to them."""

from __future__ import annotations

import re

import pytest

from knowledge.guides import Guide
from knowledge.material_rules import MAX_SENTENCE_SYLLABLES
from knowledge.reading_report import REPORT, reading_report, shipped_guides


@pytest.fixture(scope="module")
def guides() -> list[Guide]:
    return shipped_guides()


def rows(report: str, heading: str) -> list[list[str]]:
    """The rows of the table under a heading."""
    part = report.split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]
    return [line.strip("| ").split(" | ") for line in part.splitlines() if line.startswith("|")][2:]


def test_the_report_in_the_repository_is_current(guides: list[Guide]) -> None:
    assert REPORT.read_text(encoding="utf-8") == reading_report(guides), "run: python -m knowledge.reading_report"


def test_every_guide_and_sentence_is_counted_once_and_none_is_too_long(guides: list[Guide]) -> None:
    report = reading_report(guides)
    topics = rows(report, "Theo chủ đề")
    assert sum(int(row[1]) for row in topics) == len(guides)
    assert max(int(row[5]) for row in topics) <= MAX_SENTENCE_SYLLABLES
    total = int(re.search(r"(\d+) câu, trung bình", report)[1])  # type: ignore[index]
    assert sum(int(row[1]) for row in rows(report, "Độ dài câu")) == total


def test_every_abbreviation_is_explained_where_it_is_first_used(guides: list[Guide]) -> None:
    listed = rows(reading_report(guides), "Chữ viết tắt")
    assert {"OTP", "QR"} <= {row[0] for row in listed}
    for name, _count, sentence in listed:
        assert f"{name} (" in sentence or f"({name}" in sentence, (name, sentence)
