"""Rows of a table of figures that staff enter, checked as the form checks one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from bot.indicators.choosing import Given, RefusedError, check_figure, number_of
from bot.indicators.definitions import Definition
from bot.staff.context import staff_texts
from bot.staff.imports.columns import CellError, Table, heading, problem, said, short_text
from bot.staff.imports.group_rows import same_name

SOURCE_LIMIT, NAME_LIMIT = 300, 80
# Spreadsheets give a date as people write it or as the standard does.
_DAY = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")
_STANDARD_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[T ]00:00(?::00)?)?")
# The cell that a refusal is about.
_CELLS = {
    "figure_not_entered": "code",
    "figure_day_wrong": "day",
    "figure_percent_wrong": "percent",
    "figure_both": "percent",
    "figure_denominator_missing": "denominator",
}


def check_figures(
    table: Table, definitions: Mapping[str, Definition], groups: Mapping[str, int], today: date
) -> list[list[Any]]:
    """Good rows, ready for JSON: code, group or None, day, numerator, denominator, percent, source.

    ``definitions`` are the ward's indicators by code, ``groups`` its groups by name. Problems are added to the table.
    """
    good: list[list[Any]] = []
    names = {same_name(name): number for name, number in groups.items()}
    first: dict[tuple[str, int | None, str], int] = {}
    by_code = {code.casefold(): one for code, one in definitions.items()}
    for number, cells in table.rows:
        try:
            given = _given(cells, by_code, names)
            check_figure(by_code.get(given.code.casefold()), given, today)
        except _WrongCellError as wrong:
            table.problems.append(problem(number, heading("figures", wrong.column), str(wrong)))
            continue
        except RefusedError as refused:
            column = heading("figures", _CELLS.get(str(refused), "numerator"))
            table.problems.append(problem(number, column, staff_texts()[str(refused)]))
            continue
        key = (given.code, given.group_id, given.day.isoformat())
        if key in first:
            table.problems.append(problem(number, heading("figures", "code"), said("twice", first=first[key])))
            continue
        first[key] = number
        percent = None if given.percent is None else str(given.percent)
        good.append([given.code, given.group_id, key[2], given.numerator, given.denominator, percent, given.source])
    return good


class _WrongCellError(CellError):
    def __init__(self, column: str, message: str) -> None:
        super().__init__(message)
        self.column = column


def _given(cells: Mapping[str, str], by_code: Mapping[str, Definition], names: Mapping[str, int]) -> Given:
    definition = by_code.get(cells.get("code", "").casefold())
    if definition is None:
        raise _WrongCellError("code", said("no_indicator", value=cells.get("code", "")[:20]))
    group = names.get(same_name(cells.get("group", "")))
    if cells.get("group") and group is None:
        raise _WrongCellError("group", said("no_group", value=cells["group"][:NAME_LIMIT]))
    try:
        source = short_text(cells, "source", SOURCE_LIMIT, required=True)
    except CellError as error:
        raise _WrongCellError("source", str(error)) from error
    numbers = []
    for name in ("numerator", "denominator", "percent"):
        try:
            numbers.append(number_of(cells.get(name, "")))
        except RefusedError as error:
            raise _WrongCellError(name, staff_texts()[str(error)]) from error
    top, bottom, percent = numbers
    for name, number in (("numerator", top), ("denominator", bottom)):
        if number is not None and number != int(number):
            raise _WrongCellError(name, said("not_number", value=cells[name][:20]))
    whole = [None if one is None else int(one) for one in (top, bottom)]
    return Given(definition.code, group, _day(cells.get("day", "")), whole[0], whole[1], percent, source)


def _day(written: str) -> date:
    short, standard = _DAY.fullmatch(written), _STANDARD_DAY.fullmatch(written)
    try:
        if short:
            return date(int(short[3]), int(short[2]), int(short[1]))
        if standard:
            return date(int(standard[1]), int(standard[2]), int(standard[3]))
    except ValueError:
        pass
    raise _WrongCellError("day", said("not_day", value=written[:20]))
