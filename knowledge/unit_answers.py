"""Answers "which unit is my old ward now" and "which old wards make up this unit" from the table of units."""

from __future__ import annotations

import re

from knowledge.answer_types import ANSWER_LIMIT, Answer, AnswerKind
from knowledge.compose import citation
from knowledge.index import Index
from knowledge.question import Question
from knowledge.topics import plain_text
from knowledge.units import describe, describe_parts, load_units

TABLE_GUIDE = "xa-phuong-cu-nay-la-dau"
"""The guide that says where the table comes from; it is cited."""

TABLE_CONFIDENCE = 0.95  # the table was checked row by row; what is left is a namesake that the question means
MOST_PLACES = 3  # a question that seems to name more of them is about something else
LIKELY_OF_PLANS = 0.5  # "chuyển sang làm hàng gì thay cho gia công" has the words, but asks for a plan
_NOW = r"(nay|bay gio|gio|hien (?:nay|tai|gio)|sau (?:khi )?sap nhap|(?:xa|phuong|don vi|dia chi|ten) moi)"
_UNIT = r"(?:xa|phuong|don vi|dac khu|dau|ten|dia chi)"
_ASKS_NOW = re.compile(
    rf"\b{_NOW}\b(?: \w+){{0,5}} (?:thuoc|la|goi|ten|thanh|ve|vao|viet|ghi|o|mang)\b"
    r"(?: \w+){0,4} (?:nao|gi|dau|day|sao)\b"
    rf"|\b(?:nhap|gop|chuyen|doi) (?:vao|voi|ve|thanh|sang|ten)\b(?: \w+){{0,5}} (?:nao|gi|dau)\b"
    rf"|\bthuoc (?:ve )?{_UNIT}(?: \w+){{0,2}} (?:nao|gi|moi)\b|\bthuoc ve dau\b"
    rf"|\b{_NOW}\b(?: \w+)? (?:o|la|thuoc) dau\b|\bcu\b(?: \w+){{0,4}} {_UNIT} (?:nao|gi)\b"
)
_ASKS_PARTS = re.compile(
    r"\b(?:gom|gop|nhap|hop nhat|hop|hinh thanh|thanh lap|lap)(?: \w+){0,3} (?:tu|nhung|cac|may)\b"
    r"|\b(?:nhung|cac|may) (?:xa|phuong|thi tran|don vi)(?: \w+){0,3} (?:cu|nao)(?: \w+){0,4} (?:gop|nhap|hop|thanh)\b"
    r"|\b(?:truoc (?:day|kia|do)|ngay truoc|ngay xua) (?:la|gom)\b"
)
_ABOUT_PLANS = re.compile(r"\b(?:ke hoach|phong trao|thi dua|khen thuong|bao cao)\b")


def unit_answer(question: Question, index: Index) -> Answer | None:
    """The answer from the table; None when the question does not ask for it or names no place of the table."""
    plain = plain_text(question.text)
    if _ABOUT_PLANS.search(plain) or question.asked.of_plans() >= LIKELY_OF_PLANS:
        return None
    text = ""
    if _ASKS_PARTS.search(plain):
        named = load_units().named(question.text)
        text = describe_parts(named) if 0 < len(named) <= MOST_PLACES else ""
    if not text and _ASKS_NOW.search(plain):
        successors = load_units().successors(question.text)
        text = describe(successors) if 0 < len(successors) <= MOST_PLACES else ""
    sections = index.sections(TABLE_GUIDE) if text else ()
    if not sections or len(text) > ANSWER_LIMIT:
        return None
    cited = citation(sections, 1.0)
    return Answer(AnswerKind.ANSWER, text, TABLE_CONFIDENCE, citations=(cited,))
