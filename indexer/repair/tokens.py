"""Tokens of a scanned text: which are words to restore, which are kept as they are, and where sentences end."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from knowledge.text.characters import strip_diacritics
from knowledge.text.spelling import is_vietnamese_syllable

LEADING = "“\"'‘’([{<*_-–—+•,.;:"
TRAILING = "”\"'’)]}>*_,.;:!?…-–—/|"
# Marks that stand between words written together: "hóa-Xã", "PCT.UBND", "nhân...trên".
JOINTS = re.compile(r"([-–—/.…]+|(?<=[A-ZĐ])&(?=[A-ZĐ]))")
SHORT_FORM = re.compile(r"^[A-Za-zĐđ]{1,2}(?:/[A-Za-zĐđ]{1,2})+$")  # b/c, B/c, KH/ĐU
SENTENCE_MARKS = ".;:!?…"

NUMBER = re.compile(r"^[\d.,:%/()+–-]*\d[\d.,:%/()+–-]*$")
# A code is joined by / or - and one of its parts is a number, or it is an address, or a number with a unit.
ADDRESS = re.compile(r"@|://|www\.|\.vn\b")
WITH_UNIT = re.compile(r"^\d+(?:h|g|p|m|km|kg|cm|ha|tr|k|đ|G)\d*$|^\d+[A-ZĐ]+\d*$")
# Digits that a scanner takes letters for; a small word with other digits is a code.
LETTER_LIKE_DIGITS = set("01346")
SHORT_CODE = re.compile(r"^[A-ZĐ]{1,2}\d{1,2}$|^[a-zđ]\d{1,2}$|^\d[a-zđ]$")
# Hand-written scans of "II." come out as "I1.", "1I." or "Il.": roman numerals are letters, not numbers.
ROMAN_MARKER = re.compile(r"^[IVXl1]*[IVX][IVXl1]*\.$")
LIST_MARKER = re.compile(r"^(?:\(?\d{1,2}[.)]|\d{1,2}(?:\.\d{1,2})+\.?|[a-zđ]\)|[IVX]{1,5}\.|[-–+•])$")
# Two to five words alone on a line, each with a capital: how a plan is signed.
NAME_LINE = re.compile(r"^\s*[^\W\d_][^\W_]*(?:\s+[^\W\d_][^\W_]*){1,4}\s*$")
# A line or word is written in capitals when at least this share of its letters is: some are misread as small.
CAPITALS_SHARE = 0.6

# Abbreviations of offices and documents whose Đ a scanner reads as D; only these are corrected, and only letters.
ABBREVIATIONS_WITH_D_STROKE = {
    plain: marked
    for plain, marked in (
        ("HDND", "HĐND"),
        ("TTDT", "TTĐT"),
        ("TDKT", "TĐKT"),
        ("BTDKT", "BTĐKT"),
        ("DU", "ĐU"),
        ("DA", "ĐA"),
        ("QD", "QĐ"),
        ("ND", "NĐ"),
        ("LD", "LĐ"),
        ("BCD", "BCĐ"),
        ("BCDTW", "BCĐTW"),
        ("DMST", "ĐMST"),
        ("CDS", "CĐS"),
    )
}
# In a heading in capitals only these are taken for abbreviations: a damaged word may be as hard to pronounce.
ABBREVIATIONS = {
    *ABBREVIATIONS_WITH_D_STROKE,
    *["UBND", "HDND", "MTTQ", "TTHC", "TP", "TM", "KT", "TT", "KH", "CN", "KHCN", "XHCN", "CNTT", "TW"],
}
# Alone these are ordinary words or other abbreviations; only inside a document's code are they sure.
SURE_ONLY_IN_CODE = {"DU", "DA", "QD", "ND", "LD", "CDS"}
CODE_LETTERS = re.compile(r"[A-ZĐ]{2,}")


class Kind(Enum):
    """What is done with a token."""

    WORD = "word"
    NUMBER = "number"
    ABBREVIATION = "abbreviation"
    MARK = "mark"


@dataclass(slots=True)
class Token:
    """One word, number, abbreviation or run of marks; ``glued`` tokens follow the last one without a space."""

    text: str
    kind: Kind
    line: int
    glued: bool
    capitals: bool
    """Whether the word is written in capitals."""
    boundary: bool = False
    """Whether a sentence or list item ends before this token."""
    maybe_code: bool = False
    """Whether a word could also be a short code, which then stays as it is."""
    first: bool = False
    """Whether it is the first word of its line."""
    name: bool = False
    """Whether the line looks like a person's name: its letters are kept, its marks are for a person to check."""


