"""Understanding a question: what was written, and what else it can be read as."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from knowledge.text.characters import has_diacritics, normalise, strip_diacritics
from knowledge.text.glossary import Forms, load_glossary
from knowledge.text.lattice import BestReading, read
from knowledge.text.options import Kind
from knowledge.text.tokens import pairs, read_tokens

LONGEST_QUESTION = 2000  # characters read; a chat message may hold 4,096, a question never needs them
MOST_READ_PIECES = 60  # a longer text is searched as written: readings are for short, careless questions
LEAST_PROBABILITY = 0.1  # a reading less likely than this is not looked up
_SYNONYM_WEIGHT = 0.5  # another name is a hint, what was typed stays stronger
_SHORT_FORM_WEIGHT = 0.5
# An abbreviation marked `ask` is asked about when its best reading is no likelier than this.
CLEAR_PROBABILITY = 0.75


@dataclass(frozen=True, slots=True)
class Doubt:
    """An abbreviation the question does not decide: its meanings as shown, likeliest first."""

    written: str
    meanings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Query:
    """A question as it is searched.

    ``tokens`` are the lexical tokens of what was written; ``expansions`` hold, a list a reading, the lexical
    tokens that a reading adds (never those already written), and ``weights`` (0..1) how sure each list is; the
    first list is the likeliest reading as a whole. ``reading`` is the question with the likeliest readings put
    in, for the encoder. ``syllables`` are lower case, with diacritics as typed.
    """

    original: str
    normalised: str
    syllables: tuple[str, ...]
    tokens: tuple[str, ...]
    reading: str
    expansions: tuple[tuple[str, ...], ...]
    weights: tuple[float, ...]
    doubts: tuple[Doubt, ...]
    has_diacritics: bool


def understand(question: str) -> Query:
    """Reads a question written in any of the ways residents write; never raises. About 0.1 ms."""
    normalised = " ".join(normalise(question[:LONGEST_QUESTION]).split())
    accented = has_diacritics(normalised)
    tokens = read_tokens(normalised)
    written = (*tokens.folded, *pairs(tokens.folded), *tokens.codes)
    reading = normalised
    doubts: tuple[Doubt, ...] = ()
    additions: list[tuple[Iterable[str], float]] = []
    pieces = tuple(tokens.folded)
    if 0 < len(pieces) <= MOST_READ_PIECES:
        best = read(tokens)
        pieces = tuple(piece for edge in best.path for piece in edge.option.pieces)
        if pieces != tuple(tokens.folded):
            additions.append(((*pieces, *pairs(list(pieces))), _sureness(best)))
            reading = " ".join(edge.option.shown for edge in best.path)
            reading = reading if accented else strip_diacritics(reading)
        additions += _other_readings(best)
        doubts = _doubts(best)
    additions += _other_names(pieces)
    expansions, weights = _new_tokens(additions, written)
    return Query(
        original=question,
        normalised=normalised,
        syllables=tuple(tokens.written),
        tokens=written,
        reading=reading,
        expansions=expansions,
        weights=weights,
        doubts=doubts,
        has_diacritics=accented,
    )


def _sureness(best: BestReading) -> float:
    """The least probability among the abbreviations read; slips and joined words count as sure."""
    return min((found[0].probability for found in best.alternatives.values()), default=1.0)


def _other_readings(best: BestReading) -> list[tuple[Iterable[str], float]]:
    """What the second-best meanings of abbreviations add, each in the best reading's surroundings."""
    additions: list[tuple[Iterable[str], float]] = []
    for position, alternatives in best.alternatives.items():
        before = best.path[position - 1].option.pieces[-1:] if position else ()
        after = best.path[position + 1].option.pieces[:1] if position + 1 < len(best.path) else ()
        for other in alternatives:
            if other.option is best.path[position].option or other.option.kind is Kind.WRITTEN:
                continue
            if other.probability >= LEAST_PROBABILITY:
                pieces = [*before, *other.option.pieces, *after]
                additions.append(((*pieces, *pairs(pieces)), other.probability))
    return additions


def _doubts(best: BestReading) -> tuple[Doubt, ...]:
    doubts = []
    for position, alternatives in best.alternatives.items():
        entry = best.path[position].entry
        if entry is None or not entry.ask or alternatives[0].probability > CLEAR_PROBABILITY:
            continue
        likely = [other.option for other in alternatives if other.probability >= LEAST_PROBABILITY]
        meanings = tuple(option.shown for option in likely if option.kind is Kind.ABBREVIATION)
        written = next(other.option.shown for other in alternatives if other.option.kind is Kind.WRITTEN)
        doubts.append(Doubt(written, meanings))
    return tuple(doubts)


def _other_names(pieces: Forms) -> list[tuple[Iterable[str], float]]:
    """Synonyms, and the short forms that offices use for what was written in full."""
    glossary = load_glossary()
    additions: list[tuple[Iterable[str], float]] = []
    for start, first in enumerate(pieces):
        for end in range(start + 1, min(len(pieces), start + glossary.phrase_spans.get(first, 0)) + 1):
            phrase = pieces[start:end]
            for also in glossary.synonyms.get(phrase, ()):
                additions.append(((*also, *pairs(list(also))), _SYNONYM_WEIGHT))
            short = glossary.short_forms.get(phrase)
            if short is not None:
                additions.append(((short,), _SHORT_FORM_WEIGHT))
    return additions


def _new_tokens(
    additions: list[tuple[Iterable[str], float]], written: Forms
) -> tuple[tuple[Forms, ...], tuple[float, ...]]:
    """The additions without tokens already looked up; empty ones dropped."""
    known = set(written)
    lists: list[Forms] = []
    weights: list[float] = []
    for tokens, weight in additions:
        new = tuple(dict.fromkeys(token for token in tokens if token not in known))
        if new:
            lists.append(new)
            weights.append(round(weight, 3))
            known.update(new)
    return tuple(lists), tuple(weights)
