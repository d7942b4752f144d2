"""The one tokenizer: syllables, numbers and codes, for the lexical index, the encoder and the repairer."""

from __future__ import annotations

import itertools
import re

from knowledge.text.characters import normalise, strip_diacritics

# A code is letters and digits held together without a space: 150/KH-UBND, 22/12/2024, 1.004194, 2025-2030.
_TOKEN = re.compile(r"[^\W_]+(?:[/.\-][^\W_]+)+|[^\W_]+")
_PIECE = re.compile(r"[^\W_]+")
_AMOUNT = re.compile(r"(\d{1,3}(?:\.\d{3})+)(d|vnd|dong)?")
_DATE = re.compile(r"\d{1,2}[/.\-]\d{1,2}(?:[/.\-]\d{2,4})?")
_SHORT_NUMBER = re.compile(r"0\d")
PAIR_JOINER = "_"
LONGEST_TOKEN = 64  # characters; longer runs are base64, addresses or mischief, and never what is asked for


def written_tokens(text: str) -> list[str]:
    """The tokens of a text as written: words and whole codes, case and diacritics kept, in order."""
    return _TOKEN.findall(normalise(text))


def syllables(text: str) -> list[str]:
    """Lower-case syllables with their diacritics, in order; a code is given in pieces."""
    return _PIECE.findall(normalise(text).lower())


def fold(token: str) -> str:
    """A token as the index knows it: lower case, no diacritics, no leading zero (``04`` → ``4``)."""
    folded = strip_diacritics(token.lower())
    return folded[1:] if _SHORT_NUMBER.fullmatch(folded) else folded


def _code_tokens(code: str) -> tuple[list[str], str | None]:
    """The pieces of a code and the code as one token; amounts have one form only."""
    if amount := _AMOUNT.fullmatch(code):
        number = amount.group(1).replace(".", "")
        return ([number, "dong"] if amount.group(2) else [number]), None
    pieces = [fold(piece) for piece in _PIECE.findall(code)]
    if _DATE.fullmatch(code):
        return pieces, "/".join(pieces)
    if any(character.isdigit() for character in code):
        return pieces, code
    return pieces, None


def folded_syllables(text: str) -> tuple[list[str], list[str]]:
    """De-accented syllables in order, and the whole codes met on the way."""
    folded: list[str] = []
    codes: list[str] = []
    for token in _TOKEN.findall(strip_diacritics(normalise(text).lower())):
        if len(token) > LONGEST_TOKEN:
            continue
        if token.isalpha():
            folded.append(token)
        elif token.isalnum():
            folded.append(fold(token))
        else:
            pieces, whole = _code_tokens(token)
            folded += pieces
            if whole is not None:
                codes.append(whole)
    return folded, codes


def pairs(tokens: list[str]) -> list[str]:
    """Adjacent tokens joined by ``_``."""
    return [left + PAIR_JOINER + right for left, right in itertools.pairwise(tokens)]


def lexical_tokens(text: str) -> list[str]:
    """What the lexical index holds of a text: de-accented syllables, adjacent pairs, and whole codes.

    ``"Kế hoạch số 150/KH-UBND"`` gives ``ke hoach so 150 kh ubnd ke_hoach ... kh_ubnd 150/kh-ubnd``.
    """
    folded, codes = folded_syllables(text)
    return folded + pairs(folded) + codes
