"""Checks that texts read well aloud: short sentences, few words a card, abbreviations explained at first use."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from knowledge.facts import Problem
from lessons.models import Card, Course, Lesson

SENTENCE_LIMIT = 28  # syllables; a longer sentence cannot be followed by ear (plain-language guides say 20-30)
CARD_WORD_LIMIT = 80  # syllables; what 320 characters of short Vietnamese words come to

# Names that everybody says as they are and nobody spells out.
KNOWN_NAMES = frozenset({"SIM", "TV", "CH", "BIDV", "ATM"})

_ABBREVIATION = re.compile(r"\b[A-ZĐ]{2,}\d*\b")
_DOCUMENT_NUMBER = re.compile(r"\d+/\S+")  # "09/2026/TT-BTC" is read as a number, its letters explain nothing
_SENTENCE_END = re.compile(r"[.!?:;](?=\s|$)|\n")
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Reading:
    """Figures of how texts read: longest and mean sentence and card, in syllables."""

    cards: int
    sentences: int
    mean_card: float
    longest_card: int
    mean_sentence: float
    longest_sentence: int


def check_words(course: Course) -> Iterator[Problem]:
    """What is hard to follow in one course."""
    explained: set[str] = set(KNOWN_NAMES)
    for lesson in course.lessons:
        for card in lesson.cards:
            yield from _check_card(lesson, card)
            yield from _check_abbreviations(lesson, card, explained)
        yield from _check_questions(lesson, explained)


def sentences(text: str) -> list[str]:
    """The sentences (and listed steps) of a text."""
    return [part.strip() for part in _SENTENCE_END.split(text) if part and part.strip()]


def syllables(text: str) -> int:
    """The number of words as written; a Vietnamese word of two syllables counts two."""
    return len(_WORD.findall(text))


def measure(course: Course) -> Reading:
    """How the cards of a course read."""
    cards = [syllables(card.text) for lesson in course.lessons for card in lesson.cards]
    lengths = [syllables(s) for lesson in course.lessons for card in lesson.cards for s in sentences(card.text)]
    return Reading(
        cards=len(cards),
        sentences=len(lengths),
        mean_card=sum(cards) / max(1, len(cards)),
        longest_card=max(cards, default=0),
        mean_sentence=sum(lengths) / max(1, len(lengths)),
        longest_sentence=max(lengths, default=0),
    )


def _check_card(lesson: Lesson, card: Card) -> Iterator[Problem]:
    words = syllables(card.text)
    if words > CARD_WORD_LIMIT:
        yield Problem(lesson.file, card.line, f"{words} syllables on the card; at most {CARD_WORD_LIMIT}")
    for sentence in sentences(card.text):
        if syllables(sentence) > SENTENCE_LIMIT:
            message = f"a sentence of {syllables(sentence)} syllables (at most {SENTENCE_LIMIT})"
            yield Problem(lesson.file, card.line, f"{message}: {sentence[:40]}…")


def _check_abbreviations(lesson: Lesson, card: Card, explained: set[str]) -> Iterator[Problem]:
    for name in abbreviations(card.text):
        if name not in explained and not _explains(card.text, name):
            message = f"'{name}' is not explained at its first use; write '{name} (nghĩa là …)' or '… ({name})'"
            yield Problem(lesson.file, card.line, message)
        explained.add(name)


def abbreviations(text: str) -> list[str]:
    """The abbreviations of a text in their order, each once; the letters of document numbers do not count."""
    return list(dict.fromkeys(_ABBREVIATION.findall(_DOCUMENT_NUMBER.sub("", text))))


def _explains(text: str, name: str) -> bool:
    return any(
        pattern in text
        for pattern in (f"{name} (", f"({name})", f"{name} là ", f"{name}, tức", f"tức {name}", f"{name}, là ")
    )


def _check_questions(lesson: Lesson, explained: set[str]) -> Iterator[Problem]:
    for question in lesson.questions:
        shown = " ".join(
            [question.text, question.why, *question.prompts, *(f"{o.text} {o.why_not}" for o in question.options)]
        )
        for name in sorted(set(abbreviations(shown)) - explained):
            yield Problem(lesson.file, question.line, f"'{name}' was not explained on a card before this question")
