"""What residents agree to, each purpose by itself (Law 91/2025/QH15, article 9): nothing is agreed to by silence."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from bot.conversation.ports import PersonView
from knowledge.yaml_loader import load_yaml

CONSENTS_FILE = Path(__file__).parents[1] / "texts" / "consents.yaml"
LEARNING = "learning"  # keeping who learns and what was learnt: what makes somebody a person here
MESSAGES = "messages"  # broadcasts and reminders, which nobody asked for just then
BOARD = "board"  # being named where everybody sees it
CHILD = "<16"  # the age band of a child


@dataclass(frozen=True, slots=True)
class Purpose:
    """A purpose with the wording in use; ``version`` is the day it was written, ``versions`` every wording by day."""

    id: str
    title: str
    version: str
    text: str
    versions: dict[str, str]


@cache
def purposes() -> dict[str, Purpose]:
    """Every purpose by its id. Raises KeyError when the file lacks a part."""
    loaded = load_yaml(CONSENTS_FILE.read_text(encoding="utf-8"))
    found = {}
    for name, entry in loaded.items():
        versions = {str(day): str(wording).strip() for day, wording in entry["versions"].items()}
        version = max(versions)
        found[name] = Purpose(name, entry["title"], version, versions[version], versions)
    return found


def offered(person: PersonView) -> tuple[Purpose, ...]:
    """What this person may agree to: a child to learning alone, never to a public board."""
    known = purposes()
    return (known[LEARNING],) if person.age_band == CHILD else tuple(known.values())
