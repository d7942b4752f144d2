"""Messages that are not questions over the documents: small talk, distress, and requests to the assistant itself."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from knowledge.answer_types import Action
from knowledge.text import normalise
from knowledge.topics import plain_text
from knowledge.yaml_loader import load_yaml

INTENTS_FILE = Path(__file__).with_name("intents.yaml")
LONGEST_MESSAGE = 300  # characters; a longer message is a question or a page, never a command


@dataclass(frozen=True, slots=True)
class _Intent:
    action: Action
    whole: re.Pattern[str] | None
    within: re.Pattern[str] | None
    written: re.Pattern[str] | None
    but_not: re.Pattern[str] | None

    def matches(self, plain: str, bare: str, written: str) -> bool:
        asked = (
            (self.whole and (self.whole.fullmatch(bare) or self.whole.fullmatch(plain)))
            or (self.within and self.within.search(plain))
            or (self.written and self.written.search(written))
        )
        return bool(asked) and not (self.but_not and (self.but_not.search(plain) or self.but_not.search(written)))


@dataclass(frozen=True, slots=True)
class Intents:
    """The intents in order, and the courtesies that may stand around a request."""

    intents: tuple[_Intent, ...]
    courtesies: re.Pattern[str]

    def action(self, message: str) -> Action | None:
        """What a message asks of the assistant itself; None for a question. Never raises."""
        if len(message) > LONGEST_MESSAGE:
            return None
        written = " ".join(normalise(message).lower().split())
        plain = f"/{plain_text(message)}" if written.startswith("/") else plain_text(message)
        bare = plain
        while (shorter := self.courtesies.sub("", bare).strip()) != bare and shorter:
            bare = shorter
        for intent in self.intents:
            if intent.matches(plain, bare, written):
                return intent.action
        return None


@cache
def load_intents(path: Path = INTENTS_FILE) -> Intents:
    """Reads intents.yaml; raises ValueError naming the intent that is wrong."""
    raw = load_yaml(path.read_text(encoding="utf-8"))
    before = "|".join(map(re.escape, raw["courtesies"]["before"]))
    after = "|".join(map(re.escape, raw["courtesies"]["after"]))
    return Intents(
        intents=tuple(_intent(path, entry) for entry in raw["intents"]),
        courtesies=re.compile(rf"^(?:{before})\s+|\s+(?:{after})$"),
    )


def _intent(path: Path, entry: Mapping[str, object]) -> _Intent:
    def pattern(name: str) -> re.Pattern[str] | None:
        parts = entry.get(name)
        if parts is None:
            return None
        if not isinstance(parts, Sequence) or isinstance(parts, str):
            raise ValueError(f"{path}: {entry.get('action')}: {name} must be a list of patterns")
        return re.compile("|".join(f"(?:{part})" for part in parts))

    return _Intent(
        Action(str(entry["action"])), pattern("whole"), pattern("within"), pattern("written"), pattern("not")
    )
