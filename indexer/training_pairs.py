"""Pairs the encoder learns from: a question (or title, or sentence) and the text that answers it."""

from __future__ import annotations

import gzip
import json
import random
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from indexer.asked import read_phrasings
from indexer.sections import load_plans
from knowledge.documents import Passage
from knowledge.facts import load_facts
from knowledge.guides import read_guides
from knowledge.material_files import PHRASINGS_FOLDER
from lessons.catalogue import read_courses

PAIRS_FILE = "pairs_clean.jsonl.gz"
LAW_TITLE, LAW_SENTENCE = "law_title", "law_sentence"
GUIDE, LESSON, PLAN = "guide", "lesson", "plan"
_SENTENCE_END = re.compile(r"(?<=[.;:])\s+|\n+")
_LEAST_SYLLABLES, _MOST_SYLLABLES = 6, 40  # of a sentence that can stand for a question
_LAW_SENTENCES = 4  # a law article gives this many sentences at most, so that long ones do not rule
_ASKING = (
    *("{} là gì", "{} thế nào", "{} ở đâu", "{} bao nhiêu", "cho tôi hỏi {}", "{} thì làm sao", "{} được không"),
    *("muốn {} thì cần gì", "làm thế nào để {}", "{} gồm những gì", "{} như thế nào ạ", "ai {}", "khi nào {}"),
)
ASKING_SHARE = 0.3  # of titles and sentences worded as a question, so that question words come to weigh little
# Sentences of an encyclopedia are longer than questions: this share of them is cut to a question's length.
CUT_SHARE = 0.6
_CUT_LENGTHS = (5, 14)


@dataclass(frozen=True, slots=True)
class Pair:
    """``group`` is the same for pairs with the same answer: they are no wrong answers to each other."""

    source: str
    question: str
    answer: str
    group: int


def read_pairs(shared: Path, material: Path, courses: Path, rng: random.Random) -> list[Pair]:
    """All training pairs: the shared licence-clean ones and those cut from our own material."""
    found: list[tuple[str, str, str]] = list(_shared(shared / "data" / PAIRS_FILE, rng))
    found += _guides(material)
    found += _lessons(courses)
    found += _plans(material, rng)
    groups: dict[str, int] = {}
    return [Pair(s, q, a, groups.setdefault(a, len(groups))) for s, q, a in found]


def as_question(text: str, rng: random.Random) -> str:
    """Now and then the text worded as a question."""
    return rng.choice(_ASKING).format(text.rstrip(" .;:?")) if rng.random() < ASKING_SHARE else text


def cut_short(text: str, rng: random.Random) -> str:
    """Often a piece of a long sentence, of the length that questions have."""
    words = text.split()
    if len(words) <= _CUT_LENGTHS[1] or rng.random() >= CUT_SHARE:
        return text
    length = rng.randint(*_CUT_LENGTHS)
    start = rng.randrange(len(words) - length)
    return " ".join(words[start : start + length])


def _shared(path: Path, rng: random.Random) -> Iterator[tuple[str, str, str]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            record = json.loads(line)
            yield record["s"], record["q"], record["p"]
            if record["s"] == LAW_TITLE:
                for question, answer in _sentence_pairs(record["p"], rng, _LAW_SENTENCES):
                    yield LAW_SENTENCE, question, f"{record['q']}. {answer}"


def _sentence_pairs(text: str, rng: random.Random, most: int) -> list[tuple[str, str]]:
    """Sentences of a text, each with the rest of the text."""
    sentences = [sentence.strip() for sentence in _SENTENCE_END.split(text) if sentence.strip()]
    if len(sentences) < 2:
        return []
    fit = [s for s in sentences if _LEAST_SYLLABLES <= len(s.split()) <= _MOST_SYLLABLES]
    chosen = rng.sample(fit, min(most, len(fit)))
    return [(sentence, " ".join(s for s in sentences if s is not sentence)) for sentence in chosen]


def _guides(material: Path) -> Iterator[tuple[str, str, str]]:
    guides, _ = read_guides(material / "services", load_facts(material / "facts.yaml"))
    more = read_phrasings(material / PHRASINGS_FOLDER)
    for guide in guides:
        whole = "\n".join([guide.title, *(section.text for section in guide.sections)])
        for question in (guide.title, *guide.phrasings, *more.get(guide.id, ())):
            yield GUIDE, question, whole
        for section in guide.sections:
            yield GUIDE, f"{guide.title} {section.heading}", section.text


def _lessons(courses: Path) -> Iterator[tuple[str, str, str]]:
    catalogue, _ = read_courses(courses)
    for course in catalogue.courses:
        for lesson in course.lessons:
            whole = "\n".join(card.text for card in lesson.cards)
            yield LESSON, f"{course.title} {lesson.title}", whole
            yield LESSON, lesson.title, whole
            for question in lesson.questions:
                right = " ".join(option.text for option in question.options if option.id in question.correct)
                yield LESSON, question.text, f"{lesson.title}. {right} {question.why}"


def _plans(material: Path, rng: random.Random) -> Iterator[tuple[str, str, str]]:
    for passages in _by_document(load_plans(material / "plans")):
        for passage in passages:
            path = " ".join(passage.path)
            if passage.path:
                yield PLAN, passage.path[-1], passage.text
            for question, answer in _sentence_pairs(passage.text, rng, 2):
                yield PLAN, question, f"{path} {answer}"


def _by_document(passages: Iterable[Passage]) -> list[list[Passage]]:
    documents: defaultdict[str, list[Passage]] = defaultdict(list)
    for passage in passages:
        documents[passage.document.id].append(passage)
    return list(documents.values())
