"""How likely a syllable is after two others: general counts, drawn towards documents of the same kind.

Every level is smoothed by Witten and Bell's method: what was seen after a context counts by how often the context
was seen; followers too rare to be stored, and as many again as there were different ones, go to the shorter context.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

import numpy as np

from indexer.repair.places import PlaceNames
from indexer.repair.tokens import Kind, Token, tokenise
from indexer.repair.trigrams import Trigrams, load_trigrams
from knowledge.lexicon import NUMBER, SENTENCE_START, Lexicon, load_lexicon
from knowledge.text.characters import place_tones

# How many "different followers" weigh against what was seen; more means less trust in the counts. Fitted by
# indexer.repair_evaluate on degraded plans, each left out in turn.
GENERAL_TRIGRAM_DOUBT = 2.0
GENERAL_PAIR_DOUBT = 1.0
SISTER_DOUBT = 1.5
SISTER_SINGLE_DOUBT = 4.0
# The probability of a word that no count knows, spread over all such words.
UNSEEN = 1e-8

History = tuple[int, int]


class GeneralModel:
    """Syllables of Vietnamese at large; ids above the lexicon's are words met only in the text at hand."""

    def __init__(self, lexicon: Lexicon, trigrams: Trigrams) -> None:
        self._lexicon = lexicon
        self._trigrams = trigrams
        self._size = len(lexicon.syllables)
        sums = np.concatenate([[0.0], np.cumsum(lexicon.pair_counts())])
        starts = np.frombuffer(lexicon.row_starts, dtype=np.uint32)
        self._stored_pairs: list[float] = (sums[starts[1:]] - sums[starts[:-1]]).tolist()

    def single(self, word: int) -> float:
        """The share of a syllable in all text."""
        if word >= self._size:
            return UNSEEN
        return self._lexicon.counts[word] / self._lexicon.total

    def probabilities(self, history: History, words: Sequence[int]) -> list[float]:
        """P(word | the two before it) of each word."""
        left, middle = history
        chances = [self.single(word) for word in words]
        if middle < self._size:
            self._after_one(middle, words, chances)
            if left < self._size:
                self._after_two(left, middle, words, chances)
        return chances

    def _after_one(self, middle: int, words: Sequence[int], chances: list[float]) -> None:
        starts = self._lexicon.row_starts
        followers = starts[middle + 1] - starts[middle]
        if not followers:
            return
        stored = self._stored_pairs[middle]
        rest = max(0.0, self._lexicon.counts[middle] - stored) + GENERAL_PAIR_DOUBT * followers
        for index, word in enumerate(words):
            seen = self._lexicon.pair_count(middle, word) if word < self._size else 0.0
            chances[index] = (seen + rest * chances[index]) / (stored + rest)

    def _after_two(self, left: int, middle: int, words: Sequence[int], chances: list[float]) -> None:
        context = self._trigrams.context(left, middle)
        if context is None:
            return
        start, end, total = context
        stored = self._trigrams.stored(start, end)
        rest = max(0.0, total - stored) + GENERAL_TRIGRAM_DOUBT * (end - start)
        for index, word in enumerate(words):
            seen = self._trigrams.count(start, end, word) if word < self._size else 0.0
            chances[index] = (seen + rest * chances[index]) / (stored + rest)


class LanguageModel:
    """The general model, drawn towards sister documents when there are any."""

    def __init__(self, sisters: Sequence[str] = ()) -> None:
        self._lexicon = load_lexicon()
        self._ids = dict(self._lexicon.ids)
        self._words = list(self._lexicon.syllables)
        self._general = GeneralModel(self._lexicon, load_trigrams())
        self.edge = self._ids[SENTENCE_START]
        self.number = self._ids[NUMBER]
        self._counts: tuple[Counter[tuple[int, ...]], ...] = (Counter(), Counter(), Counter())
        self._totals: defaultdict[tuple[int, ...], int] = defaultdict(int)
        self._followers: defaultdict[tuple[int, ...], int] = defaultdict(int)
        self._cache: dict[History, dict[int, float]] = {}
        self._places = PlaceNames(self.word_id)
        for text in sisters:
            self._learn(self.word_stream(tokenise(text.splitlines())))

    @property
    def lexicon(self) -> Lexicon:
        """The syllables the model knows."""
        return self._lexicon

    def word(self, word_id: int) -> str:
        """The syllable of an id, lower-case."""
        return self._words[word_id]

    def word_id(self, word: str) -> int:
        """The id of a lower-case word; an unknown word gets an id of its own."""
        word = place_tones(word)
        known = self._ids.get(word)
        if known is None:
            known = self._ids[word] = len(self._words)
            self._words.append(word)
        return known

    def fixed_id(self, token: Token) -> int:
        """The id that stands for a token that is not restored."""
        return self.number if token.kind is Kind.NUMBER else self.word_id(token.text.lower())

    def word_stream(self, tokens: Iterable[Token]) -> list[int]:
        """The ids of a readable text, with an edge where a sentence ends."""
        stream = [self.edge, self.edge]
        for token in tokens:
            if token.boundary and stream[-1] != self.edge:
                stream.append(self.edge)
            if token.kind is not Kind.MARK:
                stream.append(self.fixed_id(token))
        return stream

    def _learn(self, stream: list[int]) -> None:
        for position in range(2, len(stream)):
            for length in range(3):
                gram = tuple(stream[position - length : position + 1])
                if not self._counts[length][gram]:
                    self._followers[gram[:-1]] += 1
                self._counts[length][gram] += 1
                self._totals[gram[:-1]] += 1

    def single(self, word: int) -> float:
        """How common a word is here: the better of its shares in all text and in the sister documents."""
        total = self._totals.get((), 0)
        here = self._counts[0][(word,)] / total if total else 0.0
        return max(self._general.single(word), here)

    def is_vietnamese(self, word: str) -> bool:
        """Whether a lower-case word is a Vietnamese syllable as it is written."""
        known = self._lexicon.ids.get(word)
        return known is not None and bool(self._lexicon.vietnamese[known])

    def log_probabilities(self, history: History, words: Sequence[int]) -> list[float]:
        """ln P(word | the two before it) of each word."""
        known = self._cache.setdefault(history, {})
        missing = [word for word in words if word not in known]
        if missing:
            chances = self._general.probabilities(history, missing)
            self._draw_to_sisters(history, missing, chances)
            self._places.raise_names(history, missing, chances)
            known.update(zip(missing, map(math.log, chances), strict=True))
        return [known[word] for word in words]

    def _draw_to_sisters(self, history: History, words: Sequence[int], chances: list[float]) -> None:
        for length, doubt_per_follower in ((0, SISTER_SINGLE_DOUBT), (1, SISTER_DOUBT), (2, SISTER_DOUBT)):
            context = history[2 - length :]
            total = self._totals.get(context)
            if not total:
                break
            counts = self._counts[length]
            doubt = doubt_per_follower * self._followers[context]
            for index, word in enumerate(words):
                chances[index] = (counts[(*context, word)] + doubt * chances[index]) / (total + doubt)