def tokenise(lines: list[str]) -> list[Token]:
    """The tokens of a text, line by line."""
    tokens: list[Token] = []
    boundary = True
    for number, line in enumerate(lines):
        capitals = _is_capital(_without_abbreviations(line), CAPITALS_SHARE)
        name = not capitals and NAME_LINE.match(line) is not None and line.istitle()
        for position, chunk in enumerate(line.split()):
            if _is_list_marker(chunk, position == 0):
                tokens.append(Token(chunk, Kind.MARK, number, False, capitals, boundary=True, first=True))
                boundary = True
                continue
            for token in _chunk_tokens(chunk, number, capitals):
                token.boundary = boundary
                token.first = position == 0
                token.name = name
                tokens.append(token)
                if token.kind is Kind.MARK:
                    boundary = boundary or any(mark in SENTENCE_MARKS for mark in token.text)
                else:
                    boundary = False
    return tokens


def _is_capital(text: str, share: float) -> bool:
    """Whether at least this share of the letters is capital."""
    letters = [c for c in text if c.isalpha()]
    return bool(letters) and sum(c.isupper() for c in letters) >= share * len(letters)


def _without_abbreviations(line: str) -> str:
    """The words of a line that can be pronounced: "- Cổng TTĐT xã" is no line in capitals."""
    return " ".join(
        word for word in line.split() if is_vietnamese_syllable(strip_diacritics(word).lower().strip(".,:;"))
    )


def _is_list_marker(chunk: str, first: bool) -> bool:
    return first and (LIST_MARKER.match(chunk) is not None or ROMAN_MARKER.match(chunk) is not None)


def _chunk_tokens(chunk: str, line: int, capitals: bool) -> Iterator[Token]:
    """Splits what stands between two spaces into marks and tokens."""
    head, core, tail = _strip_marks(chunk)
    glued = False
    if head:
        yield Token(head, Kind.MARK, line, False, capitals)
        glued = True
    for part in _parts(core):
        kind = _kind(part, capitals)
        in_capitals = _is_capital(part, CAPITALS_SHARE if capitals else 1.0) and (
            capitals or sum(c.isalpha() for c in part) > 1
        )
        yield Token(part, kind, line, glued, in_capitals, maybe_code=bool(SHORT_CODE.match(part)))
        glued = True
    if tail:
        yield Token(tail, Kind.MARK, line, glued, capitals)


def _strip_marks(chunk: str) -> tuple[str, str, str]:
    if not any(c.isalnum() for c in chunk):
        return chunk, "", ""
    core = chunk.lstrip(LEADING)
    head = chunk[: len(chunk) - len(core)]
    kept = core.rstrip(TRAILING)
    return head, kept, core[len(kept) :]


def _parts(core: str) -> list[str]:
    """Words written together are taken apart; numbers, codes and addresses are not."""
    if not core:
        return []
    if is_code(core) or SHORT_FORM.match(core):
        return [core]
    return [part for part in JOINTS.split(core) if part]


def _kind(part: str, capitals: bool) -> Kind:
    if not any(c.isalnum() for c in part):
        return Kind.MARK
    if is_code(part):
        return Kind.NUMBER
    if SHORT_FORM.match(part) or is_abbreviation(part, capitals):
        return Kind.ABBREVIATION
    return Kind.WORD


def is_code(part: str) -> bool:
    """Whether a token is a number, a date, a document's code or an address: never touched by the decoder."""
    if NUMBER.match(part) or ADDRESS.search(part):
        return True
    digits = {c for c in part if c.isdigit()}
    if not digits:
        return False
    if not digits <= LETTER_LIKE_DIGITS or WITH_UNIT.match(part):
        return not SHORT_CODE.match(part)
    pieces = re.split(r"[-–/.]+", part)
    return len(pieces) > 1 and any(piece.isdigit() for piece in pieces)


def is_abbreviation(part: str, capitals: bool) -> bool:
    """Whether a token is an abbreviation: capitals among small letters, or no vowel to be a word with."""
    letters = strip_diacritics(part)
    if len(letters) < 2 or not letters.isalpha():
        return False
    if letters.upper() in ABBREVIATIONS_WITH_D_STROKE and letters.isupper() and letters not in SURE_ONLY_IN_CODE:
        return True
    if not _is_capital(letters, 1.0):
        return False
    if capitals:
        return letters in ABBREVIATIONS
    # "CHU TICH" is written in capitals, "UBND" is an abbreviation: only the first can be pronounced.
    return len(letters) == 2 or not is_vietnamese_syllable(letters.lower())


def with_d_stroke(text: str, in_code: bool) -> str:
    """An abbreviation or a code with its Đ put back where it is sure; digits stay as they are."""
    if not in_code:
        return text if text in SURE_ONLY_IN_CODE else ABBREVIATIONS_WITH_D_STROKE.get(text, text)
    if not any(c in "/-" for c in text):
        return text
    return CODE_LETTERS.sub(lambda match: ABBREVIATIONS_WITH_D_STROKE.get(match.group(), match.group()), text)


def roman_marker(text: str) -> str:
    """``I1.`` as ``II.``: a roman list mark whose strokes were read as the digit one or a small l."""
    if ROMAN_MARKER.match(text):
        return text.replace("1", "I").replace("l", "I")
    return text
