"""Vietnamese text as residents and offices write it; one tokenizer for everything that reads text."""

from knowledge.text.characters import has_diacritics, normalise, place_tones, strip_diacritics
from knowledge.text.query import Query, understand
from knowledge.text.tokens import fold, lexical_tokens, pairs, syllables, written_tokens

__all__ = [
    "Query",
    "fold",
    "has_diacritics",
    "lexical_tokens",
    "normalise",
    "pairs",
    "place_tones",
    "strip_diacritics",
    "syllables",
    "understand",
    "written_tokens",
]
