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
GENERAL_TRIGRAM_DOUBT = 5.0
GENERAL_PAIR_DOUBT = 1.0
SISTER_DOUBT = 5.0
SISTER_SINGLE_DOUBT = 100.0
# The text itself speaks in a second round, once its first restoration shows what it repeats. Counts lose this many:
# a misreading made once must not confirm itself.
ITSELF_DOUBT = 40.0
ITSELF_SINGLE_DOUBT = 300.0
ITSELF_FORGOTTEN = 1
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


class TextCounts:
    """How often words follow one another in a few texts."""

    def __init__(self, edge: int, single_doubt: float, doubt: float) -> None:
        self._edge = edge
        self._doubts = (single_doubt, doubt, doubt)
        self._counts: tuple[Counter[tuple[int, ...]], ...] = (Counter(), Counter(), Counter())
        self._totals: defaultdict[tuple[int, ...], int] = defaultdict(int)
        self._followers: defaultdict[tuple[int, ...], int] = defaultdict(int)

    def learn(self, stream: Sequence[int]) -> None:
        """Counts every one, two and three words in a row; the first two entries are context only."""
        for position in range(2, len(stream)):
            if stream[position] == self._edge:
                continue
            for length in range(3):
                gram = tuple(stream[position - length : position + 1])
                if not self._counts[length][gram]:
                    self._followers[gram[:-1]] += 1
                self._counts[length][gram] += 1
                self._totals[gram[:-1]] += 1

    def forget(self, times: int) -> None:
        """Takes ``times`` off every count, so that what was said no more often than that says nothing."""
        self._totals.clear()
        self._followers.clear()
        for counts in self._counts:
            for gram in list(counts):
                counts[gram] = max(0, counts[gram] - times)
                if counts[gram]:
                    self._totals[gram[:-1]] += counts[gram]
                    self._followers[gram[:-1]] += 1

    def share(self, word: int) -> float:
        """The share of a word in the texts."""
        total = self._totals.get((), 0)
        return self._counts[0][(word,)] / total if total else 0.0

    def draw(self, history: History, words: Sequence[int], chances: list[float]) -> None:
        """Draws, in place, the chances of the words towards what follows ``history`` in the texts."""
        for length, doubt_per_follower in enumerate(self._doubts):
            context = history[2 - length :]
            total = self._totals.get(context)
            if not total:
                break
            counts = self._counts[length]
            doubt = doubt_per_follower * self._followers[context]
            for index, word in enumerate(words):
                chances[index] = (counts[(*context, word)] + doubt * chances[index]) / (total + doubt)


class LanguageModel:
    """The general model, drawn towards sister documents when there are any, then towards the text itself."""

    def __init__(self, sisters: Sequence[str] = ()) -> None:
        self._lexicon = load_lexicon()
        self._ids = dict(self._lexicon.ids)
        self._words = list(self._lexicon.syllables)
        self._general = GeneralModel(self._lexicon, load_trigrams())
        self.edge = self._ids[SENTENCE_START]
        self.number = self._ids[NUMBER]
        self._sisters = TextCounts(self.edge, SISTER_SINGLE_DOUBT, SISTER_DOUBT)
        self._itself = TextCounts(self.edge, ITSELF_SINGLE_DOUBT, ITSELF_DOUBT)
        self._cache: dict[History, dict[int, float]] = {}
        self._places = PlaceNames(self.word_id)
        for text in sisters:
            self._sisters.learn(self.word_stream(tokenise(text.splitlines())))

    def adapt(self, stream: Sequence[int]) -> None:
        """Learns what the text at hand says again and again, from a first restoration of it.

        Called before a text's second restoration; what an earlier text said is forgotten.
        """
        self._itself = TextCounts(self.edge, ITSELF_SINGLE_DOUBT, ITSELF_DOUBT)
        self._itself.learn(stream)
        self._itself.forget(ITSELF_FORGOTTEN)
        self._cache.clear()

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

    def word_stream(self, tokens: Iterable[Token]) -> list[int]:
        """The ids of a readable text, with an edge where a sentence ends."""
        spoken = [token for token in tokens if token.kind is not Kind.MARK]
        words = [self.number if t.kind is Kind.NUMBER else self.word_id(t.text.lower()) for t in spoken]
        return self.with_edges(spoken, words)

    def with_edges(self, spoken: Sequence[Token], words: Sequence[int]) -> list[int]:
        """The words of a text with two edges before each that begins a sentence: what came before says little."""
        stream = [self.edge, self.edge]
        for token, word in zip(spoken, words, strict=True):
            if token.boundary and stream[-1] != self.edge:
                stream += (self.edge, self.edge)
            stream.append(word)
        return stream

    def single(self, word: int) -> float:
        """How common a word is here: the better of its shares in all text and in the sister documents."""
        return max(self._general.single(word), self._sisters.share(word), self._itself.share(word))

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
            self._sisters.draw(history, missing, chances)
            self._itself.draw(history, missing, chances)
            self._places.raise_names(history, missing, chances)
            known.update(zip(missing, map(math.log, chances), strict=True))
        return [known[word] for word in words]
