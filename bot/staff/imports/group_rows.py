"""Rows of a table of residential groups, checked: what would be added, what changed, what is wrong."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from bot.conversation.typed import plain
from bot.staff.imports.columns import CellError, Table, heading, one_of, problem, said, short_text, texts, whole_number

NAME_LIMIT = 80
LEADER_LIMIT = 60
PEOPLE_LIMIT = 200_000  # the largest ward of Hải Phòng has 161,051 people in all
FIELDS = ("name", "kind", "population", "adults", "households", "leader")
NUMBERS = ("population", "adults", "households")


def check_groups(table: Table) -> list[list[Any]]:
    """The good rows in the order of FIELDS; None where a cell is empty. Problems are added to the table."""
    good: list[list[Any]] = []
    first: dict[str, int] = {}
    for number, cells in table.rows:
        row, wrong = _row(cells)
        key = same_name(row["name"] or "")
        if not wrong and key in first:
            wrong = [("name", said("twice", first=first[key]))]
        if wrong:
            table.problems += [problem(number, heading("groups", column), message) for column, message in wrong]
            continue
        first[key] = number
        good.append([row[name] for name in FIELDS])
    return good


def same_name(name: str) -> str:
    """What two ways of writing one group's name share: capitals and double spaces do not count, marks do."""
    return " ".join(name.casefold().split())


def _row(cells: Mapping[str, str]) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    row: dict[str, Any] = dict.fromkeys(FIELDS)
    wrong: list[tuple[str, str]] = []
    for name in FIELDS:
        try:
            row[name] = _cell(name, cells)
        except CellError as error:
            wrong.append((name, str(error)))
    people = row["population"]
    for name in ("adults", "households"):
        if not wrong and people is not None and (row[name] or 0) > people:
            wrong.append((name, said("more_than_people", people=people)))
    return row, wrong


def _cell(name: str, cells: Mapping[str, str]) -> Any:
    if name == "name":
        return short_text(cells, name, NAME_LIMIT, required=True)
    if name in NUMBERS:
        return whole_number(cells, name, PEOPLE_LIMIT)
    if name == "leader":
        return short_text(cells, name, LEADER_LIMIT) or None
    kind = one_of(cells, name, texts()["kinds"])
    if kind is None and cells.get(name):
        raise CellError(said("not_kind", value=cells[name][:20]))
    return kind


def kind_by_name(name: str) -> str:
    """The kind that a group's name begins with: "Thôn Đông" is a thôn; by default a tổ dân phố."""
    words = plain(name)
    kinds: Mapping[str, Iterable[str]] = texts()["kinds"]
    return next((kind for kind, names in kinds.items() if any(words.startswith(f"{one} ") for one in names)), "") or (
        "tổ dân phố"
    )
