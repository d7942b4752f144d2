"""Every Vietnamese sentence the bot says, by key; and the phrases by which residents ask for a thing directly."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from knowledge.yaml_loader import load_yaml

TEXTS_FILE = Path(__file__).parent / "vi.yaml"
PHRASES_FILE = Path(__file__).parent / "phrases.yaml"


@cache
def texts() -> Mapping[str, str]:
    """All texts, keyed ``section.name``. Raises ValueError when the file is not two levels of texts."""
    loaded = load_yaml(TEXTS_FILE.read_text(encoding="utf-8"))
    flat: dict[str, str] = {}
    for section, entries in loaded.items():
        if not isinstance(entries, dict):
            raise ValueError(f"{TEXTS_FILE.name}: '{section}' must hold texts by name")
        for name, value in entries.items():
            if not isinstance(value, str):
                raise ValueError(f"{TEXTS_FILE.name}: '{section}.{name}' must be a text; put it in quotes")
            flat[f"{section}.{name}"] = value.strip()
    return flat


def text(key: str, **values: object) -> str:
    """The text with this key, its ``{names}`` replaced; values are inserted as they are.

    Raises KeyError for an unknown key or a value that the text names and the caller did not give.
    """
    return texts()[key].format_map(values)


@cache
def phrases() -> Mapping[str, tuple[str, ...]]:
    """What residents type to reach a thing directly, by the name of the thing; commands begin with ``/``."""
    loaded = load_yaml(PHRASES_FILE.read_text(encoding="utf-8"))
    return {name: tuple(str(phrase) for phrase in entries) for name, entries in loaded.items()}


def commands() -> tuple[tuple[str, str], ...]:
    """The commands of the menu of platforms that have one: name and what it does."""
    loaded = load_yaml((Path(__file__).parent / "commands.yaml").read_text(encoding="utf-8"))
    return tuple((str(name), str(meaning)) for name, meaning in loaded.items())
