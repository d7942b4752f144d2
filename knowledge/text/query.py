"""Understanding a question: what was written, and what else it can be read as."""

from __future__ import annotations

from dataclasses import dataclass

from knowledge.text.characters import has_diacritics, normalise
from knowledge.text.tokens import lexical_tokens, syllables


@dataclass(frozen=True, slots=True)
class Query:
    """A question as it is searched.

    ``tokens`` are the lexical tokens of what was written; ``expansions`` hold, a list a reading, the lexical
    tokens that a reading adds (never those already written). ``reading`` is the question with the likeliest
    readings put in, for the encoder. ``syllables`` are lower case, with diacritics as typed.
    """

    original: str
    normalised: str
    syllables: tuple[str, ...]
    tokens: tuple[str, ...]
    reading: str
    expansions: tuple[tuple[str, ...], ...]
    has_diacritics: bool


def understand(question: str) -> Query:
    """Reads a question written in any of the ways residents write; never raises."""
    normalised = " ".join(normalise(question).split())
    return Query(
        original=question,
        normalised=normalised,
        syllables=tuple(syllables(normalised)),
        tokens=tuple(lexical_tokens(normalised)),
        reading=normalised,
        expansions=(),
        has_diacritics=has_diacritics(normalised),
    )
