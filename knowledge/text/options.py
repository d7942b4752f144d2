"""The ways to read one written word or abbreviation, each with its log probability."""

from __future__ import annotations

import math
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from knowledge.lexicon import load_lexicon
from knowledge.text.folded_model import load_folded_model
from knowledge.text.glossary import Abbreviation, Forms, Reading
from knowledge.text.tokens import fold
from knowledge.text.typed import decode_telex, decode_vni
from knowledge.text.variants import dialect_variants, slips, split_amount, split_joined

# Natural logs of how often people write so, judged, and checked by the questions in
# tests/knowledge/test_text_query.py. A slip that happens to make another real word is a rarer accident.
_TO_REAL_WORD = -3.2
_KEYSTROKES = -3.0
_LONE_FINAL_DIGIT = -6.0  # "to3" is tổ 3 rather than tỏ unless other words show VNI too
_JOINED = -4.0
_AMOUNT = -3.0
# An abbreviation is weighed as one fairly common word; a word of the question can speak for a reading.
_ABBREVIATION = -8.0
_NEAR = 4.0
_SHORT_FORM_KEPT = -18.0


class Kind(StrEnum):
    """How a reading differs from what was written."""

    WRITTEN = "written"
    ABBREVIATION = "abbreviation"
    JOINED = "joined"
    KEYSTROKES = "keystrokes"
    SLIP = "slip"
    DIALECT = "dialect"


class Option(NamedTuple):
    """One way to read what was written; ``first`` and ``last`` are model ids of its outer pieces."""

    kind: Kind
    pieces: Forms
    shown: str
    score: float
    first: int
    last: int


def _option(kind: Kind, pieces: Forms, channel: float, shown: str = "") -> Option:
    """An option that scores the probability of its pieces and of how they fit, with the channel's added."""
    model = load_folded_model()
    ids = [model.id(piece) for piece in pieces]
    score = channel + sum(map(model.log, pieces)) + sum(model.fit(left, right) for left, right in pairwise(ids))
    return Option(kind, pieces, shown or " ".join(pieces), score, ids[0], ids[-1])


@lru_cache(maxsize=16384)
def plain_option(written: str, folded: str) -> Option:
    """The piece as it was written."""
    return _option(Kind.WRITTEN, (folded,), 0.0, written)


@lru_cache(maxsize=16384)
def short_form_option(written: str, folded: str) -> Option:
    """An abbreviation left as it is: possible, but never likelier than what it stands for."""
    return plain_option(written, folded)._replace(score=_SHORT_FORM_KEPT)


@lru_cache(maxsize=16384)
def _is_word(written: str, folded: str) -> bool:
    """Whether the word is spelt right: with its diacritics when it was typed with them."""
    model = load_folded_model()
    if folded in model.foreign:
        return True
    return folded in model.vietnamese and (written.isascii() or written in load_lexicon().ids)


def is_word_with_diacritics(written: str, folded: str) -> bool:
    """Whether the writer typed diacritics and they make a Vietnamese word."""
    return not written.isascii() and folded in load_folded_model().vietnamese and _is_word(written, folded)


@lru_cache(maxsize=16384)
def word_options(written: str, folded: str, doubted: bool, vni: bool) -> tuple[Option, ...]:
    """The ways to read a word apart from abbreviations; the first is what was written.

    ``doubted`` says that a known word sits badly between its neighbours, ``vni`` that other words show VNI keys.
    """
    options = [plain_option(written, folded)]
    if folded.isdigit():
        return tuple(options)
    if _is_word(written, folded):
        if doubted:
            options += _sound_alikes(written)
            if written.isascii():
                options += _slips(folded, _TO_REAL_WORD)
        return tuple(options)
    options += _sound_alikes(written)
    options += _slips(folded, 0.0)
    options += _cut_or_decoded(written, folded, vni)
    return tuple(options)


def _sound_alikes(written: str) -> list[Option]:
    return [_option(Kind.DIALECT, (fold(word),), log, word) for word, log in dialect_variants(written)]


def _slips(folded: str, more: float) -> list[Option]:
    return [_option(Kind.SLIP, (syllable,), log + more) for syllable, log in slips(folded)]


def _cut_or_decoded(written: str, folded: str, vni: bool) -> list[Option]:
    options = []
    if amount := split_amount(folded):
        options.append(_option(Kind.JOINED, amount, _AMOUNT))
    elif joined := split_joined(folded):
        options.append(_option(Kind.JOINED, joined, _JOINED))
    if (decoded := decode_telex(written)) is not None:
        options.append(_option(Kind.KEYSTROKES, (fold(decoded),), _KEYSTROKES, decoded))
    if (decoded := decode_vni(written)) is not None:
        channel = _KEYSTROKES if vni or not written[:-1].isalpha() else _LONE_FINAL_DIGIT
        options.append(_option(Kind.KEYSTROKES, (fold(decoded),), channel, decoded))
    return options


@lru_cache(maxsize=4096)
def _reading_option(reading: Reading, near: bool, ask: bool) -> Option:
    """``ask``: neighbours say too little of such a form to choose by them, only ``near`` words do."""
    model = load_folded_model()
    score = _ABBREVIATION + math.log(reading.share) + (_NEAR if near else 0.0)
    first, last = (-1, -1) if ask else (model.id(reading.pieces[0]), model.id(reading.pieces[-1]))
    return Option(Kind.ABBREVIATION, reading.pieces, reading.phrase, score, first, last)


def abbreviation_options(entry: Abbreviation, context: frozenset[str]) -> list[Option]:
    """The readings of an abbreviation among the words and pairs of a question."""
    return [_reading_option(reading, not reading.near.isdisjoint(context), entry.ask) for reading in entry.readings]
