"""What plans are asked about: recognising the topic in a question, and the passages that hold it.

The topics are data (topics.yaml); this module reads them and matches them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from knowledge.documents import DocumentInfo, DocumentKind, Passage
from knowledge.text import syllables
from knowledge.text.tokens import LONGEST_TOKEN, WORDS_KEPT, fold
from knowledge.yaml_loader import load_yaml

TOPICS_FILE = Path(__file__).with_name("topics.yaml")
LEARNT_FILE = Path(__file__).with_name("plan_topics.yaml")
PHRASINGS_FILE = Path(__file__).with_name("plan_phrasings.yaml")
LIST_ROLE = "list"
_MARK = re.compile(r"^(?:[IVX]+\.|\d+(?:\.\d+)*\.?|[a-zđ]\)|\(\d+\))\s*")
_NUMBER = re.compile(r"^\(?(\d{1,2})[.)]")


@dataclass(frozen=True, slots=True)
class Topic:
    """One kind of thing a plan says; see topics.yaml for the meaning of the fields.

    A topic without ``asks`` is recognised in a question by ``knowledge.asked_model``, which has learnt its
    ``phrasings`` and those of plan_phrasings.yaml (``learnt``, not indexed).
    """

    id: str
    asks: re.Pattern[str] | None
    not_asks: re.Pattern[str] | None
    path: re.Pattern[str] | None
    not_path: re.Pattern[str] | None
    path_only: re.Pattern[str] | None
    text: re.Pattern[str] | None
    not_text: re.Pattern[str] | None
    role: str
    needs: str
    phrasings: tuple[str, ...]
    phrasings_for: str
    learnt: tuple[str, ...]
    like: str
    missing: str
    subject: bool
    whole: bool

    def asked_in(self, plain: str) -> bool:
        """Whether a question (as ``plain_text`` gives it) asks for this topic."""
        if self.asks is None or self.asks.search(plain) is None:
            return False
        return not (self.not_asks and self.not_asks.search(plain))

    def held_by(self, passage: Passage, path: str, text: str) -> bool:
        """Whether a plan's passage, its path and text as the patterns read them, holds what this topic asks for."""
        if not self._has_role(passage, self.role):
            return False
        if self.needs and not _known(passage.document, self.needs):
            return False
        if self.not_path and self.not_path.search(path):
            return False
        if self.path_only and not self.path_only.search(path):
            return False
        if self.not_text and self.not_text.search(text):
            return False
        return bool(self.path and self.path.search(path)) or bool(self.text and self.text.search(text))

    def questions(self, passage: Passage) -> list[str]:
        """The ways this topic is asked of a passage that holds it."""
        if not self._has_role(passage, self.phrasings_for):
            return []
        label = _MARK.sub("", passage.path[-1]).strip() if passage.path else ""
        number = _NUMBER.match(passage.path[-1]) if passage.path else None
        filled: list[str] = []
        for phrasing in self.phrasings:
            if "{number}" in phrasing and number is None:
                continue
            values = {"label": label, "number": number.group(1) if number else ""}
            filled.append(phrasing.format_map(values))
        return filled

    @staticmethod
    def _has_role(passage: Passage, role: str) -> bool:
        return not role or (passage.role == LIST_ROLE) == (role == LIST_ROLE)


def plain_text(text: str, marks: str = "") -> str:
    """Lower case without marks, punctuation (except ``marks``) and double spaces: what the patterns read."""
    if marks:
        kept = "".join(f" {c} " if c in marks else c for c in text)
        return " ".join(c for c in (_plain_word(word, marks) for word in kept.split()) if c)
    return " ".join(fold(syllable) for syllable in syllables(text))


def _plain_word(word: str, marks: str) -> str:
    if word in marks:
        return word
    return _plain_kept(word) if len(word) <= LONGEST_TOKEN else plain_text(word)


@lru_cache(maxsize=WORDS_KEPT)
def _plain_kept(word: str) -> str:
    return plain_text(word)


