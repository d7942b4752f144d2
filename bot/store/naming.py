"""The order in which people expect names: Vietnamese letters, numbers by their value, the same on every database."""

from __future__ import annotations

import re
import unicodedata

# CLDR's order for Vietnamese, which browsers and PostgreSQL's ICU follow: these are letters of their own, the five
# tones decide only between words of the same letters. Letters of other languages stand where Unicode has them.
ALPHABET = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
TONES = "\u0300\u0309\u0303\u0301\u0323"  # huyền, hỏi, ngã, sắc, nặng
_PLACE = {letter: (1, number) for number, letter in enumerate(ALPHABET)}
_LETTER_MARKS = frozenset("\u0306\u0302\u031b")  # of ă, of â ê ô, of ơ ư
_NUMBER = re.compile(r"([0-9]+)")

Weight = tuple[int, int]
SortKey = tuple[tuple[Weight, ...], tuple[int, ...], str]


def natural_key(name: str) -> SortKey:
    """Sort key in which "Tổ 2" comes before "Tổ 10", "Dũng" before "Đức" and "An" before "Ân"."""
    letters: list[Weight] = []
    tones: list[int] = []
    for part in _NUMBER.split(name):
        if part.isdecimal():
            letters.append((0, int(part)))
            tones.append(0)
            continue
        for letter, tone in _letters(part):
            letters.append(_PLACE.get(letter) or (2 if letter.isalpha() else -1, ord(letter)))
            tones.append(tone)
    return tuple(letters), tuple(tones), name


def _letters(text: str) -> list[tuple[str, int]]:
    """Each letter in small, with the number of its tone (0: none)."""
    found: list[tuple[str, int]] = []
    for mark in unicodedata.normalize("NFD", text.casefold()):
        if found and mark in TONES:
            found[-1] = (found[-1][0], TONES.index(mark) + 1)
        elif found and mark in _LETTER_MARKS:
            found[-1] = (unicodedata.normalize("NFC", found[-1][0] + mark), found[-1][1])
        elif not unicodedata.combining(mark):
            found.append((mark, 0))
    return found
