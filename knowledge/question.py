"""A question as the search reads it: the ward it names, what to look up, the topic it asks for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from knowledge.asked_model import ELSEWHERE_NAMED, WARD_NAMED, Asked, AskedModel, load_asked_model
from knowledge.lexical import READING_WEIGHT
from knowledge.meaning import Meaning, read_meaning
from knowledge.text import Query, understand
from knowledge.topics import Topic, load_topics, plain_text
from knowledge.wards import Mentions, Wards, load_wards

_ABOUT_PLANS = re.compile(
    r"\b(ke hoach (nay|noi|neu|co|giao|dat|dua|yeu cau|phan cong|quy dinh|nham|duoc|ban hanh|thuc hien|cua (phuong|xa))"
    r"|(trong|theo) ke hoach|phong trao thi dua|noi dung thi dua|tieu chi thi dua|khen thuong|noi dung (so|thu)"
    r"|so ket|tong ket|giai doan \d|noi nhan|van ban nay|bao cao (hang nam|thi dua|ket qua|phong trao))\b"
)
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
_FIGURE = re.compile(r"(?<!\d)\d{2,}(?!\d)")
_LIST = re.compile(r"\b(nhung gi|gom|bao gom|liet ke|tat ca|cac|nhung|may|bao nhieu noi dung)\b")
_COMPARES = re.compile(
    r"\bso sanh\b|\bkhac (nhau|gi)\b|\bgiong nhau\b|\b(cac|moi|tung|tat ca|nhung|5|nam) (phuong|xa)\b"
    r"|\bgiua (cac )?(phuong|xa)\b|\bphuong xa nao\b"
)
_COMPARING = re.compile(r"\bso s[aá]nh\b(?:\s+gi[uữ]a\b)?", re.IGNORECASE)

LEAST_WORDS = 3  # shorter parts ("Chào bạn", "Cảm ơn") are courtesies
MOST_QUESTIONS = 2


@dataclass(frozen=True, slots=True)
class Question:
    """One question, read.

    ``mentions`` says which places it names; ``plain`` is the likeliest reading of the rest without
    marks, for the patterns; ``topics`` what of a plan it asks for; ``number`` the item it asks for ("nội dung thứ
    6"), ``figures`` the numbers it names; ``asks_list`` whether all items of a section
    are asked for rather than one of them; ``compares`` whether several wards are asked about;
    ``about_plan`` whether it speaks as plans do; ``meaning`` how much each of its words can tell; ``asked`` what the
    classifier of questions says.
    """

    text: str
    mentions: Mentions
    query: Query
    plain: str
    topics: tuple[Topic, ...]
    number: int | None
    figures: frozenset[str]
    asks_list: bool
    compares: bool
    about_plan: bool
    meaning: Meaning
    asked: Asked

    @property
    def empty(self) -> bool:
        """Whether nothing is left to look up."""
        return not self.query.tokens or not (self.mentions.rest.strip() or self.mentions.names)

    def search_weights(self) -> dict[str, float]:
        """Tokens for the lexical index: what was written, and weaker, what it may mean."""
        damped = self.meaning.damped
        weights = {token: damped.get(token, 1.0) for token in self.query.tokens}
        for tokens, sureness in zip(self.query.expansions, self.query.weights, strict=True):
            for token in tokens:
                weights.setdefault(token, READING_WEIGHT * sureness)
        return weights

    def wards_asked(self, ward: str | None) -> tuple[str, ...] | None:
        """The wards whose plans are searched: those named, else the asker's (a code); None for all.

        Nobody's plans are searched when a plan is asked for of a place that has none here.
        """
        if self.mentions.wards:
            return tuple(named.code for named in self.mentions.wards)
        if self.mentions.elsewhere and self.topics:
            return ()
        return (ward,) if ward is not None and load_wards().get(ward) is not None else None

    @property
    def asks_subject(self) -> bool:
        """Whether what an office or a group does is asked for."""
        return any(topic.subject for topic in self.topics)


def read_question(text: str, classifier: AskedModel | None = None, wards: Wards | None = None) -> Question:
    """Reads a question; never raises. ``classifier`` and ``wards`` take the place of those that are shipped."""
    mentions = (wards or load_wards()).mentions(text)
    query = understand(text)
    rest, places = without_places(mentions, query)
    plain = plain_text(rest, marks="%")
    topics = load_topics().asked(plain)
    return Question(
        text=text,
        mentions=mentions,
        query=query,
        plain=plain,
        topics=topics,
        number=_item_number(plain),
        figures=figures(mentions.rest),
        asks_list=any(topic.whole for topic in topics) or _LIST.search(plain) is not None,
        meaning=read_meaning(query, mentions.names, plain, topics),
        asked=(classifier or load_asked_model()).read(rest, places),
        about_plan=_ABOUT_PLANS.search(plain) is not None,
        compares=len(mentions.wards) > 1 or _compares(text, plain),
    )


def _compares(text: str, plain: str) -> bool:
    """Whether several wards are asked about; "mới, phường" is not "mỗi phường"."""
    found = _COMPARES.search(plain)
    return found is not None and not (found[0].startswith("moi") and "mới" in text.lower())


def without_comparing(question: Question) -> Question:
    """What is to be compared, asked plainly: "so sánh" tells nothing of it and is rarely heard elsewhere."""
    plainly = _COMPARING.sub(" ", question.text)
    return read_question(plainly) if plainly.strip() and plainly != question.text else question


def without_places(mentions: Mentions, query: Query) -> tuple[str, list[str]]:
    """The reading of a question without the names of our wards, and marks of the places it names."""
    rest = understand(mentions.rest).reading if mentions.wards else query.reading
    found = [(WARD_NAMED, mentions.wards), (ELSEWHERE_NAMED, mentions.elsewhere)]
    return rest, [mark for mark, named in found if named]


def figures(text: str) -> frozenset[str]:
    """The numbers of a text that tell documents, days and years apart: those of two digits and more, zeros dropped."""
    return frozenset(found.lstrip("0") for found in _FIGURE.findall(text))


def _item_number(plain: str) -> int | None:
    match = _ITEM.search(plain)
    if match is None:
        return None
    found = match.group(1)
    if found.isdigit():
        return int(found)
    return _NUMBERS[found] if _WORD_NUMBER.search(match.group(0)) else None


ASKING_WORDS = frozenset(["gi", "nao", "sao", "dau", "ai", "may", "bao", "khong", "chua", "the"])


def split_questions(text: str) -> Sequence[str]:
    """The questions of one message, at most two; a single one comes back as it is.

    A sentence that asks nothing ("gọi lại cho tôi số …") is no second question.
    """
    parts = [part.strip() for part in re.split(r"(?<=\?)\s+|\n+|;\s+", text) if part.strip(" ?.!;,")]
    asking = [part for part in parts if len(part.split()) >= LEAST_WORDS and _asks(part)]
    return asking[:MOST_QUESTIONS] if len(asking) > 1 else [text]


def _asks(part: str) -> bool:
    return "?" in part or not ASKING_WORDS.isdisjoint(plain_text(part).split())