def plain_path(path: Iterable[str]) -> str:
    """The headings of a passage as the patterns read them; a bracketed number keeps its bracket."""
    return " > ".join(("(" if part.startswith("(") else "") + plain_text(part) for part in path)


@dataclass(frozen=True, slots=True)
class Topics:
    """All topics, in the order of topics.yaml."""

    topics: tuple[Topic, ...]

    def asked(self, plain: str) -> tuple[Topic, ...]:
        """The topics a question asks for."""
        return tuple(topic for topic in self.topics if topic.asked_in(plain))

    def held(self, passage: Passage) -> tuple[str, ...]:
        """The ids of the topics a passage holds; only a plan's hold any."""
        if passage.document.kind is not DocumentKind.PLAN:
            return ()
        path, text = plain_path(passage.path), plain_text(passage.text, marks="%")
        return tuple(topic.id for topic in self.topics if topic.held_by(passage, path, text))

    def examples(self) -> list[tuple[str, str]]:
        """What the model of asked topics learns from: phrasings that hold whatever the passage, and their topic."""
        shared = {topic.id: topic.phrasings for topic in self.topics if topic.asks}
        return [
            (phrasing, topic.id)
            for topic in self.topics
            if topic.asks is None
            for phrasing in (*topic.phrasings, *topic.learnt, *shared.get(topic.like, ()))
            if "{" not in phrasing
        ]

    def questions(self, passage: Passage, held: Iterable[str]) -> list[str]:
        """How residents ask for what a passage holds."""
        ids = set(held)
        return [question for topic in self.topics if topic.id in ids for question in topic.questions(passage)]


def _known(document: DocumentInfo, field: str) -> bool:
    """Whether the front matter states a field; a signer who is only an office ("KT. CHỦ TỊCH") has no name."""
    value = getattr(document, field)
    if field == "signer" and value:
        return not value.rsplit(",", 1)[-1].strip().isupper()
    return bool(value)


@cache
def load_topics() -> Topics:
    """Reads topics.yaml and plan_topics.yaml; raises ValueError naming the topic and field that is wrong."""
    learnt = load_yaml(PHRASINGS_FILE.read_text(encoding="utf-8"))
    topics: list[Topic] = []
    for path in (TOPICS_FILE, LEARNT_FILE):
        raw = load_yaml(path.read_text(encoding="utf-8"))
        topics += [_topic(path, entry, tuple(learnt.get(entry["id"], ()))) for entry in raw["topics"]]
    return Topics(tuple(topics))


def _topic(path: Path, entry: Mapping[str, object], learnt: tuple[str, ...]) -> Topic:
    def pattern(name: str) -> re.Pattern[str] | None:
        value = entry.get(name, [])
        if not isinstance(value, list):
            raise ValueError(f"{path}: topic {entry.get('id')}: {name} must be a list of patterns")
        if not value:
            return None
        try:
            return re.compile("|".join(f"(?:{part})" for part in value))
        except re.error as error:
            raise ValueError(f"{path}: topic {entry.get('id')}: {name}: {error}") from error

    phrasings = entry.get("phrasings", [])
    return Topic(
        id=str(entry["id"]),
        asks=pattern("asks"),
        like=str(entry.get("like", "")),
        not_asks=pattern("not_asks"),
        path=pattern("path"),
        not_path=pattern("not_path"),
        path_only=pattern("path_only"),
        text=pattern("text"),
        not_text=pattern("not_text"),
        role=str(entry.get("role", "")),
        needs=str(entry.get("needs", "")),
        phrasings=tuple(map(str, phrasings)) if isinstance(phrasings, list) else (),
        learnt=learnt,
        phrasings_for=str(entry.get("phrasings_for", "")),
        missing=str(entry.get("missing", "")),
        whole=bool(entry.get("whole", False)),
        subject=bool(entry.get("subject", False)),
    )
