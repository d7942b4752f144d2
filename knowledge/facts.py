"""Facts: every fee, deadline, number, address and legal reference is kept once and named where it is used.

Guides and lessons write ``{{fact:some-id}}``; the loader puts the fact's wording there, so that a change of law
is one edit.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from knowledge.yaml_loader import compose_yaml, load_yaml
from knowledge.yaml_source import (
    MaterialError,
    Problem,
    YamlSource,
    YamlValue,
    read_material,
    text_field,
)

__all__ = [
    "FACT_MARK",
    "Fact",
    "Facts",
    "MaterialError",
    "Problem",
    "UnknownFactError",
    "compose_yaml",
    "load_facts",
    "load_yaml",
    "parse_facts",
]

FACT_MARK = re.compile(r"\{\{fact:([a-z0-9]+(?:-[a-z0-9]+)*)\}\}")
_IDENTIFIER = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_FULL_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_FIELDS = ("id", "value", "wording", "source", "checked_on")


@dataclass(frozen=True, slots=True)
class Fact:
    """One checked statement of fact.

    ``value`` is the bare figure for machines ("10000"), ``wording`` what residents read ("10.000 đồng"),
    ``source`` who says so and when, ``checked_on`` the day (YYYY-MM-DD) it was last compared with the source.
    """

    id: str
    value: str
    wording: str
    source: str
    checked_on: str
    line: int = 1


class UnknownFactError(KeyError):
    """A text names a fact that facts.yaml does not have."""

    def __init__(self, fact_id: str) -> None:
        self.fact_id = fact_id
        super().__init__(f"no fact '{fact_id}' in facts.yaml")


class Facts:
    """The facts by id."""

    def __init__(self, facts: Iterable[Fact]) -> None:
        self._by_id = {fact.id: fact for fact in facts}

    def __getitem__(self, fact_id: str) -> Fact:
        try:
            return self._by_id[fact_id]
        except KeyError:
            raise UnknownFactError(fact_id) from None

    def __contains__(self, fact_id: object) -> bool:
        return fact_id in self._by_id

    def __iter__(self) -> Iterator[Fact]:
        return iter(self._by_id.values())

    def __len__(self) -> int:
        return len(self._by_id)

    def fill(self, text: str) -> str:
        """``text`` with every ``{{fact:ID}}`` replaced by its wording. Raises UnknownFactError."""
        return FACT_MARK.sub(lambda mark: self[mark.group(1)].wording, text)

    def named_in(self, text: str) -> list[Fact]:
        """The facts a text names, in order of first use, each once. Raises UnknownFactError."""
        return [self[fact_id] for fact_id in dict.fromkeys(FACT_MARK.findall(text))]


def load_facts(path: Path) -> Facts:
    """Read facts.yaml. Raises MaterialError with every problem and its line."""
    return parse_facts(read_material(path, path.name), path.name)


def parse_facts(text: str, file: str) -> Facts:
    """Facts from their text; ``file`` is for messages. Raises MaterialError with every problem and its line."""
    source = YamlSource(text, file)
    if not isinstance(source.value, list):
        raise MaterialError([Problem(file, 1, "must be a list of facts (each begins with '- id:')")])
    facts: dict[str, Fact] = {}
    problems: list[Problem] = []
    for index, entry in enumerate(source.value):
        fact, wrong = _read_fact(source, index, entry)
        problems += wrong
        if fact is None:
            continue
        if fact.id in facts:
            first = facts[fact.id].line
            problems.append(source.problem(f"fact '{fact.id}' is already on line {first}", index))
        facts[fact.id] = fact
    if problems:
        raise MaterialError(problems)
    return Facts(facts.values())


def _read_fact(source: YamlSource, index: int, entry: YamlValue) -> tuple[Fact | None, list[Problem]]:
    if not isinstance(entry, dict):
        return None, [source.problem("a fact must have id, value, wording, source, checked_on", index)]
    problems = [source.problem(f"fact without '{name}'", index) for name in _FIELDS if not text_field(entry, name)]
    problems += [
        source.problem(f"unknown field '{name}' (allowed: {', '.join(_FIELDS)})", index, name)
        for name in entry
        if name not in _FIELDS
    ]
    if problems:
        return None, problems
    values = {name: text_field(entry, name) for name in _FIELDS}
    if not _IDENTIFIER.fullmatch(values["id"]):
        problems.append(source.problem(f"id '{values['id']}': use a-z, 0-9 and single hyphens", index, "id"))
    if not _is_day(values["checked_on"]):
        problems.append(source.problem("checked_on must be a day, YYYY-MM-DD", index, "checked_on"))
    return Fact(**values, line=source.line(index)), problems


def _is_day(text: str) -> bool:
    if not _FULL_DATE.fullmatch(text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
