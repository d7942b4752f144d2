"""The held-out questions of the guides stay a fair measure: about real guides, in words the guides don't list."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pytest

from knowledge.facts import load_facts
from knowledge.guides import Guide, load_guides
from knowledge.material_similarity import same_phrasings
from knowledge.yaml_source import YamlSource, text_field, text_list

REPOSITORY = Path(__file__).resolve().parents[2]
KNOWLEDGE = REPOSITORY / "knowledge"
FILE = REPOSITORY / "tests" / "questions" / "services_heldout.yaml"

MIN_QUESTIONS = 4
"""Fewer a guide would let one lucky word decide whether the guide counts as found."""


@pytest.fixture(scope="module")
def guides() -> dict[str, Guide]:
    return {guide.id: guide for guide in load_guides(KNOWLEDGE / "services", load_facts(KNOWLEDGE / "facts.yaml"))}


@pytest.fixture(scope="module")
def asked() -> list[tuple[str, str, list[str]]]:
    """(question, the guide that answers it, guides that answer it as well)."""
    entries = YamlSource(FILE.read_text(encoding="utf-8"), FILE.name).value
    assert isinstance(entries, list)
    return [
        (text_field(entry, "question"), text_field(entry, "guide"), text_list(entry, "also"))
        for entry in entries
        if isinstance(entry, dict)
    ]


def test_every_guide_named_exists_and_is_named_once(
    asked: list[tuple[str, str, list[str]]], guides: dict[str, Guide]
) -> None:
    unknown = [question for question, guide, also in asked if not {guide, *also} <= guides.keys()]
    repeated = [question for question, guide, also in asked if len({guide, *also}) != 1 + len(also)]
    assert (unknown, repeated) == ([], [])


def test_every_guide_is_asked_for_often_enough(
    asked: list[tuple[str, str, list[str]]], guides: dict[str, Guide]
) -> None:
    counts = dict.fromkeys(guides, 0)
    for _, guide, _ in asked:
        counts[guide] += 1
    assert [guide for guide, count in counts.items() if count < MIN_QUESTIONS] == []


def test_no_question_repeats_a_title_a_phrasing_or_another_question(
    asked: list[tuple[str, str, list[str]]], guides: dict[str, Guide]
) -> None:
    questions: dict[str, list[str]] = defaultdict(list)
    for question, guide, _ in asked:
        questions[guide].append(question)
    alike = []
    for guide, own in questions.items():
        written = [guides[guide].title, *guides[guide].phrasings]
        texts = written + own
        alike += [(texts[first], texts[second]) for first, second in same_phrasings(texts) if second >= len(written)]
    assert alike == []
