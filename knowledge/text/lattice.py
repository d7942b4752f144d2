"""The likeliest reading of a question: every way to read each word, and the path whose neighbours fit best.

A noisy channel: the score of a path is the log probability of its syllables (how common, how well neighbours
fit) plus that of writing them as they stand (a slip, a dropped space, an abbreviation).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from operator import itemgetter
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


class _State(NamedTuple):
    """The best way to end with an edge: its score, the position of the edge before among those that end there.

    ``last`` is the last syllable's id, at hand because every edge that follows asks for it.
    """

    score: float
    edge: Edge
    previous: int
    last: int


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
    states: list[list[_State]] = [[] for _ in ending]
    for end in range(1, len(ending)):
        for edge in ending[end]:
            states[end].append(_best_state(model, states[edge.start], edge))
    path = _trace(states)
    return BestReading(path, _alternatives(model, ending, path))


def _best_state(model: FoldedModel, before: list[_State], edge: Edge) -> _State:
    if not before:
        return _State(edge.option.score, edge, -1, edge.option.last)
    option = edge.option
    scores = model.followed(before, option.first)
    best = max(scores)
    return _State(best + option.score, edge, scores.index(best), option.last)


def _trace(states: list[list[_State]]) -> tuple[Edge, ...]:
    end = len(states) - 1
    state = max(states[end], key=itemgetter(0))
    path = [state.edge]
    while state.edge.start > 0:
        state = states[state.edge.start][state.previous]
        path.append(state.edge)
    return tuple(reversed(path))


def _doubted(model: FoldedModel, ids: list[int]) -> list[bool]:
    """For each piece, whether it sits badly between its neighbours."""
    fits = [0.0, *(model.fit(left, right) for left, right in pairwise(ids)), 0.0]
    return [len(ids) > 1 and left < _DOUBTED_FIT and right < _DOUBTED_FIT for left, right in pairwise(fits)]


def _all_edges(model: FoldedModel, glossary: Glossary, tokens: Tokens) -> list[list[Edge]]:
    """Edges by where they end; each piece has at least the edge of what was written."""
    doubted = _doubted(model, [model.id(piece) for piece in tokens.folded])
    context = frozenset(tokens.folded) | frozenset(pairs(tokens.folded))
    vni = sum(decode_vni(written) is not None for written in tokens.written) > 1
    ending: list[list[Edge]] = [[] for _ in range(len(tokens.folded) + 1)]
    for start, (written, folded) in enumerate(zip(tokens.written, tokens.folded, strict=True)):
        if tokens.fixed[start]:
            ending[start + 1].append(Edge(start, start + 1, plain_option(written, folded)))
            continue
        entry = _add_abbreviations(ending, glossary, tokens, start, context)
        if entry is not None and not entry.word:
            ending[start + 1].append(Edge(start, start + 1, short_form_option(written, folded), entry))
            continue
        for option in word_options(written, folded, doubted[start], vni):
            ending[start + 1].append(Edge(start, start + 1, option, entry))
    return ending


def _add_abbreviations(
    ending: list[list[Edge]], glossary: Glossary, tokens: Tokens, start: int, context: frozenset[str]
) -> Abbreviation | None:
    """Adds the abbreviations that begin at ``start``; returns the one made of this piece alone, if any."""
    spans = glossary.abbreviation_spans
    written, folded = tokens.written[start], tokens.folded[start]
    longest = max(spans.get(written, 0), spans.get(folded, 0))
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
