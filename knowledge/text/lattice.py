"""The likeliest reading of a question: every way to read each word, and the path whose neighbours fit best.

A noisy channel: the score of a path is the log probability of its syllables (how common, how well neighbours
fit) plus that of writing them as they stand (a slip, a dropped space, an abbreviation).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from knowledge.text.folded_model import FoldedModel, load_folded_model
from knowledge.text.glossary import Abbreviation, Glossary, load_glossary
from knowledge.text.options import (
    Kind,
    Option,
    abbreviation_options,
    is_word_with_diacritics,
    plain_option,
    short_form_option,
    word_options,
)
from knowledge.text.tokens import Tokens, pairs
from knowledge.text.typed import decode_vni

# A known syllable is doubted only when neither neighbour fits it better than chance by this much.
_DOUBTED_FIT = 1.0


class Edge(NamedTuple):
    """An option for the pieces from ``start`` up to ``end``; ``entry`` when the glossary knows these pieces."""

    start: int
    end: int
    option: Option
    entry: Abbreviation | None = None


@dataclass(slots=True)
class _Ways:
    """The best way to end with each edge that ends at one place, side by side.

    Its score, the edge, the position of the edge before among those that end there, and the last syllable's id.
    """

    scores: list[float]
    edges: list[Edge]
    previous: list[int]
    last: list[int]


@dataclass(frozen=True, slots=True)
class Alternative:
    """A reading of an abbreviation and its probability beside the others."""

    option: Option
    probability: float


@dataclass(frozen=True, slots=True)
class BestReading:
    """The path chosen, and for the positions of its abbreviations every reading, likeliest first."""

    path: tuple[Edge, ...]
    alternatives: dict[int, tuple[Alternative, ...]]


def read(tokens: Tokens) -> BestReading:
    """The likeliest path through a question's readings."""
    model = load_folded_model()
    ending = _all_edges(model, load_glossary(), tokens)
    ways = [_Ways([], [], [], []) for _ in ending]
    for here, edges in zip(ways, ending, strict=True):
        for edge in edges:
            _add_way(model, ways[edge.start], here, edge)
    path = _trace(ways)
    return BestReading(path, _alternatives(model, ending, path))


def _add_way(model: FoldedModel, before: _Ways, here: _Ways, edge: Edge) -> None:
    option = edge.option
    best, previous = 0.0, 0
    if len(before.scores) == 1:
        best = before.scores[0] + model.fit(before.last[0], option.first)
    elif before.scores:
        scores = model.followed(before.scores, before.last, option.first)
        best = max(scores)
        previous = scores.index(best)
    here.scores.append(best + option.score)
    here.edges.append(edge)
    here.previous.append(previous)
    here.last.append(option.last)


def _trace(ways: list[_Ways]) -> tuple[Edge, ...]:
    place, at = len(ways) - 1, ways[-1].scores.index(max(ways[-1].scores))
    path: list[Edge] = []
    while place > 0:
        here = ways[place]
        path.append(here.edges[at])
        place, at = here.edges[at].start, here.previous[at]
    return tuple(reversed(path))


def _doubted(model: FoldedModel, ids: list[int]) -> list[bool]:
    """For each piece, whether it sits badly between its neighbours."""
    fits = [0.0, *(model.fit(left, right) for left, right in pairwise(ids)), 0.0]
    return [len(ids) > 1 and left < _DOUBTED_FIT and right < _DOUBTED_FIT for left, right in pairwise(fits)]


def _all_edges(model: FoldedModel, glossary: Glossary, tokens: Tokens) -> list[list[Edge]]:
    """Edges by where they end; each piece has at least the edge of what was written."""
    doubted = _doubted(model, [model.id(piece) for piece in tokens.folded])
    context = frozenset(tokens.folded) | frozenset(pairs(tokens.folded))
    vni = sum(not word.isalpha() and decode_vni(word) is not None for word in tokens.written) > 1
    spans = glossary.abbreviation_spans
    ending: list[list[Edge]] = [[] for _ in range(len(tokens.folded) + 1)]
    for start, (written, folded) in enumerate(zip(tokens.written, tokens.folded, strict=True)):
        if tokens.fixed[start]:
            ending[start + 1].append(Edge(start, start + 1, plain_option(written, folded)))
            continue
        longest = max(spans.get(written, 0), spans.get(folded, 0))
        entry = _add_abbreviations(ending, glossary, tokens, start, longest, context) if longest else None
        if entry is not None and not entry.word:
            ending[start + 1].append(Edge(start, start + 1, short_form_option(written, folded), entry))
            continue
        for option in word_options(written, folded, doubted[start], vni):
            ending[start + 1].append(Edge(start, start + 1, option, entry))
    return ending


def _add_abbreviations(
    ending: list[list[Edge]], glossary: Glossary, tokens: Tokens, start: int, longest: int, context: frozenset[str]
) -> Abbreviation | None:
    """Adds the abbreviations of up to ``longest`` pieces from ``start`` on; returns that of one piece, if any."""
    written, folded = tokens.written[start], tokens.folded[start]
    single = None
    for end in range(start + 1, min(len(tokens.folded), start + longest) + 1):
        # "hồng" is no "hong" (không): a real word typed with its diacritics is not read as a bare short form.
        bare = end > start + 1 or not is_word_with_diacritics(written, folded)
        pieces = tuple(tokens.folded[start:end]) if bare else ()
        entry = glossary.abbreviation(tuple(tokens.written[start:end]), pieces)
        if entry is None:
            continue
        single = entry if end == start + 1 else single
        for option in abbreviation_options(entry, context):
            ending[end].append(Edge(start, end, option, entry))
    return single


def _alternatives(
    model: FoldedModel, ending: list[list[Edge]], path: tuple[Edge, ...]
) -> dict[int, tuple[Alternative, ...]]:
    """For each place of the path that the glossary knows, all its readings and their probabilities."""
    found: dict[int, tuple[Alternative, ...]] = {}
    for position, chosen in enumerate(path):
        if chosen.entry is None:
            continue
        rivals = [edge.option for edge in ending[chosen.end] if edge.start == chosen.start]
        before = path[position - 1].option.last if position else -1
        after = path[position + 1].option.first if position + 1 < len(path) else -1
        scores = [model.fit(before, o.first) + o.score + model.fit(o.last, after) for o in rivals]
        top = max(scores)
        weights = [math.exp(score - top) for score in scores]
        ranked = sorted(zip(weights, rivals, strict=True), key=lambda item: -item[0])
        found[position] = tuple(Alternative(option, weight / sum(weights)) for weight, option in ranked)
    return found


__all__ = ["Alternative", "BestReading", "Edge", "Kind", "read"]
