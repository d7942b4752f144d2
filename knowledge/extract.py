"""Cuts what is quoted down to what answers the question: whole sentences, lists with their items kept readable."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from knowledge.text import lexical_tokens

GAP = " … "
CUT = "…"
# Below this an item says nothing any more; a longer list is shown only in part, and says so.
SHORTEST_ITEM = 45
_SENTENCE_END = re.compile(r"(?<=[.!?…])\s+(?=[A-ZÀ-ỸĐ“\"(])")
_CLAUSE_END = re.compile(r"(?<=[;:])\s+")
_ITEM = re.compile(r"^(?:[-+•]|\(?\d{1,2}[.)]|[a-zđ]\)|\d{1,2}(?:\.\d{1,2})+\.?)\s")


def sentences(text: str) -> list[str]:
    """The sentences of a text without line breaks, in order."""
    return [part for part in _SENTENCE_END.split(text) if part]


def relevance(text: str, meaning: Mapping[str, float]) -> float:
    """How much of a question's meaning a piece of text holds."""
    tokens = set(lexical_tokens(text))
    return sum(share for token, share in meaning.items() if token in tokens)


def quote(text: str, limit: int, meaning: Mapping[str, float], *, evenly: bool = False) -> str:
    """At most ``limit`` characters of a passage, the parts that answer the question first to be kept.

    ``evenly`` shortens the items of a list alike, for questions that ask for all of them.
    """
    text = text.strip()
    if len(text) <= limit:
        return text
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    if len(lines) > 1:
        return _quote_lines(lines, limit, meaning, evenly)
    return _quote_prose(lines[0], limit, meaning)


def _quote_prose(text: str, limit: int, meaning: Mapping[str, float]) -> str:
    """The sentences that answer best, in their order; gaps are marked."""
    parts = sentences(text)
    if max(map(len, parts)) > limit:
        parts = [clause for part in parts for clause in _CLAUSE_END.split(part)]
    order = sorted(range(len(parts)), key=lambda i: (-relevance(parts[i], meaning), i))
    kept: set[int] = set()
    for place in order:
        trial = _joined(parts, kept | {place})
        if len(trial) <= limit:
            kept.add(place)
        elif not kept:
            return shorten(parts[place], limit)
    return _joined(parts, kept)


def _joined(parts: Sequence[str], kept: set[int]) -> str:
    text = ""
    last = -1
    for place in sorted(kept):
        if text:
            text += " " if place == last + 1 else GAP
        elif place > 0:
            text = CUT + " "
        text += parts[place]
        last = place
    return text if last == len(parts) - 1 else text.rstrip(" ;:,") + (CUT if not text.endswith(".") else "")


def _quote_lines(lines: Sequence[str], limit: int, meaning: Mapping[str, float], evenly: bool) -> str:
    """All lines shortened alike; unless ``evenly``, the most relevant ones are then given their full length."""
    shown = list(lines)
    size = max(map(len, shown))
    while len("\n".join(shown)) > limit and size > SHORTEST_ITEM:
        size -= 5
        shown = [shorten(line, size) for line in lines]
    if len("\n".join(shown)) > limit:
        return _part_of_list(lines, limit, meaning)
    order = range(len(lines))
    if not evenly:
        order = sorted(order, key=lambda i: -relevance(lines[i], meaning))
    for place in order:
        longer = [*shown[:place], lines[place], *shown[place + 1 :]]
        if len("\n".join(longer)) <= limit:
            shown = longer
        elif place == order[0] and not evenly:
            room = limit - len("\n".join(shown)) + len(shown[place])
            shown[place] = _quote_prose(lines[place], room, meaning) if room > len(shown[place]) else shown[place]
    return "\n".join(shown)


def _part_of_list(lines: Sequence[str], limit: int, meaning: Mapping[str, float]) -> str:
    """The heading and the lines that answer best, in their order; left-out ones are marked."""
    order = sorted(range(1, len(lines)), key=lambda i: (-relevance(lines[i], meaning), i))
    kept = {0}
    room = limit - len(lines[0]) - 2
    for place in order:
        size = min(len(lines[place]), max(SHORTEST_ITEM, room // 2))
        if room - size - 3 < 0:
            continue
        kept.add(place)
        room -= size + 3
    shown: list[str] = []
    for place in sorted(kept):
        if shown and place - 1 not in kept:
            shown.append(CUT)
        shown.append(lines[place])
    if max(kept) < len(lines) - 1:
        shown.append(CUT)
    text = "\n".join(shown)
    return (
        text
        if len(text) <= limit
        else "\n".join(shorten(line, max(SHORTEST_ITEM, limit // len(shown) - 1)) for line in shown)[:limit]
    )


def shorten(text: str, limit: int) -> str:
    """A text cut at a clause or a space to at most ``limit`` characters, with an ellipsis."""
    if len(text) <= limit:
        return text
    head = text[: limit - 1]
    cut = max(head.rfind("; "), head.rfind(", "), head.rfind(": "))
    if cut < limit // 2:
        cut = head.rfind(" ")
    if cut <= 0:
        cut = len(head)
    return head[:cut].rstrip(" ,;:-–") + CUT


def best_sentence(text: str, limit: int, meaning: Mapping[str, float]) -> str:
    """The one sentence or line that answers best, cut to ``limit``: for comparisons."""
    parts = [part for line in text.split("\n") for part in sentences(line.strip())]
    best = max(range(len(parts)), key=lambda i: (relevance(parts[i], meaning), -i), default=0)
    return shorten(_ITEM.sub("", parts[best]) if parts else "", limit)
