"""What is said when there is no single answer: which ward, which topic, or an honest "not in my documents"."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import cache
from pathlib import Path

from knowledge.answer_types import Answer, AnswerKind, Choice
from knowledge.asked_model import TOPIC_CLASS
from knowledge.compose import short_topic
from knowledge.confidence import Sureness, same_section
from knowledge.documents import PUBLIC_TOPIC, DocumentKind
from knowledge.index import Index
from knowledge.question import Question
from knowledge.replies import reply
from knowledge.search import Hit
from knowledge.topics import load_topics, plain_text
from knowledge.wards import Ward, Wards
from knowledge.yaml_loader import load_yaml

VAGUE_FILE = Path(__file__).with_name("vague.yaml")
ALL_WORDS = 0.99  # of the question, for a guide to be one of its readings
OTHERS = 2  # beside an answer that is shown all the same
CHOICES = 3  # a phone shows three buttons without scrolling
# A guide must hold this share of the question's words to be offered as "closest".
CLOSE_WORDS = 0.34
# Wards whose best passage scores within this of the best one answer the question too.
OTHER_WARD_GAP = 1.5
LIKELY = 0.5  # probability of a topic from which it is more likely asked for than all others together
BARE_WORDS = 3  # a longer message says which reading it means, or enough to answer from
LEAST_READING = 0.1  # probability of a guide to be offered as a reading of bare words
POSSIBLE = 0.05  # probability of a guide below which it is no reading, though it has all the words
NO_CONFIDENCE = 0.0
"""Confidence of a reply that cites nothing: it is the probability that the first citation is right."""


def empty() -> Answer:
    """The reply to a message without words."""
    return Answer(AnswerKind.ABSTAIN, reply("abstain", "empty"), NO_CONFIDENCE)


def not_covered(hits: Sequence[Hit]) -> Answer | None:
    """The reply to a question about a topic known to be missing: it is named, with the desk to ask.

    None when what the material covers fits better, or when it is not likely which topic is meant.
    """
    best = max(hits, key=lambda hit: hit.score)
    if best.document.kind is not DocumentKind.NOT_COVERED or best.features.chance < LIKELY:
        return None
    passage = best.entry.passage
    name = "not_covered_public" if passage.role == PUBLIC_TOPIC else "not_covered"
    public = passage.role == PUBLIC_TOPIC
    return Answer(AnswerKind.ABSTAIN, reply("abstain", name, topic=passage.text), NO_CONFIDENCE, ask_office=public)


def unknown(hits: Sequence[Hit]) -> Answer:
    """ "Chưa có trong tài liệu", with the closest topics."""
    close = [hit for hit in hits if hit.features.words >= CLOSE_WORDS and hit.document.kind is DocumentKind.GUIDE]
    choices = _choices(close)
    text = reply("abstain", "unknown")
    if choices:
        text += "\n" + reply("abstain", "closest")
    return Answer(AnswerKind.ABSTAIN, text, NO_CONFIDENCE, choices=choices)


def others(hits: Sequence[Hit]) -> tuple[Choice, ...]:
    """What else an unsure answer may have been asked for: the next topics, with what no longer fits left out."""
    best = hits[0]
    rest = [
        hit for hit in hits[1:] if hit.document.kind is not DocumentKind.NOT_COVERED and not same_section(best, hit)
    ]
    return tuple(choice for choice in _choices(rest) if choice.label != short_topic(best.entry.passage))[:OTHERS]


def elsewhere(question: Question, wards: Wards) -> Answer | None:
    """The reply when the plan of a place is asked for that has none here; None for any other question."""
    if not question.mentions.elsewhere or question.mentions.wards or not question.topics:
        return None
    names = ", ".join(ward.name for ward in wards.wards)
    text = reply("abstain", "elsewhere", place=question.mentions.elsewhere[0], wards=names)
    return Answer(AnswerKind.ABSTAIN, text, NO_CONFIDENCE)


def missing(question: Question, ward: Ward, index: Index, hits: Sequence[Hit], sure: Sureness) -> Answer | None:
    """Says that a ward's plan does not state what is asked, when the topics of the question tell so for sure."""
    asked = [topic for topic in question.topics if topic.missing]
    held = index.topics_held.get(ward.code)
    if not asked or len(asked) != len(question.topics) or held is None:
        return None
    if any(topic.id in held for topic in asked) or not _meant(question, held, {topic.id for topic in asked}):
        return None
    if sure.enough and hits[0].document.kind is DocumentKind.GUIDE:
        return None
    restored = any(document.restored for document in index.documents if document.ward == ward.code)
    text = reply("abstain", "missing_restored" if restored else "missing", ward=ward.name, what=asked[0].missing)
    return Answer(AnswerKind.ABSTAIN, text, NO_CONFIDENCE)


