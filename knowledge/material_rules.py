"""What a resident-facing text may contain: each rule looks at one line and says what is wrong with it.

The limits are for a person of 65 who reads on a phone; texts are Vietnamese, so a word below is a syllable as
written between spaces.
"""

from __future__ import annotations

import re

from knowledge.facts import FACT_MARK

MAX_SENTENCE_SYLLABLES = 35
"""About 25 Vietnamese words (1.4 syllables a word): what is still understood when read aloud once."""

_CAPITAL = "A-ZĂÂĐÊÔƠƯ"
_LOOSE_FIGURES = (
    ("an amount of money", re.compile(r"\d[\d.,]*\s*(?:đồng|đ\b|VNĐ|VND|nghìn|triệu|tỷ)", re.IGNORECASE)),
    (
        "a telephone number",
        re.compile(r"(?<![\d.])(?:0\d{9,10}|1[89]00[\s.]?\d{4,6}|0\d{2,3}[\s.]\d{3}[\s.]\d{3,4})(?!\d)"),
    ),
    (
        "a short number to call or text",
        re.compile(r"(?:gọi|nhắn|gửi|đầu số|tổng đài|hotline)[^.\n]{0,20}?\b\d{3,8}\b", re.IGNORECASE),
    ),
    (
        "a date",
        re.compile(
            r"\b\d{1,2}/\d{1,2}(?:/\d{4})?\b|\b\d{1,2}/\d{4}\b|ngày \d{1,2} tháng \d{1,2}|tháng \d{1,2} năm \d{4}"
        ),
    ),
    (
        "a deadline or duration",
        re.compile(r"(?:\d+|½)\s*(?:ngày|giờ|tháng|năm|tuần|phút)(?!\s*\d)\b|\b\d{1,2}h\d{0,2}\b", re.IGNORECASE),
    ),
    ("an age", re.compile(r"\d+\s*tuổi", re.IGNORECASE)),
    ("a percentage", re.compile(r"\d\s*%")),
    ("the number of a legal document", re.compile(r"\b\d+[-/](?:\d{4}/)?[A-ZĐ]{2,}")),
    ("a state web address", re.compile(r"[\w-]+(?:\.[\w-]+)*\.gov\.vn", re.IGNORECASE)),
)
"""What must come from facts.yaml, so that one edit corrects every text."""

_FORBIDDEN = (
    ("markdown emphasis, a heading or a link", re.compile(r"\*\*|__|`|^#|\]\(")),
    (
        "a source tag or placeholder",
        re.compile(r"\[(?:SOURCE|UNVERIFIED|SUY RA|ĐỀ XUẤT)|GitHub|TODO|XXX", re.IGNORECASE),
    ),
)
_DISTRICT = re.compile(r"\b(?:cấp\s+)?(?:huyện|quận)\b", re.IGNORECASE)
DISTRICT_TOPICS = frozenset({"government"})
"""Topics that may speak of districts: only to say that there are none since 1/7/2025."""

_ABBREVIATION = re.compile(rf"(?<![\w/-])[{_CAPITAL}]{{2,}}(?![\w/-])")
NAMES_IN_CAPITALS = frozenset({"CH", "LD"})
"""Not abbreviations to explain: the shop's name CH Play, and the letters typed in a report to 156."""

_LIST_MARKER = re.compile(r"^\s*(?:\d+\.|-)\s+")
_SENTENCE_END = re.compile(r"(?<=[.!?…])\s+")


def loose_figures(raw: str) -> list[str]:
    """Figures written into a line (with its fact marks still in place) instead of coming from a fact."""
    text = FACT_MARK.sub(" ", _LIST_MARKER.sub("", raw))
    return [
        f"{what} that is not a fact: '{match.group(0)}' (add it to facts.yaml and write {{{{fact:ID}}}})"
        for what, pattern in _LOOSE_FIGURES
        for match in pattern.finditer(text)
    ]


def forbidden_words(raw: str, topic: str) -> list[str]:
    """Things no resident-facing line may hold; districts are abolished, so only DISTRICT_TOPICS may name them."""
    found = [f"{what}: '{match.group(0)}'" for what, pattern in _FORBIDDEN if (match := pattern.search(raw))]
    if "{{" in FACT_MARK.sub("", raw):
        found.append("a broken fact mark: write {{fact:ID}} with a-z, 0-9 and hyphens")
    if topic not in DISTRICT_TOPICS and (match := _DISTRICT.search(raw)):
        found.append(f"'{match.group(0)}': there is no district level since 1/7/2025; name the ward, commune or city")
    return found


def sentences(line: str) -> list[str]:
    """The sentences of one line, without its list marker."""
    return [part for part in _SENTENCE_END.split(_LIST_MARKER.sub("", line).strip()) if part]


def long_sentences(text: str) -> list[str]:
    """Sentences of a line (facts filled in) that are over MAX_SENTENCE_SYLLABLES."""
    return [
        f"a sentence of {length} syllables (at most {MAX_SENTENCE_SYLLABLES}): '{sentence[:40]}…'"
        for sentence in sentences(text)
        if (length := len(sentence.split())) > MAX_SENTENCE_SYLLABLES
    ]


def abbreviations(raw: str) -> list[str]:
    """The abbreviations of a line (with its fact marks still in place), each once, in their order."""
    return list(dict.fromkeys(_ABBREVIATION.findall(FACT_MARK.sub(" ", raw))))


class AbbreviationRule:
    """Finds abbreviations that are not explained where they are first used; feed it a text line by line."""

    def __init__(self) -> None:
        self._seen: set[str] = set(NAMES_IN_CAPITALS)

    def check(self, raw: str) -> list[str]:
        """The abbreviations of a line that are new and not followed by, or inside, brackets that explain them."""
        text = FACT_MARK.sub(" ", raw)
        problems = []
        for match in _ABBREVIATION.finditer(text):
            name = match.group(0)
            explained = text[match.end() :].startswith(" (") or text[: match.start()].endswith("(")
            if name not in self._seen and not explained:
                problems.append(f"abbreviation '{name}' is not explained at first use: write '{name} (…)'")
            self._seen.add(name)
        return problems
