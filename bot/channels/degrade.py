"""Fitting a Reply to what a channel can show: long texts in parts, sources as lines, buttons as numbered lines."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from bot.channels.message import Button, CitationNote, Reply
from knowledge.yaml_loader import load_yaml

WORDING_FILE = Path(__file__).with_name("wording.yaml")
# Where a long text may be cut, best first: between paragraphs, lines, sentences, clauses, words.
BREAKS = tuple(re.compile(pattern) for pattern in (r"\n\s*\n", r"\n", r"(?<=[^\d][.!?…:])\s+", r"(?<=[,;])\s+", r"\s+"))
# A part shorter than this share of the limit reads worse than one cut at the next weaker break.
SHORTEST_PART = 0.5
# These hang on the letter before them: a cut there would change what is read (combining marks, ZWJ, variation).
JOINERS = frozenset({"\u200d", "\ufe0e", "\ufe0f"})


@cache
def wording() -> dict[str, Any]:
    """The texts that channels add, from wording.yaml."""
    loaded: dict[str, Any] = load_yaml(WORDING_FILE.read_text(encoding="utf-8"))
    return loaded


def units(text: str) -> int:
    """Length in UTF-16 code units: no platform counts a text longer than this."""
    return len(text) + sum(letter > "\uffff" for letter in text)


def split_text(text: str, limit: int) -> list[str]:
    """``text`` in parts of at most ``limit`` UTF-16 units, cut at the best place; nothing but blanks is lost.

    An empty or blank text gives no part.
    """
    parts: list[str] = []
    rest = text.strip()
    while units(rest) > limit:
        cut = _cut(rest, limit)
        parts.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return [*parts, rest] if rest else parts


def _cut(text: str, limit: int) -> int:
    window = _prefix(text, limit)
    shortest = int(len(window) * SHORTEST_PART)
    # One letter more, so that a break exactly at the limit counts.
    for pattern in BREAKS:
        places = [found.start() for found in pattern.finditer(text[: len(window) + 1])]
        if places and places[-1] >= max(shortest, 1):
            return places[-1]
    return _letter_boundary(text, len(window))


def _prefix(text: str, limit: int) -> str:
    """The longest beginning of ``text`` of at most ``limit`` units."""
    window = text[:limit]
    while units(window) > limit:
        window = window[: len(window) - max(1, (units(window) - limit) // 2)]
    return window


def _letter_boundary(text: str, cut: int) -> int:
    """``cut`` moved back so that a letter keeps its marks; as it was when the text is nothing but marks."""
    place = cut
    while place > 1 and (unicodedata.combining(text[place]) or text[place] in JOINERS or text[place - 1] in JOINERS):
        place -= 1
    return place if place > 1 else cut


def with_sources(text: str, citations: Sequence[CitationNote]) -> str:
    """The text with one short line a source below it, each source once."""
    lines = list(dict.fromkeys(_source_line(citation) for citation in citations))
    return "\n".join([text, "", wording()["sources"], *lines]).strip() if lines else text


def _source_line(citation: CitationNote) -> str:
    words = wording()
    line: str = words["source_section" if citation.section else "source"].format(
        title=citation.title, section=citation.section
    )
    return line + words["source_note"].format(note=citation.note) if citation.note else line


def with_links(text: str, links: Sequence[tuple[str, str]]) -> str:
    """The text with (label, address) of files that cannot be sent themselves, a line each."""
    lines = [str(wording()["file_link"]).format(label=label, address=address) for label, address in links]
    return "\n".join([text, "", *lines]).strip() if lines else text


def with_menu(text: str, buttons: Sequence[Button]) -> str:
    """The text with its buttons as numbered lines and how to choose, for a channel without buttons."""
    if not buttons:
        return text
    words = wording()
    letters = [button.label for button in buttons if _stands_in(button.label, text)]
    lines = [
        words["menu_line"].format(number=number, label=button.label)
        for number, button in enumerate(buttons, start=1)
        if button.label not in letters
    ]
    if any(len(label) > 1 for label in letters):  # marks of what is chosen so far
        lines.insert(0, "   ".join(letters))
    hint = words["menu_hint_letters" if letters else "menu_hint"]
    return "\n".join([text, "", *lines, *([""] if lines else []), hint]).strip()


def _stands_in(label: str, text: str) -> bool:
    """Whether a label is a letter, perhaps marked, of an option that the text already lists."""
    letter = label[-1:]
    return re.fullmatch(r"(?:\W )?[A-H]", label) is not None and f"\n{letter}. " in text


def as_plain_text(reply: Reply) -> str:
    """All of a reply that can be said in text alone."""
    return with_menu(with_sources(reply.text, reply.citations), reply.buttons)


def plain(text: str) -> str:
    """Lower case without diacritics, full-width forms or doubled blanks: what two typed texts are compared by."""
    folded = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(letter for letter in folded if not unicodedata.combining(letter)).replace("đ", "d")
    return " ".join(bare.split())


def chosen(text: str, buttons: Sequence[Button]) -> Button | None:
    """The button meant by a typed ``1``, ``1.``, ``(1)``, ``số 1``, ``１``, the label or its letter; else None.

    A label's letter is the ``A`` of "A. Có", as quiz options are written.
    """
    if unicodedata.normalize("NFC", text.casefold()).strip(" .!") in wording()["menu_stop_words"]:
        return None
    typed = plain(text)
    same = {button.payload: button for button in buttons if typed and typed == plain(button.label)}
    if len(same) > 1:
        # "cam giang" is both Cẩm Giang and Cẩm Giàng: marks tell them apart, or the conversation asks.
        exact = " ".join(unicodedata.normalize("NFC", text.casefold()).split())
        same = {key: button for key, button in same.items() if button.label.casefold() == exact}
    if len(same) == 1:
        return next(iter(same.values()))
    for button in buttons:
        if re.fullmatch(r"[a-z][.)]?", typed) and plain(button.label).startswith(f"{typed[0]}. "):
            return button
    words = "|".join(re.escape(word) for word in wording()["menu_number_words"])
    found = re.fullmatch(rf"(?:(?:{words})\s*)*[(\[]?\s*(\d{{1,3}})\s*[.)\],:]*", typed, re.ASCII)
    if found is None:
        return None
    number = int(found.group(1))
    return buttons[number - 1] if 1 <= number <= len(buttons) else None
