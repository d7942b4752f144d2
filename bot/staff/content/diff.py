"""What changed between two texts, line by line."""

from __future__ import annotations

import difflib
from dataclasses import dataclass

AROUND = 2  # unchanged lines shown before and after a change


@dataclass(frozen=True, slots=True)
class Line:
    """``kind``: ``+`` (new), ``-`` (gone), a space (unchanged) or ``…`` (lines left out)."""

    kind: str
    text: str


def changes(before: str, after: str) -> list[Line]:
    """The changed lines with those around them; none when the texts are the same."""
    found: list[Line] = []
    for line in difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=AROUND):
        if line.startswith(("---", "+++")) and not found:
            continue
        found.append(Line("…", "") if line.startswith("@@") else Line(line[0], line[1:]))
    return found
