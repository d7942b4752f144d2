"""Cutting a text into pieces that are read one at a time: for who finds a whole card too much."""

from __future__ import annotations

import re

PIECE_LIMIT = 120  # characters a piece of running text: three lines of a phone in very large type
_SENTENCE_END = re.compile(r"(?<=[.!?…])\s+(?=\w|[\"“(])")


def pieces(text: str) -> tuple[str, ...]:
    """The pieces of a text, in order: one line (a step) each, sentences up to PIECE_LIMIT together.

    A line that ends with a colon stays with the one it introduces. A sentence is never cut, however long. Joined
    with blanks the pieces are the text again.
    """
    found: list[str] = []
    lead = ""
    for line in text.splitlines():
        if not line.strip():
            continue
        line = f"{lead}\n{line.strip()}" if lead else line.strip()
        if line.endswith(":"):
            lead = line
            continue
        lead = ""
        found += _sentences_together(line)
    if lead:
        found.append(lead)
    return tuple(found)


def _sentences_together(line: str) -> list[str]:
    if len(line) <= PIECE_LIMIT:
        return [line]
    together: list[str] = []
    for sentence in _SENTENCE_END.split(line):
        if together and len(together[-1]) + 1 + len(sentence) <= PIECE_LIMIT:
            together[-1] = f"{together[-1]} {sentence}"
        else:
            together.append(sentence)
    return together
