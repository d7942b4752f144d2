"""Characters: Unicode forms, invisible characters, diacritics, and where the tone mark stands."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

# Base letters and the marks a Vietnamese writer can put on them; the tables below are built from these.
_MARKED = (
    ("a", "àáảãạăằắẳẵặâầấẩẫậ"),
    ("d", "đ"),
    ("e", "èéẻẽẹêềếểễệ"),
    ("i", "ìíỉĩị"),
    ("o", "òóỏõọôồốổỗộơờớởỡợ"),
    ("u", "ùúủũụưừứửữự"),
    ("y", "ỳýỷỹỵ"),
)
_FOLD = {ord(mark): base for base, marks in _MARKED for mark in marks}
_FOLD |= {ord(mark.upper()): base.upper() for base, marks in _MARKED for mark in marks}
_HAS_MARK = re.compile("[" + "".join(chr(code) for code in _FOLD) + "]")

# Phones and copied web pages bring these: soft hyphens, zero-width spaces, direction marks, byte-order marks.
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufe00-\ufe0f\ufeff]")
# Control characters other than tab, newline and carriage return; NUL would end a string in C libraries.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_SPACES = "\u00a0\u202f\u2007\u3000"
_HYPHENS = "\u2010\u2011\u2012\u2013\u2014\u2212"
_LOOKALIKES = str.maketrans(_SPACES + _HYPHENS, " " * len(_SPACES) + "-" * len(_HYPHENS))

# A question is read for its places, patterns, meaning and kind: its text is at hand for as long as that takes.
TEXTS_KEPT, LONGEST_KEPT = 64, 2000  # texts, and characters
TONES = "\u0300\u0301\u0309\u0303\u0323"  # huyền, sắc, hỏi, ngã, nặng, as combining marks


def strip_diacritics(text: str) -> str:
    """The text without Vietnamese (and other Latin) diacritics; ``đ`` becomes ``d``. Case is kept."""
    text = text.translate(_FOLD)
    if text.isascii():
        return text
    decomposed = unicodedata.normalize("NFD", text).translate(_FOLD)
    marks = {ord(c): None for c in set(decomposed) if unicodedata.combining(c)}
    return unicodedata.normalize("NFC", decomposed.translate(marks))


def has_diacritics(text: str) -> bool:
    """Whether the writer typed any Vietnamese diacritic (the text must be NFC)."""
    return _HAS_MARK.search(text) is not None


def compose(text: str) -> str:
    """NFC text without invisible characters, with plain spaces and hyphens."""
    if text.isascii():
        return text
    return _INVISIBLE.sub("", unicodedata.normalize("NFC", text)).translate(_LOOKALIKES)


def normalise(text: str) -> str:
    """Composed text without control characters, and each tone in its place.

    Line breaks stay: a reader or a repairer needs them.
    """
    return _normalised_kept(text) if len(text) <= LONGEST_KEPT else _normalised(text)


def _normalised(text: str) -> str:
    if not text.isascii():
        text = place_tones(compose(text))
    return _CONTROL.sub(" ", text)


_normalised_kept = lru_cache(maxsize=TEXTS_KEPT)(_normalised)


def _with_tone(letter: str, tone: str) -> str:
    return unicodedata.normalize("NFC", letter + tone)


def _tone_moves() -> dict[str, str]:
    """Spellings with the tone on the other vowel, and the spelling that most newspapers use."""
    moves: dict[str, str] = {}
    for tone in TONES:
        for first, second in (("o", "a"), ("o", "e"), ("u", "y")):
            moves[first + _with_tone(second, tone)] = _with_tone(first, tone) + second
    return moves


def _misplaced_moves() -> dict[str, str]:
    """``qúy`` for ``quý``, ``gía`` for ``giá``: the vowel after qu and gi carries the tone."""
    moves: dict[str, str] = {}
    for tone in TONES:
        for second in "yaeêâ":
            moves["q" + _with_tone("u", tone) + second] = "qu" + _with_tone(second, tone)
        for second in "aoôơuư":
            moves["g" + _with_tone("i", tone) + second] = "gi" + _with_tone(second, tone)
    return moves


def _all_cases(moves: dict[str, str]) -> dict[str, str]:
    both = dict(moves)
    for wrong, right in moves.items():
        both[wrong.upper()] = right.upper()
        both[wrong.capitalize()] = right.capitalize()
    return both


_MOVES = _all_cases(_tone_moves())
_MISPLACED = _all_cases(_misplaced_moves())
# ``qu`` is a consonant: quý keeps its tone. A closed rime (hoàn, thuyền) has one place only.
_OPEN_RIME = re.compile(r"(?<![qQ])(?:" + "|".join(_MOVES) + r")(?!\w)")
_AFTER_QU_GI = re.compile("|".join(_MISPLACED))


def place_tones(text: str) -> str:
    """Tone marks where dictionaries put them: ``hoà`` → ``hòa``, ``thuỷ`` → ``thủy``, ``qúy`` → ``quý``."""
    text = _OPEN_RIME.sub(lambda match: _MOVES[match.group()], text)
    return _AFTER_QU_GI.sub(lambda match: _MISPLACED[match.group()], text)
