"""The features worth a row in the encoder: frequent syllables, pairs that belong together, parts of syllables."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Iterable

from knowledge.features import UNKNOWN, spelling_trigrams, token_features
from knowledge.lexicon import load_lexicon
from knowledge.text.characters import compose
from knowledge.text.tokens import PAIR_JOINER, find_tokens

# A row costs 256 bytes, a scale and its name, about 285 in all: 94,000 rows are 27 MB, and the limit is 30.
MOST_SYLLABLES, MOST_ACCENTED, MOST_PAIRS, MOST_TRIGRAMS = 18_000, 8_000, 62_000, 6_000
_LEAST_SYLLABLE, _LEAST_ACCENTED, _LEAST_PAIR, _LEAST_TRIGRAM = 3, 5, 4, 3


def choose_features(texts: Iterable[str]) -> list[str]:
    """Features by kind, most useful first: syllables and trigrams by count, pairs by count times their PMI."""
    pieces: Counter[str] = Counter()
    accented: Counter[str] = Counter()
    pairs: Counter[tuple[str, str]] = Counter()
    for text in texts:
        sequence: list[str] = []
        for token in find_tokens(compose(text).lower()):
            folded, features = token_features(token, lambda piece: True)
            sequence += folded
            accented.update(feature for feature in features if not feature.isascii())
        pieces.update(sequence)
        pairs.update(itertools.pairwise(sequence))
    # Every Vietnamese syllable gets a row even if the training text lacks it: unknown ones are mistakes.
    lexicon = load_lexicon()
    always = dict.fromkeys(lexicon.folded[i] for i, mark in enumerate(lexicon.vietnamese) if mark)
    counted = _frequent(pieces, _LEAST_SYLLABLE, MOST_SYLLABLES)
    syllables = list(dict.fromkeys([*always, *counted]))[:MOST_SYLLABLES]
    known = set(syllables)
    trigrams: Counter[str] = Counter()
    for piece, count in pieces.items():
        if piece not in known:
            trigrams.update(spelling_trigrams(piece) * count)
    trigrams.update(part for syllable in always for part in spelling_trigrams(syllable))
    chosen = [*syllables, *(f for f in _frequent(accented, _LEAST_ACCENTED, MOST_ACCENTED) if f not in known)]
    chosen += [f"{left}{PAIR_JOINER}{right}" for left, right in _telling_pairs(pairs, pieces)]
    return [UNKNOWN, *chosen, *_frequent(trigrams, _LEAST_TRIGRAM, MOST_TRIGRAMS)]


def _frequent(counts: Counter[str], least: int, most: int) -> list[str]:
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [name for name, count in ranked[:most] if count >= least]


def _telling_pairs(pairs: Counter[tuple[str, str]], pieces: Counter[str]) -> list[tuple[str, str]]:
    total = sum(pieces.values())

    def worth(item: tuple[tuple[str, str], int]) -> float:
        (left, right), count = item
        return count * math.log(count * total / (pieces[left] * pieces[right]))

    enough = [item for item in pairs.items() if item[1] >= _LEAST_PAIR]
    ranked = sorted(enough, key=lambda item: (-worth(item), item[0]))
    return [pair for pair, _ in ranked[:MOST_PAIRS]]
