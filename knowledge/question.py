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
_STOP = frozenset(
    """la gi nao the thi ma va cua cho o tai co khong duoc bi nhu sao lam hoi xin oi a nhe nhi vay toi minh ban em anh
    chi bac chu ong ba cac nhung mot may bao nhieu ai dau khi luc bay gio roi chua nua con voi ve den tu trong ra vao
    nay do kia day phai can muon biet giup de hay hoac neu rang vi bang theo qua lai di k ko j z vs ak nha ha he hom
    ngay noi neu nhac""".split()  # noqa: SIM905
)
STOP_WEIGHT = 0.15  # of a word above, against a word that means something
HALF_STOP_WEIGHT = 0.5  # of a pair with one such word
# Every passage of a plan speaks of the plan and its campaign: these words tell plans from guides, not passages apart.
PLAN_WORD_WEIGHT = 0.5
_PLAN_WORDS = frozenset(lexical_tokens("kế hoạch") + lexical_tokens("phong trào") + lexical_tokens("thi đua"))
_ABOUT_PLANS = re.compile(
    r"\b(ke hoach|phong trao|thi dua|khen thuong|noi dung (so|thu|thi dua)|tieu chi|so ket|tong ket|giai doan|noi nhan"
    r"|phong van hoa|phong kinh te|mat tran|ban xay dung dang|trung tam (van hoa|su nghiep|dich vu|phuc vu)|hoi dong"
    r"|doan the|chi tieu|van ban nay|bao cao (hang nam|ket qua))\b"
)
# The ward's name decides whose plan is searched; in the search itself it must not outweigh what is asked.
WARD_NAME_WEIGHT = 0.3
_NUMBERS = {
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
    r"\(?(\d{1,2}|nhat|hai|ba|bon|tu|nam|sau|bay|tam|chin)\)?(?! (?:noi dung|giai doan))\b"
)
# "thứ tư" is a number only after "thứ" or "số"; "mục đích ba" is not said, "nội dung nam" might be a slip.
_WORD_NUMBER = re.compile(r"\b(?:so|thu) ?(nhat|hai|ba|bon|tu|nam|sau|bay|tam|chin)\b")
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
    ``about_plan`` whether it speaks as plans do.
    """

    text: str
    mentions: Mentions
    query: Query
    plain: str
    topics: tuple[Topic, ...]
    number: int | None
    compares: bool
    about_plan: bool

    @property
    def empty(self) -> bool:
        """Whether nothing is left to look up."""
        return not self.query.tokens or not (self.mentions.rest.strip() or self.mentions.names)

    def search_weights(self) -> dict[str, float]:
        """Tokens for the lexical index: what was written, and weaker, what it may mean."""
        named = self._ward_tokens()
        weights = {token: WARD_NAME_WEIGHT if token in named else 1.0 for token in self.query.tokens}
        for tokens, sureness in zip(self.query.expansions, self.query.weights, strict=True):
            for token in tokens:
                weights.setdefault(token, READING_WEIGHT * sureness)
        return weights

    def meaning(self) -> dict[str, float]:
        """Tokens of the likeliest reading, each with its share of the meaning (1, less for question words)."""
        named = self._ward_tokens()
        return {
            token: _share(token) * (WARD_NAME_WEIGHT if token in named else 1.0)
            for token in lexical_tokens(self.query.reading)
        }

    def share_in(self, tokens: frozenset[str]) -> float:
        """The share of the meaning that some tokens hold."""
        meaning = self.meaning()
        total = sum(meaning.values())
        return sum(share for token, share in meaning.items() if token in tokens) / total if total else 0.0

    def marked(self) -> dict[str, float]:
        """The single syllables of the meaning as written: with their marks (``=vàng``) where marks were typed."""
        named = self._ward_tokens()
        found: dict[str, float] = {}
        for syllable in syllables(self.query.reading):
            folded = fold(syllable)
            share = _share(folded) * (WARD_NAME_WEIGHT if folded in named else 1.0)
            found[folded if syllable == folded else MARKED + syllable] = share
        return found

    def _ward_tokens(self) -> frozenset[str]:
        return frozenset(lexical_tokens(self.mentions.names)) if self.mentions.names else frozenset()


def _share(token: str) -> float:
    parts = token.split(PAIR_JOINER)
    if token in _PLAN_WORDS:
        return PLAN_WORD_WEIGHT
    stops = sum(part in _STOP for part in parts)
    if stops == len(parts):
        return STOP_WEIGHT
    return HALF_STOP_WEIGHT if stops else 1.0


def read_question(text: str) -> Question:
    """Reads a question; never raises."""
    mentions = load_wards().mentions(text)
    query = understand(text)
    rest = understand(mentions.rest).reading if mentions.wards else query.reading
    plain = plain_text(rest, marks="%")
    return Question(
        text=text,
        mentions=mentions,
        query=query,
        plain=plain,
        topics=load_topics().asked(plain),
        number=_item_number(plain),
        about_plan=_ABOUT_PLANS.search(plain) is not None,
        compares=len(mentions.wards) > 1 or _COMPARES.search(plain) is not None,
    )


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
