"""Diacritics put back into a question typed without them, for models that were trained on accented text only."""

from __future__ import annotations

import math
import re
from functools import lru_cache

from knowledge.lexicon import NUMBER, SENTENCE_END, SENTENCE_START, Lexicon, load_lexicon
from knowledge.text.characters import has_diacritics, normalise

_WORD = re.compile(r"[^\W\d_]+")
_PAIR_SHARE = 0.85  # of the probability taken from the pair, the rest from the word alone: fitted on law titles
_LEAST = 1e-9  # share of text of a word nobody counted
MOST_CANDIDATES = 16  # accented forms tried per word; rarer ones are under one use in a thousand
# In a text with some diacritics a bare word is mostly meant so (cho, ta, em): changing it must pay for this.
_CHANGE_IN_ACCENTED_TEXT = -3.0


class Restorer:
    """The likeliest accented text by counts of neighbouring syllables; about a millisecond a question."""

    def __init__(self, lexicon: Lexicon) -> None:
        """``lexicon`` is the shipped one except in tests."""
        self._lexicon = lexicon
        self._start, self._end = lexicon.ids[SENTENCE_START], lexicon.ids[SENTENCE_END]
        self._number = lexicon.ids[NUMBER]

    def restore(self, text: str) -> str:
        """The text with diacritics put on bare words; other words, numbers, marks and capitals stay."""
        text = normalise(text)
        matches = list(_WORD.finditer(text))
        if not matches:
            return text
        words = [match.group() for match in matches]
        restored = self._best_words([word.lower() for word in words], has_diacritics(text))
        parts: list[str] = []
        position = 0
        for match, word, new in zip(matches, words, restored, strict=True):
            parts += [text[position : match.start()], _with_case_of(word, new)]
            position = match.end()
        return "".join([*parts, text[position:]])

    def _candidates(self, word: str, accented_text: bool) -> list[tuple[str, int, float]]:
        """Forms of a word: as shown, its id (-1 when unknown) and the log probability of writing it so."""
        ids = self._lexicon.ids
        if not word.isascii():
            return [(word, ids.get(word, -1), 0.0)]
        found = self._lexicon.by_folded.get(word, [])[:MOST_CANDIDATES]
        change = _CHANGE_IN_ACCENTED_TEXT if accented_text else 0.0
        forms = [(self._lexicon.syllables[i], i) for i in found]
        return [(form, i, 0.0 if form == word else change) for form, i in forms] or [(word, -1, 0.0)]

    def _log(self, left: int, right: int) -> float:
        counts, total = self._lexicon.counts, self._lexicon.total
        alone = counts[right] / total if right >= 0 else _LEAST
        if left < 0 or right < 0:
            return math.log(alone)
        pair = self._lexicon.pair_count(left, right) / max(counts[left], 1)
        return math.log(_PAIR_SHARE * min(pair, 1.0) + (1 - _PAIR_SHARE) * alone)

    def _best_words(self, words: list[str], accented_text: bool) -> list[str]:
        """Viterbi over the forms of each word."""
        states: list[tuple[float, int, tuple[str, ...]]] = [(0.0, self._start, ())]
        for word in words:
            reached = []
            for form, number, written in self._candidates(word, accented_text):
                score, path = max((s + self._log(left, number), path) for s, left, path in states)
                reached.append((score + written, number, (*path, form)))
            states = reached
        _, _, best = max((score + self._log(last, self._end), last, path) for score, last, path in states)
        return list(best)


def _with_case_of(word: str, new: str) -> str:
    if new == word.lower():
        return word
    if word.isupper() and len(word) > 1:
        return new.upper()
    return new.capitalize() if word[0].isupper() else new


@lru_cache(maxsize=1)
def load_restorer() -> Restorer:
    """The restorer over the shipped lexicon."""
    return Restorer(load_lexicon())
