"""Rows of a list of assisted learners, checked against the ward's groups and against each other."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

from bot.conversation.typed import plain
from bot.staff.imports.columns import CellError, Table, heading, one_of, problem, said, short_text, texts
from bot.staff.imports.group_rows import same_name

CALLED_LIMIT = 40  # characters of a name to be called by: one line on a phone
_LONG_NUMBER = re.compile(r"\d(?:[ .-]?\d){5,}")  # a phone has ten digits, an identity paper nine or twelve


def age_bands() -> dict[str, str]:
    """The age bands by their code, as people read them."""
    return {code: band["label"] for code, band in texts()["age_bands"].items()}


def check_roster(table: Table, groups: Mapping[str, int]) -> list[list[Any]]:
    """Good rows: name to be called by, number of the group, age band or None. Problems are added to the table.

    ``groups`` are the ward's groups by name.
    """
    good: list[list[Any]] = []
    first: dict[tuple[int, str], int] = {}
    exact, loose = _names(groups)
    for number, cells in table.rows:
        wrong: list[tuple[str, str]] = []
        row: dict[str, Any] = {}
        for name in ("called", "group", "age_band"):
            try:
                row[name] = _group(cells, exact, loose) if name == "group" else _cell(name, cells)
            except CellError as error:
                wrong.append((name, str(error)))
        if not wrong:
            key = (row["group"], same_name(row["called"]))
            if key in first:
                wrong.append(("called", said("twice", first=first[key])))
            first.setdefault(key, number)
        if wrong:
            table.problems += [problem(number, heading("roster", column), message) for column, message in wrong]
        else:
            good.append([row["called"], row["group"], row["age_band"]])
    return good


def _cell(name: str, cells: Mapping[str, str]) -> str | None:
    if name == "called":
        called = short_text(cells, name, CALLED_LIMIT, required=True)
        if _LONG_NUMBER.search(called):
            raise CellError(said("number_in_name"))
        return called
    band = _band_of_age(cells.get(name, "")) or one_of(cells, name, _band_names())
    if band is None and cells.get(name):
        raise CellError(said("not_age", value=cells[name][:20], allowed=", ".join(age_bands().values())))
    return band


def _band_names() -> dict[str, list[str]]:
    return {code: [plain(band["label"]), *map(str, band["also"])] for code, band in texts()["age_bands"].items()}


def _band_of_age(written: str) -> str | None:
    if not (written.isascii() and written.isdigit() and len(written) <= 3):
        return None
    bands = texts()["age_bands"].items()
    return next((code for code, band in bands if band["youngest"] <= int(written) <= band["oldest"]), None)


def _names(groups: Mapping[str, int]) -> tuple[dict[str, int], dict[str, int]]:
    """Groups by their name, and by their name without marks where only one has it so."""
    exact = {same_name(name): number for name, number in groups.items()}
    bare = {name: plain(name) for name in groups}
    counts = Counter(bare.values())
    return exact, {bare[name]: number for name, number in groups.items() if counts[bare[name]] == 1}


def _group(cells: Mapping[str, str], exact: Mapping[str, int], loose: Mapping[str, int]) -> int:
    written = short_text(cells, "group", 80, required=True)
    found = exact.get(same_name(written)) or loose.get(plain(written))
    if found is None:
        raise CellError(said("no_group", value=written))
    return found
