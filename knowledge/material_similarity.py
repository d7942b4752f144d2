"""Which texts say the same thing: a resident's phrasing is worth keeping only when it uses other words."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import chain, combinations

from knowledge.text.characters import normalise, strip_diacritics

PHRASING_LIMIT = 0.8
"""Dice overlap of letter trigrams above which two phrasings differ by a particle or a typing slip only."""

GUIDE_LIMIT = 0.6
"""Jaccard overlap of word triples above which two guides are one guide twice."""

_SHINGLE = 3
_ROUNDING = 1e-9  # a share that comes out whole stays whole
_WORD = re.compile(r"\w+")


def folded_words(text: str) -> list[str]:
    """The words of a text without case, diacritics or punctuation."""
    return _WORD.findall(strip_diacritics(normalise(text)).casefold())


def same_phrasings(phrasings: Sequence[str], since: int = 0) -> list[tuple[int, int]]:
    """Pairs (earlier, later) of phrasings that are alike after folding, or are the same words in another order.

    ``since`` leaves out pairs whose later one stands before that place: what was compared already.
    """
    words = [folded_words(phrasing) for phrasing in phrasings]
    letters = [_letter_trigrams(" ".join(each)) for each in words]
    held = Counter(chain.from_iterable(letters))
    pairs = {
        (first, second)
        for first, second in _sharing([_rarest(each, held) for each in letters], since)
        if _dice_reaches(letters[first], letters[second], PHRASING_LIMIT)
    }
    return sorted(pairs.union(_sharing([[" ".join(sorted(each))] for each in words], since)))


def same_texts(texts: Sequence[str], since: int = 0) -> list[tuple[int, int]]:
    """Pairs (earlier, later) of long texts that share most of their word triples; ``since`` as above."""
    shingles = [_word_triples(folded_words(text)) for text in texts]
    return [
        (first, second)
        for first, second in combinations(range(len(texts)), 2)
        if second >= since
        if _jaccard_reaches(shingles[first], shingles[second], GUIDE_LIMIT)
    ]


def _sharing(keys: Sequence[Sequence[str]], since: int) -> Iterator[tuple[int, int]]:
    """Pairs (earlier, later) that have a key in common."""
    holders: defaultdict[str, list[int]] = defaultdict(list)
    for second, own in enumerate(keys):
        for key in own:
            if second >= since:
                yield from ((first, second) for first in holders[key])
            holders[key].append(second)


def _letter_trigrams(text: str) -> frozenset[str]:
    padded = f" {text} "
    return frozenset(padded[start : start + _SHINGLE] for start in range(len(padded) - _SHINGLE + 1))


def _rarest(letters: frozenset[str], held: Counter[str]) -> list[str]:
    """So many of the rarest trigrams that whoever reaches the limit with these shares one: the others are too few."""
    shared = math.ceil(len(letters) * PHRASING_LIMIT / (2 - PHRASING_LIMIT) - _ROUNDING)
    return sorted(letters, key=lambda trigram: (held[trigram], trigram))[: len(letters) - shared + 1]


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
