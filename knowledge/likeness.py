"""How alike two questions are: whether two residents ask the same thing in other words.

The cosine of the encoder and the words both share, made nothing where they ask for different things: one for a day, the
other for a place; one about group 3, the other about group 7. ``python -m indexer.likeness`` measures and fits it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from knowledge.encoder import Encoder, Vectors
from knowledge.question import Question, read_question

# Half the cosine, half the words: words alone miss paraphrases, the cosine alone takes "lớp bơi" for "lớp võ".
COSINE_SHARE = 0.5
_NUMBERS = re.compile(r"\d+")
_ASKED_FOR = {
    "when": re.compile(
        r"\b(khi nao|bao gio|bao h|luc nao|hom nao|ngay nao|ngay (thu )?may|may gio|luc may|chung nao|thang nao"
        r"|buoi nao|lich|thoi vu)\b|^(gio|ngay (?!hoi\b))"
    ),
    "where": re.compile(r"\b(o dau|cho nao|noi nao|den dau|tai dau|o cho|ra dau|dia diem|(di|nop|gui|mang|den) dau)\b"),
    "money": re.compile(
        r"\b(bao nhieu tien|may nghin|mat tien|(phat|ton|het|dong|nop|gop|thu|gia|phi|le phi|hoc phi|lai) (la )?bao"
        r" nhieu|gia|mat phi|thu phi|mien phi|(tien|phi)( \w+){1,5} bao nhieu|bao nhieu( \w+){0,3} tien|tra tien)\b"
    ),
    "who": re.compile(r"\b(ai|bac nao|don vi nao|lien he|so dien thoai|sdt|bang so nao)\b"),
    "bring": re.compile(r"\b(giay to|mang gi|mang theo gi|ho so gi|ho so gom)\b"),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What of a question is compared: its words, its numbers, and what kind of thing it asks for."""

    words: Mapping[str, float]
    numbers: frozenset[str]
    kinds: frozenset[str]


def asked_of(question: Question) -> Asked:
    """What is compared of a question that was read."""
    kinds = frozenset(kind for kind, pattern in _ASKED_FOR.items() if pattern.search(question.plain))
    return Asked(question.meaning.folded, frozenset(_NUMBERS.findall(question.plain)), kinds)


def may_be_same(one: Asked, other: Asked) -> bool:
    """Whether nothing speaks against two questions being the same: their numbers, and what they ask for."""
    contrary = bool(one.kinds and other.kinds) and one.kinds.isdisjoint(other.kinds)
    return not contrary and one.numbers == other.numbers


def shared_words(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    """Weighted Dice of two meanings, 0..1."""
    total = sum(one.values()) + sum(other.values())
    shared = sum(share + other[token] for token, share in one.items() if token in other)
    return min(shared / total, 1.0) if total else 0.0


class KnownQuestions:
    """Questions to compare others with, read once. A question of letters no model knows is like none."""

    def __init__(self, texts: Sequence[str], encoder: Encoder) -> None:
        read = [read_question(text) for text in texts]
        self._encoder = encoder
        self.asked = [asked_of(question) for question in read]
        self.vectors: Vectors = (
            encoder.encode_queries([question.query.reading for question in read])
            if read
            else np.zeros((0, encoder.dimension), np.float32)
        )

    def likeness(self, question: Question, least: float) -> list[tuple[int, float]]:
        """The known questions at least ``least`` (0..1) like this one, by place, most alike first."""
        if not self.asked:
            return []
        asked = asked_of(question)
        cosines = self.vectors @ self._encoder.encode_queries([question.query.reading])[0]
        # Shared words add at most their own part: who is further off needs no counting of words.
        near = np.flatnonzero(COSINE_SHARE * cosines + (1 - COSINE_SHARE) >= least)
        found: list[tuple[int, float]] = []
        for place in near.tolist():
            if not may_be_same(asked, self.asked[place]):
                continue
            words = shared_words(asked.words, self.asked[place].words)
            score = COSINE_SHARE * float(cosines[place]) + (1 - COSINE_SHARE) * words
            if score >= least:
                found.append((place, min(score, 1.0)))
        return sorted(found, key=lambda one: (-one[1], one[0]))
