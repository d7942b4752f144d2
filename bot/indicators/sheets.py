"""The indicator table as text: what the page, CSV and XLSX show, cell by cell from one place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal

import sqlalchemy
from sqlmodel import Session, select

from bot.indicators.definitions import COUNT, Definition
from bot.indicators.export import EMPTY, shown
from bot.indicators.spreadsheet import Cell, Sheet
from bot.indicators.standing import NO_GROUP, WHOLE_WARD
from bot.indicators.ward import LOOSE, TOTAL, Figure, GroupRow, IndicatorTable, value_of
from bot.store.sql import table_of
from bot.store.tables import DailyFigure, ResidentialGroup

HIDDEN = "ẩn"


def worded(figure: Figure, unit: str) -> str:
    """A figure's value as people read it: 56,7 or 1.234; ``ẩn`` when hidden, a dash when unknown."""
    if figure.hidden:
        return HIDDEN
    return worded_value(figure.value, unit)


def worded_value(value: Decimal | None, unit: str) -> str:
    """A value as people read it."""
    if value is None:
        return EMPTY
    return shown(int(value)) if unit == COUNT else shown(float(value))


def worded_parts(figure: Figure) -> str:
    """What it was made of: 12/340; empty for a count or when only the percent is known."""
    if figure.hidden or figure.numerator is None or not figure.denominator:
        return ""
    return f"{shown(figure.numerator)}/{shown(figure.denominator)}"


def known_figures(table: IndicatorTable, row: GroupRow) -> tuple[tuple[Definition, str], ...]:
    """What is known of a row, for a line each: the indicator and its value in words."""
    return tuple(
        (one.definition, _with_unit(figure, one.definition.unit))
        for one, figure in zip(table.indicators, row.figures, strict=True)
        if figure.value is not None
    )


def _with_unit(figure: Figure, unit: str) -> str:
    return worded(figure, unit) if unit == COUNT else f"{worded(figure, unit)} %"


def days_of(table: IndicatorTable) -> str:
    """The period in words."""
    last = f"{table.period.last:%d/%m/%Y}"
    if table.period.first is None:
        return f"Số liệu đến hết ngày {last}"
    return f"Số liệu từ ngày {table.period.first:%d/%m/%Y} đến hết ngày {last}"


def sheet_of(table: IndicatorTable) -> Sheet:
    """The table as a sheet: of each indicator numerator, denominator and value; its targets; the sums last."""
    columns = ["Tổ dân phố / thôn"]
    for one in table.indicators:
        sign = " (%)" if one.definition.unit != COUNT else ""
        if one.definition.unit != COUNT:
            columns += [f"{one.definition.code} – tử số", f"{one.definition.code} – mẫu số"]
        columns.append(f"{one.definition.code} – {one.definition.name}{sign}")
    rows = [_cells(table, row) for row in (*table.groups, table.total)]
    lines = (f"Chỉ tiêu theo tổ dân phố, thôn – {table.ward_name}", days_of(table))
    return Sheet("Chỉ tiêu", lines, tuple(columns), rows)


def _cells(table: IndicatorTable, row: GroupRow) -> list[Cell]:
    cells: list[Cell] = [row.name]
    for one, figure in zip(table.indicators, row.figures, strict=True):
        value: Cell = HIDDEN if figure.hidden else figure.value
        if one.definition.unit == COUNT:
            cells.append(int(value) if isinstance(value, Decimal) else value)
        else:
            cells += [figure.numerator, figure.denominator, value]
    return cells


HISTORY_COLUMNS = ("Ngày", "Tổ dân phố / thôn", "Mã", "Tử số", "Mẫu số", "Giá trị")


def history(
    session: Session, ward_code: str, ward_name: str, definitions: Sequence[Definition], first: date, last: date
) -> Sheet:
    """Every day on which a measured figure changed, by group: what an inspection can follow the table by.

    Sums from the beginning up to each day; figures whose denominator staff enter have none here.
    """
    daily = table_of(DailyFigure).c
    names = {row.id: row.name for row in session.exec(select(ResidentialGroup))}
    names |= {NO_GROUP: LOOSE, WHOLE_WARD: TOTAL}
    measured = {one.measure: one for one in definitions if one.measure is not None}
    found = session.connection().execute(
        sqlalchemy.select(daily.day, daily.group_id, daily.measure, daily.numerator, daily.denominator)
        .where(
            daily.ward_code == ward_code,
            daily.measure.in_(sorted(measured)),
            daily.course_id == "",
            daily.day.between(first, last),
        )
        .order_by(daily.day, daily.measure, daily.group_id)
    )

    def rows() -> Iterator[Sequence[Cell]]:
        for day, group, measure, numerator, denominator in found:
            one = measured[measure]
            bottom = denominator if one.unit != COUNT and one.base is None else None
            value: Cell = value_of(one.unit, numerator, bottom)
            yield day, names.get(group, "?"), one.code, numerator, bottom, int(value) if one.unit == COUNT else value  # type: ignore[arg-type]

    lines = (f"Số liệu từng ngày – {ward_name}", f"Từ ngày {first:%d/%m/%Y} đến hết ngày {last:%d/%m/%Y}")
    return Sheet("Số liệu từng ngày", lines, HISTORY_COLUMNS, rows(), bold_last=False)
