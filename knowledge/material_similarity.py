"""Which texts say the same thing: a resident's phrasing is worth keeping only when it uses other words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import combinations

from knowledge.text.characters import normalise, strip_diacritics

PHRASING_LIMIT = 0.8
"""Dice overlap of letter trigrams above which two phrasings differ by a particle or a typing slip only."""

GUIDE_LIMIT = 0.6
"""Jaccard overlap of word triples above which two guides are one guide twice."""

_SHINGLE = 3
_WORD = re.compile(r"\w+")


def folded_words(text: str) -> list[str]:
    """The words of a text without case, diacritics or punctuation."""
    return _WORD.findall(strip_diacritics(normalise(text)).casefold())


def same_phrasings(phrasings: Sequence[str], since: int = 0) -> list[tuple[int, int]]:
    """Pairs (earlier, later) of phrasings that are alike after folding, or are the same words in another order.

    ``since`` leaves out pairs whose later one stands before that place: what was compared already.
    """
    words = [folded_words(phrasing) for phrasing in phrasings]
    bags = [" ".join(sorted(each)) for each in words]
    letters = [_letter_trigrams(" ".join(each)) for each in words]
    return [
        (first, second)
        for first, second in combinations(range(len(phrasings)), 2)
        if second >= since
        if bags[first] == bags[second] or _dice_reaches(letters[first], letters[second], PHRASING_LIMIT)
    ]


def same_texts(texts: Sequence[str], since: int = 0) -> list[tuple[int, int]]:
    """Pairs (earlier, later) of long texts that share most of their word triples; ``since`` as above."""
    shingles = [_word_triples(folded_words(text)) for text in texts]
    return [
        (first, second)
        for first, second in combinations(range(len(texts)), 2)
        if second >= since
        if _jaccard_reaches(shingles[first], shingles[second], GUIDE_LIMIT)
    ]


def _letter_trigrams(text: str) -> frozenset[str]:
    padded = f" {text} "
    return frozenset(padded[start : start + _SHINGLE] for start in range(len(padded) - _SHINGLE + 1))


def _word_triples(words: list[str]) -> frozenset[tuple[str, ...]]:
    return frozenset(tuple(words[start : start + _SHINGLE]) for start in range(len(words) - _SHINGLE + 1))


def _dice_reaches(first: frozenset[str], second: frozenset[str], limit: float) -> bool:
    total = len(first) + len(second)
    if 2 * min(len(first), len(second)) < limit * total:
        return False  # too different in length to reach the limit: most pairs end here
    return total > 0 and 2 * len(first & second) >= limit * total


def _jaccard_reaches(first: frozenset[tuple[str, ...]], second: frozenset[tuple[str, ...]], limit: float) -> bool:
    union = len(first | second)
    return union > 0 and len(first & second) >= limit * union
