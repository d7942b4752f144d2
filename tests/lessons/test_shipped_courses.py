"""What the delivered courses promise, beyond the checks."""

from __future__ import annotations

import re

from lessons.catalogue import Catalogue
from lessons.check_words import measure

LOOKS_LIKE_A_SECRET = re.compile(r"\b0\d{9}\b|\b\d{12}\b")
PAYLOAD_LIMIT = 64  # bytes of a button's private data (bot.channels.message)


def test_there_is_a_curriculum(shipped: Catalogue) -> None:
    assert len(shipped.courses) >= 8
    assert len(shipped.lessons) >= 50
    assert len(shipped.questions) >= 300
    assert {question.difficulty for question in shipped.questions} == {1, 2, 3}


def test_every_skill_is_taught(shipped: Catalogue) -> None:
    assert {question.skill for question in shipped.questions} == set(shipped.skills)


def test_no_fact_is_left_unfilled_and_sources_are_worded(shipped: Catalogue) -> None:
    for lesson in shipped.lessons:
        texts = [card.text for card in lesson.cards] + [lesson.practice]
        texts += [question.text + question.why for question in lesson.questions]
        assert not any("{{" in text for text in texts), lesson.id
        assert all(source for question in lesson.questions for source in question.sources)


def test_no_personal_looking_numbers(shipped: Catalogue) -> None:
    for lesson in shipped.lessons:
        for card in lesson.cards:
            assert not LOOKS_LIKE_A_SECRET.search(card.text), (lesson.id, card.text)


def test_an_answer_fits_a_button(shipped: Catalogue) -> None:
    for question in shipped.questions:
        for option in question.options:
            assert len(f"quiz:{question.id}:{option.id}".encode()) <= PAYLOAD_LIMIT


def test_texts_read_easily_on_average(shipped: Catalogue) -> None:
    for course in shipped.courses:
        reading = measure(course)
        assert reading.mean_sentence <= 15, course.id
        assert reading.longest_card <= 60, course.id