def _meant(question: Question, held: Collection[str], missing: set[str]) -> bool:
    """Whether the classifier too reads the question as one for what is missing, not for what the plan does say."""
    learnt = [TOPIC_CLASS + topic.id for topic in load_topics().topics if topic.like in missing]
    if learnt:
        return question.asked.probability(learnt) >= LIKELY
    return question.asked.probability(TOPIC_CLASS + topic for topic in held) < LIKELY


def which_ward(question: Question, wards: Wards, index: Index, hits: Sequence[Hit], sure: Sureness) -> Answer | None:
    """Asks which ward when the plans of several answer; None when only one does, or none is likely to."""
    best = hits[0]
    if best.document.kind is not DocumentKind.PLAN or not sure.enough:
        return None
    answering = {
        hit.document.ward
        for hit in hits
        if hit.document.kind is DocumentKind.PLAN and best.score - hit.score <= OTHER_WARD_GAP
    }
    if len(answering) == 1:
        return None
    offered = [ward for ward in wards.wards if ward.code in index.topics_held]
    choices = tuple(
        Choice(ward.name[:1].upper() + ward.name[1:], f"{question.text.rstrip(' ?.')} ({ward.name})")
        for ward in offered
    )
    codes = tuple(ward.code for ward in offered)
    return Answer(AnswerKind.CLARIFY, reply("clarify", "ward"), NO_CONFIDENCE, choices=choices, wards=codes)


def bare_words(question: Question, hits: Sequence[Hit]) -> Answer | None:
    """Asks back when a few bare words have several readings ("tt", "giấy xác nhận", "căn cước"); None when not."""
    if len(question.text.split()) > BARE_WORDS:
        return None
    if question.query.doubts:
        return which_topic(question, hits)
    named = vague_readings().get(question.plain)
    if named is not None:
        return _offered(tuple(Choice(reading, reading) for reading in named))
    meant = [hit for hit in hits if hit.features.chance >= LEAST_READING and hit.document.kind is DocumentKind.GUIDE]
    if question.topics or len(meant) < 2 or max(question.asked.probabilities.values(), default=1.0) >= LIKELY:
        return None
    return _offered(_choices(sorted(meant, key=lambda hit: -hit.features.chance)))


def _offered(choices: tuple[Choice, ...]) -> Answer:
    return Answer(AnswerKind.CLARIFY, reply("clarify", "topic"), NO_CONFIDENCE, choices=choices)


@cache
def vague_readings(path: Path = VAGUE_FILE) -> dict[str, tuple[str, ...]]:
    """What words that name no one thing may mean, by the words as ``plain_text`` gives them."""
    raw = load_yaml(path.read_text(encoding="utf-8"))
    return {plain_text(words): tuple(entry["readings"]) for entry in raw for words in entry["words"]}


def which_topic(question: Question, hits: Sequence[Hit]) -> Answer | None:
    """Offers two or three readings of a question that several fit; None when there are no two."""
    for doubt in question.query.doubts:
        readings = tuple(
            Choice(meaning[:1].upper() + meaning[1:], question.text.replace(doubt.written, meaning))
            for meaning in doubt.meanings[:CHOICES]
        )
        if len(readings) > 1:
            text = reply("clarify", "doubt", written=doubt.written)
            return Answer(AnswerKind.CLARIFY, text, NO_CONFIDENCE, choices=readings)
    fitting = [
        hit
        for hit in hits
        if hit.features.words >= ALL_WORDS
        and hit.features.chance >= POSSIBLE
        and hit.document.kind is DocumentKind.GUIDE
    ]
    choices = _choices(fitting)
    if len(choices) < 2:
        return None
    return _offered(choices)


def _choices(hits: Sequence[Hit]) -> tuple[Choice, ...]:
    titles = dict.fromkeys(short_topic(hit.entry.passage) for hit in hits)
    return tuple(Choice(title, title) for title in list(titles)[:CHOICES])
