"""One fact's lines in the text of facts.yaml, so that one can be changed and the rest stays as it is written."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

_START = re.compile(r"- id: *([a-z0-9-]+)\s*")


@lru_cache(maxsize=4)  # a page asks for each fact of one text; an edited text lies beside the delivered one
def fact_blocks(text: str) -> Mapping[str, str]:
    """The lines of each fact by its id, in the file's order; comments and empty lines between facts are nobody's."""
    found: dict[str, list[str]] = {}
    lines: list[str] | None = None
    for line in text.splitlines():
        start = _START.fullmatch(line)
        if start:
            lines = found.setdefault(start.group(1), [])
        elif not line.startswith("  "):
            lines = None
        if lines is not None:
            lines.append(line)
    return MappingProxyType({fact_id: "\n".join(block) + "\n" for fact_id, block in found.items()})


def with_fact(text: str, fact_id: str, block: str) -> str:
    """The text with other lines for one fact; a fact it does not have is put at the end."""
    old = fact_blocks(text).get(fact_id)
    if old is None:
        return f"{text.rstrip()}\n{block}"
    return text.replace(old, block, 1)
