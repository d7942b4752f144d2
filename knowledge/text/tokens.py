"""The one tokenizer: syllables, numbers and codes, for the lexical index, the encoder and the repairer."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from functools import lru_cache

from knowledge.text.characters import LONGEST_KEPT, TEXTS_KEPT, normalise, strip_diacritics

# A code is letters and digits held together without a space: 150/KH-UBND, 22/12/2024, 1.004194, 2025-2030.
_TOKEN = re.compile(r"[^\W_]+(?:[/.\-][^\W_]+)+|[^\W_]+")
_PIECE = re.compile(r"[^\W_]+")
_AMOUNT = re.compile(r"(\d{1,3}(?:\.\d{3})+)(d|vnd|dong)?")
_DATE = re.compile(r"\d{1,2}[/.\-]\d{1,2}(?:[/.\-]\d{2,4})?")
_SHORT_NUMBER = re.compile(r"0\d")
# One word, two spellings (kỹ/kĩ, lý/lí, quy/qui): one token.
_SAME_WORD = {"ki": "ky", "li": "ly", "mi": "my", "si": "sy", "ti": "ty", "hi": "hy", "qui": "quy"}
PAIR_JOINER = "_"
WORDS_KEPT = 32_768  # in memory as they were read, here and elsewhere: residents type a few thousand
LONGEST_TOKEN = 64  # characters; longer runs are base64, addresses or mischief, and never what is asked for


def find_tokens(text: str) -> list[str]:
    """Words and whole codes of a normalised text, too long ones left out."""
    return [token for token in _TOKEN.findall(text) if len(token) <= LONGEST_TOKEN]


def written_tokens(text: str) -> list[str]:
    """The tokens of a text as written: words and whole codes, case and diacritics kept, in order."""
    return _TOKEN.findall(normalise(text))


def syllables(text: str) -> list[str]:
    """Lower-case syllables with their diacritics, in order; a code is given in pieces."""
    return list(_syllables(text)) if len(text) <= LONGEST_KEPT else _PIECE.findall(normalise(text).lower())


@lru_cache(maxsize=TEXTS_KEPT)
def _syllables(text: str) -> tuple[str, ...]:
    return tuple(_PIECE.findall(normalise(text).lower()))


def fold(token: str) -> str:
    """One piece as the index knows it: lower case, no diacritics, ``04`` → ``4``, ``kĩ`` → ``ky``."""
    return _folded(token) if len(token) <= LONGEST_TOKEN else _canonical(strip_diacritics(token.lower()))


@lru_cache(maxsize=WORDS_KEPT)
def _folded(token: str) -> str:
    return _canonical(strip_diacritics(token.lower()))


def _canonical(folded: str) -> str:
    if _SHORT_NUMBER.fullmatch(folded):
        return folded[1:]
    return _SAME_WORD.get(folded, folded)


def _code_tokens(code: str) -> tuple[list[str], str | None]:
    """The pieces of a code and the code as one token; amounts have one form only."""
    if amount := _AMOUNT.fullmatch(code):
        number = amount.group(1).replace(".", "")
        return ([number, "dong"] if amount.group(2) else [number]), None
    pieces = [_canonical(piece) for piece in _PIECE.findall(code)]
    if _DATE.fullmatch(code):
        return pieces, "/".join(pieces)
    if any(character.isdigit() for character in code):
        return pieces, code
    return pieces, None


@dataclass(frozen=True, slots=True)
class Tokens:
    """A text cut up: ``written`` and ``folded`` pieces side by side, and the whole ``codes`` met on the way.

    ``fixed`` says of each piece that it belongs to a numbered code, which is never read as anything else.
    """

    written: list[str]
    folded: list[str]
    fixed: list[bool]
    codes: list[str]


def read_tokens(text: str) -> Tokens:
    """Cuts normalised text into pieces, each as typed (lower case) and as the index knows it."""
    found = Tokens([], [], [], [])
    bare = strip_diacritics(text)
    if len(bare) != len(text):  # marks that stand alone (other scripts) would cut words where the index does not
        text = bare
    for token in _TOKEN.findall(text.lower()):
        if len(token) > LONGEST_TOKEN:
            continue
        if token.isalnum():
            found.written.append(token)
            found.folded.append(_folded(token))
            found.fixed.append(False)
            continue
        pieces, whole = _code_tokens(strip_diacritics(token))
        written = _PIECE.findall(token)
        found.written.extend(written if len(written) == len(pieces) else pieces)
        found.folded.extend(pieces)
        found.fixed.extend([any(map(str.isdigit, token))] * len(pieces))
        if whole is not None:
            found.codes.append(whole)
    return found


def folded_syllables(text: str) -> tuple[list[str], list[str]]:
    """De-accented syllables in order, and the whole codes; as ``read_tokens``, without what was written."""
    folded: list[str] = []
    codes: list[str] = []
    for token in _TOKEN.findall(strip_diacritics(normalise(text).lower())):
        if token.isalpha() and len(token) <= LONGEST_TOKEN:
            folded.append(_SAME_WORD.get(token, token))
        elif token.isalnum() and len(token) <= LONGEST_TOKEN:
            folded.append(_canonical(token))
        elif len(token) <= LONGEST_TOKEN:
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
