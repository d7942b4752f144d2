"""Columns of an imported table: found by their headings, read cell by cell, problems told by row and column."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from bot.conversation.typed import plain
from knowledge.yaml_loader import load_yaml
from lessons.exchange_files import Row, read_table
from lessons.exchange_texts import ExchangeError

TEXTS_FILE = Path(__file__).with_name("vi.yaml")
ROW_LIMIT = 20_000  # the largest ward has some 400 groups, and no more assisted learners than a tenth of its 161,051
ENDINGS = (".xlsx", ".csv")
_NOT_DIGITS = re.compile(r"[^0-9]+")
UNREAD_TOLD = 5  # columns that are not read and are named


class TableRefusedError(ValueError):
    """The file as a whole is not taken; the message says why and what to do, in Vietnamese."""


class CellError(ValueError):
    """A cell is wrong; the message is a sentence in Vietnamese."""


@cache
def texts() -> dict[str, Any]:
    """All of vi.yaml."""
    loaded: dict[str, Any] = load_yaml(TEXTS_FILE.read_text(encoding="utf-8"))
    return loaded


def said(message: str, **values: object) -> str:
    """A message with its values."""
    written: str = texts()["messages"][message]
    return written.format(**values)


@dataclass(slots=True)
class Table:
    """A table as read: cells by the key of their column; what was wrong so far, in the order of the rows."""

    rows: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def read(kind: str, content: bytes, file_name: str) -> Table:
    """The table in a file; ``kind`` is ``groups`` or ``roster``. Raises TableRefusedError."""
    if not file_name.lower().endswith(ENDINGS):
        raise TableRefusedError(said("not_table"))
    try:
        rows = read_table(content, file_name, ROW_LIMIT)
    except ExchangeError as error:
        raise TableRefusedError(said("unreadable", reason=error.problem.message)) from error
    if not rows:
        raise TableRefusedError(said("no_rows"))
    if len(rows) > ROW_LIMIT:
        raise TableRefusedError(said("too_many", limit=ROW_LIMIT))
    columns = texts()[kind]["columns"]
    keys = _keys(columns, rows)
    table = Table(notes=[said("unread_column", column=name[:40]) for name in _unread(keys, rows)])
    for row in rows:
        wrong = [one for one in row.problems if one.column in keys]
        table.problems += [problem(row.place, one.column, one.message) for one in wrong]
        if not wrong:
            cells = {keys[heading]: _clean(cell) for heading, cell in row.cells.items() if heading in keys}
            if any(cells.values()):
                table.rows.append((_number(row), cells))
    return table


def problem(place: str | int, column: str, message: str) -> str:
    """One line of what is wrong where; ``place`` is a row's number or its name."""
    where = f"Dòng {place}" if isinstance(place, int) else place
    form: str = texts()["problem" if column else "problem_of_row"]
    return form.format(place=where, column=column, message=message)


def heading(kind: str, key: str) -> str:
    """The heading of a column."""
    named: str = texts()[kind]["columns"][key]["heading"]
    return named


def short_text(cells: Mapping[str, str], key: str, limit: int, required: bool = False) -> str:
    """A cell's text. Raises CellError."""
    value = cells.get(key, "")
    if required and not value:
        raise CellError(said("empty"))
    if len(value) > limit:
        raise CellError(said("too_long", limit=limit))
    if any(not letter.isprintable() for letter in value):
        raise CellError(said("strange"))
    return value


def whole_number(cells: Mapping[str, str], key: str, limit: int) -> int | None:
    """A cell's number, None when it is empty. Raises CellError."""
    value = cells.get(key, "")
    digits = value.replace(".", "").replace(",", "").replace(" ", "").replace("\u00a0", "")
    if not value:
        return None
    if not (digits.isascii() and digits.isdigit()):
        raise CellError(said("not_number", value=value[:20]))
    if len(digits) > 9 or int(digits) > limit:
        raise CellError(said("too_big", value=value[:20], limit=limit))
    return int(digits)


def one_of(cells: Mapping[str, str], key: str, choices: Mapping[str, Sequence[str]]) -> str | None:
    """The choice a cell means by one of its names (without marks); None for an empty or an unknown one."""
    value = plain(cells.get(key, ""))
    return next((choice for choice, names in choices.items() if value and value in names), None)


def _keys(columns: Mapping[str, Any], rows: Sequence[Row]) -> dict[str, str]:
    """The column's key by the heading as written. Raises TableRefusedError when a required one is missing."""
    found: dict[str, str] = {}
    for written in dict.fromkeys(name for row in rows[:1] for name in row.cells) | dict.fromkeys(
        one.column for row in rows[:1] for one in row.problems if one.column
    ):
        for key, column in columns.items():
            if key not in found.values() and plain(written) in {plain(column["heading"]), *column["also"]}:
                found[written] = key
                break
    for key, column in columns.items():
        if column.get("required") and key not in found.values():
            raise TableRefusedError(said("missing_column", column=column["heading"]))
    return found


def _unread(keys: Mapping[str, str], rows: Sequence[Row]) -> list[str]:
    return [name for name in rows[0].cells if name not in keys][:UNREAD_TOLD]


def _number(row: Row) -> int:
    return int(_NOT_DIGITS.sub("", row.place) or 0)


def _clean(cell: str) -> str:
    return " ".join(unicodedata.normalize("NFC", cell).split())
