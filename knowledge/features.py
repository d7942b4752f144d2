"""What the bundled encoder sees of a text: syllables, adjacent pairs, and letters of syllables it does not know.

The features of a text are its de-accented syllables, its accented syllables where the writer typed diacritics,
de-accented pairs of neighbours, and character trigrams of syllables outside the vocabulary. A feature is a string
without spaces, so that a plain word-level tokenizer can look it up too.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cached_property
from pathlib import Path

from knowledge.text.characters import compose, place_tones
from knowledge.text.tokens import PAIR_JOINER, find_tokens, fold

TOKENIZER_FILE = "tokenizer.json"
FEATURES_FILE = "features.json"  # marks a checkpoint whose tokenizer holds these features, not words
UNKNOWN = "[UNK]"
_TRIGRAM_MARK = "#"
_LONGEST_SPELT = 12  # letters; a longer unknown word (an address, a hash) has no spelling worth comparing
_CACHED_TOKENS = 200_000  # forgotten all at once when full: about 30 MB
TokenFeatures = tuple[tuple[str, ...], tuple[str, ...]]


def spelling_trigrams(folded: str) -> list[str]:
    """Trigrams of an unknown syllable with its edges marked: ``tamm`` → ``#<ta #tam #amm #mm>``."""
    if len(folded) > _LONGEST_SPELT:
        return []
    edged = f"<{folded}>"
    return [_TRIGRAM_MARK + edged[index : index + 3] for index in range(len(edged) - 2)]


def token_features(token: str, knows: Callable[[str], bool]) -> TokenFeatures:
    """The de-accented pieces of one lower-case token, and its features apart from pairs (known or not)."""
    pieces: list[str] = []
    features: list[str] = []
    for written in find_pieces(token):
        folded = fold(written)
        pieces.append(folded)
        features.extend([folded] if knows(folded) else spelling_trigrams(folded))
        if not written.isascii():
            features.append(place_tones(written))
    return tuple(pieces), tuple(features)


def find_pieces(token: str) -> list[str]:
    """The pieces of a token; a code has several."""
    if token.isalnum():
        return [token]
    return "".join(character if character.isalnum() else " " for character in token).split()


class FeatureTable:
    """Turns text into ids of known features; the same text always gives the same ids in the same order."""

    def __init__(self, vocabulary: dict[str, int]) -> None:
        """``vocabulary`` gives each feature its row."""
        self.vocabulary = vocabulary
        self._cache: dict[str, tuple[tuple[str, ...], tuple[int, ...]]] = {}

    @classmethod
    def load(cls, folder: Path) -> FeatureTable:
        """The vocabulary of a checkpoint's word-level tokenizer file."""
        stored = json.loads((folder / TOKENIZER_FILE).read_text(encoding="utf-8"))
        return cls(stored["model"]["vocab"])

    def ids(self, text: str) -> list[int]:
        """Rows of the features of a text, pairs last; empty when nothing is known."""
        found: list[int] = []
        pieces: list[str] = []
        cache = self._cache
        for token in find_tokens(compose(text).lower()):
            entry = cache.get(token) or self._learn(token)
            pieces += entry[0]
            found += entry[1]
        vocabulary, previous = self.vocabulary, ""
        for piece in pieces:
            row = vocabulary.get(f"{previous}{PAIR_JOINER}{piece}")
            if row is not None:
                found.append(row)
            previous = piece
        return found

    def strings(self, text: str) -> list[str]:
        """The known features of a text as strings, in the order of ``ids``."""
        return [self._names[row] for row in self.ids(text)]

    @cached_property
    def _names(self) -> dict[int, str]:
        return {row: feature for feature, row in self.vocabulary.items()}

    def _learn(self, token: str) -> tuple[tuple[str, ...], tuple[int, ...]]:
        pieces, features = token_features(token, self.vocabulary.__contains__)
        rows = (self.vocabulary.get(feature) for feature in features)
        entry = pieces, tuple(row for row in rows if row is not None)
        if len(self._cache) >= _CACHED_TOKENS:
            self._cache.clear()
        self._cache[token] = entry
        return entry
