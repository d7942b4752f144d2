"""The fixed sentences of replies.yaml, filled in."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from knowledge.yaml_loader import load_yaml

REPLIES_FILE = Path(__file__).with_name("replies.yaml")


@cache
def _read(path: Path) -> dict[str, dict[str, str]]:
    raw = load_yaml(path.read_text(encoding="utf-8"))
    return {group: {name: str(text) for name, text in texts.items()} for group, texts in raw.items()}


def reply(group: str, name: str, **values: str) -> str:
    """The sentence ``name`` of ``group`` with ``{…}`` filled in. Raises KeyError for an unknown one."""
    text = _read(REPLIES_FILE)[group][name]
    return text.format_map(values) if values else text


def day(date: str) -> str:
    """``YYYY-MM-DD`` as Vietnamese write it: ``dd/mm/yyyy``; a year or month alone likewise."""
    return "/".join(reversed(date.split("-")))


def day_without_zeros(date: str) -> str:
    """``2025-07-01`` as ``1/7/2025``, the way people say it."""
    return "/".join(part.lstrip("0") for part in reversed(date.split("-")))
