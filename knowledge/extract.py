"""Cuts what is quoted down to what answers the question: whole sentences, lists with their items kept readable."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence

from knowledge.text import lexical_tokens

GAP = " … "
CUT = "…"
# Below this an item says nothing any more; a longer list is shown only in part, and says so.
SHORTEST_ITEM = 45
SHORTEST_CLAUSE = 80  # characters; less of a sentence is not worth showing
FIRST_SENTENCE_FAVOUR = 1.3
_GAPS = re.compile(rf"{CUT}(?: {CUT})+")
_SENTENCE_END = re.compile(r"(?<=[.!?…])\s+(?=[A-ZÀ-ỸĐ“\"(])")
_CLAUSE_END = re.compile(r"(?<=[;:])\s+")
_COMMA = re.compile(r"(?<=[,;:])\s+")
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
    shown = _quote_lines(lines, limit, meaning, evenly) if len(lines) > 1 else _quote_prose(lines[0], limit, meaning)
    return _GAPS.sub(CUT, shown)


def _quote_prose(text: str, limit: int, meaning: Mapping[str, float]) -> str:
    """The sentences that answer best, in their order; gaps are marked and what room is left is filled."""
    parts = sentences(text)
    if max(map(len, parts)) > limit:
        parts = [clause for part in parts for clause in _CLAUSE_END.split(part)]
    scores = [relevance(part, meaning) for part in parts]
    # The first sentence says what the rest is about: unless another answers clearly better, it is quoted.
    scores[0] *= FIRST_SENTENCE_FAVOUR
    order = sorted(range(len(parts)), key=lambda i: (-scores[i], i))
    shown: dict[int, str] = {}
    for place in order:
        if len(_joined({**shown, place: parts[place]}, len(parts))) <= limit:
            shown[place] = parts[place]
            continue
        room = limit - len(_joined({**shown, place: ""}, len(parts)))
        if room >= SHORTEST_CLAUSE:
            shown[place] = window(parts[place], room, meaning)
        break
    return _joined(shown, len(parts)) if shown else window(parts[order[0]], limit, meaning)


def window(text: str, limit: int, meaning: Mapping[str, float]) -> str:
    """The clauses of one long sentence that answer best: a run of them, with an ellipsis where it was cut."""
    if len(text) <= limit:
        return text
    clauses = _COMMA.split(text)
    scores = [relevance(clause, meaning) for clause in clauses]
    best: tuple[float, int, str] | None = None
    for first in range(len(clauses)):
        for last in range(len(clauses), first, -1):
            run = " ".join(clauses[first:last])
            run = (f"{CUT} " if first else "") + run + (CUT if last < len(clauses) else "")
            if len(run) <= limit:
                found = (sum(scores[first:last]), -first, run)
                best = found if best is None else max(best, found)
                break
    return best[2] if best and best[0] > 0 else shorten(text, limit)


def _joined(shown: Mapping[int, str], count: int) -> str:
    """The shown parts of a text of ``count`` parts in order, with an ellipsis wherever something is left out."""
    text = ""
    last = -1
    for place in sorted(shown):
        if place > last + 1:
            text = text.removesuffix(CUT).rstrip() + GAP if text else f"{CUT} "
        elif text:
            text += " "
        text += shown[place]
        last = place
    if last < count - 1 and not text.endswith(CUT):
        text += f" {CUT}" if text.endswith((".", "!", "?")) else CUT
    return text


def _quote_lines(lines: Sequence[str], limit: int, meaning: Mapping[str, float], evenly: bool) -> str:
    """All lines of a list; ``evenly`` shortens them alike, else those that answer worst are shortened first."""
    spare = limit - _length([shorten(line, SHORTEST_ITEM) for line in lines])
    if spare < 0:
        return _part_of_list(lines, limit, meaning)
    shown = _shortened_alike(lines, limit)
    if evenly:
        return "\n".join(_given_room(lines, shown, range(len(lines)), limit, lambda line, room: shorten(line, room)))
    best = max(range(len(lines)), key=lambda i: (relevance(lines[i], meaning), -i))
    if len(shown[best]) < len(lines[best]):
        room = min(len(lines[best]), len(shorten(lines[best], SHORTEST_ITEM)) + spare)
        answering = quote(lines[best], room, meaning)
        others = [line for place, line in enumerate(lines) if place != best]
        shown = _shortened_alike(others, limit - len(answering) - 1)
        shown.insert(best, answering)
    order = sorted(range(len(lines)), key=lambda i: -relevance(lines[i], meaning))
    return "\n".join(_given_room(lines, shown, order, limit, lambda line, room: quote(line, room, meaning)))


def _shortened_alike(lines: Sequence[str], limit: int) -> list[str]:
    """Every line cut to the same length, so long that together they keep to ``limit`` or are shortest."""
    shown = list(lines)
    size = max(map(len, shown))
    while _length(shown) > limit and size > SHORTEST_ITEM:
        size = max(SHORTEST_ITEM, size - 5)
        shown = [shorten(line, size) for line in lines]
    return shown


def _given_room(
    lines: Sequence[str], shown: list[str], order: Iterable[int], limit: int, cut: Callable[[str, int], str]
) -> list[str]:
    """What room is left goes to the lines in this order."""
    for place in order:
        room = limit - _length(shown) + len(shown[place])
        if room > len(shown[place]):
            shown[place] = cut(lines[place], room)
    return shown


def _length(lines: Sequence[str]) -> int:
    return sum(map(len, lines)) + len(lines) - 1


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
    if _length(shown) > limit:
        shown = [shorten(line, max(SHORTEST_ITEM, limit // len(shown) - 1)) for line in shown]
    return shorten("\n".join(shown), limit)


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
