"""A question as the search reads it: the ward it names, what to look up, the topic it asks for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from knowledge.lexical import READING_WEIGHT
from knowledge.text import Query, lexical_tokens, syllables, understand
from knowledge.text.tokens import PAIR_JOINER, fold
from knowledge.topics import Topic, load_topics, plain_text
from knowledge.wards import Mentions, load_wards

# Words every question has; a passage need not hold them to answer it.
_STOP_WORDS = """là gì nào thế thì mà và của cho ở tại có không được bị như sao làm hỏi xin ơi ạ nhé nhỉ vậy tôi mình bạn em
    anh chị bác chú ông bà các những một mấy bao nhiêu ai đâu khi lúc bây giờ rồi chưa nữa còn với về đến từ trong ra
    vào này đó kia đấy đây phải cần muốn biết giúp để hãy hay hoặc nếu rằng vì bằng theo qua lại đi nha hả hề hôm ngày
    nói nêu nhắc điều việc cái con cháu k ko j z vs ak a ha dc bn ntn"""
_MARKED_STOP = frozenset(_STOP_WORDS.split())
_STOP = frozenset(fold(word) for word in _STOP_WORDS.split())
STOP_WEIGHT = 0.15  # of a word above, against a word that means something
HALF_STOP_WEIGHT = 0.5  # of a pair with one such word
# Every passage of a plan speaks of the plan and its campaign: these words tell plans from guides, not passages apart.
PLAN_WORD_WEIGHT = 0.5
_PLAN_WORDS = frozenset(lexical_tokens("kế hoạch") + lexical_tokens("phong trào") + lexical_tokens("thi đua"))
_ABOUT_PLANS = re.compile(
    r"\b(ke hoach (nay|noi|neu|co|giao|dat|dua|yeu cau|phan cong|quy dinh|nham|duoc|ban hanh|thuc hien|cua (phuong|xa))"
    r"|(trong|theo) ke hoach|phong trao thi dua|noi dung thi dua|tieu chi thi dua|khen thuong|noi dung (so|thu)"
    r"|so ket|tong ket|giai doan \d|noi nhan|van ban nay|bao cao (hang nam|thi dua|ket qua|phong trao))\b"
)
# The ward's name decides whose plan is searched; in the search itself it must not outweigh what is asked.
WARD_NAME_WEIGHT = 0.3
# "nhiệm vụ", "tiêu chí": in every passage of their topic, so that the office or group asked about must decide.
ASKING_WORD_WEIGHT = 0.4
_NUMBERS = {
    "dau tien": 1,
    "nhat": 1,
    "mot": 1,
    "hai": 2,
    "ba": 3,
    "bon": 4,
    "tu": 4,
    "nam": 5,
    "sau": 6,
    "bay": 7,
    "tam": 8,
    "chin": 9,
}
_ITEM = re.compile(
    r"\b(?:noi dung|giai phap|nhiem vu|muc dich|yeu cau|tieu chi|diem|muc)(?: thi dua)? (?:so|thu|muc)? ?"
    r"\(?(\d{1,2}|dau tien|nhat|hai|ba|bon|tu|nam|sau|bay|tam|chin)\)?(?! (?:noi dung|giai doan))\b"
)
# "thứ tư" is a number only after "thứ" or "số"; "mục đích ba" is not said, "nội dung nam" might be a slip.
_WORD_NUMBER = re.compile(r"\bdau tien\b|\b(?:so|thu) ?(nhat|hai|ba|bon|tu|nam|sau|bay|tam|chin)\b")
_LIST = re.compile(r"\b(nhung gi|gom|bao gom|liet ke|tat ca|cac|nhung|may|bao nhieu noi dung)\b")
MARKED = "="
"""Before a syllable that keeps its marks: ``=vàng`` and ``=vắng`` differ where ``vang`` does not."""
_COMPARES = re.compile(
    r"\bso sanh\b|\bkhac (nhau|gi)\b|\bgiong nhau\b|\b(cac|moi|tung|tat ca|nhung|5|nam) (phuong|xa)\b"
    r"|\bgiua (cac )?(phuong|xa)\b|\bphuong xa nao\b"
)


@dataclass(frozen=True, slots=True)
class Question:
    """One question, read.

    ``mentions`` says which places it names; ``plain`` is the likeliest reading of the rest without
    marks, for the patterns; ``topics`` what of a plan it asks for; ``number`` the item it asks for ("nội dung thứ
    6"); ``compares`` whether several wards are asked about;
    ``about_plan`` whether it speaks as plans do. ``ward_tokens`` name the ward, ``asking_words`` the kind of thing
    asked for ("nhiệm vụ"), ``stops`` are words that carry no meaning as they are typed here.
    """

    text: str
    mentions: Mentions
    query: Query
    plain: str
    topics: tuple[Topic, ...]
    number: int | None
    compares: bool
    about_plan: bool
    ward_tokens: frozenset[str]
    asking_words: frozenset[str]
    stops: frozenset[str]

    @property
    def empty(self) -> bool:
        """Whether nothing is left to look up."""
        return not self.query.tokens or not (self.mentions.rest.strip() or self.mentions.names)

    def search_weights(self) -> dict[str, float]:
        """Tokens for the lexical index: what was written, and weaker, what it may mean."""
        weights = {
            token: WARD_NAME_WEIGHT
            if token in self.ward_tokens
            else ASKING_WORD_WEIGHT
            if token in self.asking_words
            else 1.0
            for token in self.query.tokens
        }
        for tokens, sureness in zip(self.query.expansions, self.query.weights, strict=True):
            for token in tokens:
                weights.setdefault(token, READING_WEIGHT * sureness)
        return weights

    def meaning(self) -> dict[str, float]:
        """Tokens of the likeliest reading, each with its share of the meaning (1, less for question words)."""
        shares: dict[str, float] = {}
        for token in lexical_tokens(self.query.reading):
            shares[token] = self._share(token)
        return shares

    @property
    def asks_list(self) -> bool:
        """Whether all items of a section are asked for rather than one of them."""
        return any(topic.whole for topic in self.topics) or _LIST.search(self.plain) is not None

    def share_in(self, tokens: frozenset[str]) -> float:
        """The share of the meaning that some tokens hold."""
        meaning = self.meaning()
        total = sum(meaning.values())
        return sum(share for token, share in meaning.items() if token in tokens) / total if total else 0.0

    def marked(self) -> dict[str, float]:
        """The single syllables of the meaning as written: with their marks (``=vàng``) where marks were typed."""
        found: dict[str, float] = {}
        for syllable in syllables(self.query.reading):
            folded = fold(syllable)
            found[folded if syllable == folded else MARKED + syllable] = self._share(folded)
        return found

    def _share(self, token: str) -> float:
        """How much of the meaning a token can carry: 1, less for words that every question or every plan has."""
        if token in self.ward_tokens:
            return WARD_NAME_WEIGHT
        if token in self.asking_words:
            return ASKING_WORD_WEIGHT
        if token in _PLAN_WORDS:
            return PLAN_WORD_WEIGHT
        parts = token.split(PAIR_JOINER)
        stops = sum(part in self.stops for part in parts)
        if stops == len(parts):
            return STOP_WEIGHT
        return HALF_STOP_WEIGHT if stops else 1.0


def read_question(text: str) -> Question:
    """Reads a question; never raises."""
    mentions = load_wards().mentions(text)
    query = understand(text)
    rest = understand(mentions.rest).reading if mentions.wards else query.reading
    plain = plain_text(rest, marks="%")
    topics = load_topics().asked(plain)
    return Question(
        text=text,
        mentions=mentions,
        query=query,
        plain=plain,
        topics=topics,
        number=_item_number(plain),
        ward_tokens=frozenset(lexical_tokens(mentions.names)) if mentions.names else frozenset(),
        asking_words=_asking_words(plain, topics),
        stops=_stops(query),
        about_plan=_ABOUT_PLANS.search(plain) is not None,
        compares=len(mentions.wards) > 1 or _COMPARES.search(plain) is not None,
    )


def _asking_words(plain: str, topics: Sequence[Topic]) -> frozenset[str]:
    """The words by which a subject is asked about: they stand in many passages, the subject in one."""
    words: set[str] = set()
    for topic in topics:
        match = topic.asks.search(plain) if topic.subject else None
        if match is not None:
            words.update(lexical_tokens(match.group()))
    return frozenset(words)


def _stops(query: Query) -> frozenset[str]:
    """Words without meaning; where marks were typed, "thể" is no "thế"."""
    if not query.has_diacritics:
        return _STOP
    meant = {fold(s) for s in syllables(query.reading) if fold(s) != s and s not in _MARKED_STOP}
    return _STOP - meant


def _item_number(plain: str) -> int | None:
    match = _ITEM.search(plain)
    if match is None:
        return None
    found = match.group(1)
    if found.isdigit():
        return int(found)
    return _NUMBERS[found] if _WORD_NUMBER.search(match.group(0)) else None


def split_questions(text: str) -> Sequence[str]:
    """The questions of one message, at most two; a single one comes back as it is."""
    parts = [part.strip() for part in re.split(r"(?<=\?)\s+|\n+|;\s+", text) if part.strip(" ?.!;,")]
    asking = [part for part in parts if len(part.split()) >= LEAST_WORDS]
    return asking[:MOST_QUESTIONS] if len(asking) > 1 else [text]


LEAST_WORDS = 3  # shorter parts ("Chào bạn", "Cảm ơn") are courtesies
MOST_QUESTIONS = 2
