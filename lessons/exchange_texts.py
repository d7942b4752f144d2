"""The Vietnamese that staff read when exchanging questions, and the problems told in it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from knowledge.facts import load_yaml

TEXTS_FILE = Path(__file__).with_name("exchange_texts.yaml")
OPTION_COLUMNS = ("a", "b", "c", "d", "e")
REQUIRED_COLUMNS = ("kind", "difficulty", "text", "a", "b", "correct", "why")


@cache
def texts() -> dict[str, Any]:
    """All of exchange_texts.yaml."""
    loaded: dict[str, Any] = load_yaml(TEXTS_FILE.read_text(encoding="utf-8"))
    return loaded


def columns() -> dict[str, str]:
    """The headings by the name of the field, in the order of the template."""
    headings: dict[str, str] = texts()["columns"]
    return headings


@dataclass(frozen=True, slots=True)
class ExchangeProblem:
    """What is wrong where: ``place`` is a row, a table of a Word file or the file; ``column`` a heading or empty."""

    place: str
    column: str
    message: str

    def __str__(self) -> str:
        form: str = texts()["problem" if self.column else "problem_of_row"]
        said = form.format(place=self.place, column=self.column, message=self.message)
        return said


class ExchangeError(Exception):
    """The file cannot be read at all; ``problem`` says why."""

    def __init__(self, message: str, **values: object) -> None:
        self.problem = ExchangeProblem(texts()["file"], "", said(message, **values))
        super().__init__(str(self.problem))


def said(message: str, **values: object) -> str:
    """A message with its values."""
    written: str = texts()["messages"][message]
    return written.format(**values)
