"""Writes a table as CSV or XLSX, of any length; text that a spreadsheet would run is made harmless."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from bot.indicators.export import safe, shown

Cell = str | int | Decimal | date | None
FIRST_WIDTH, NARROWEST, WIDEST = 30, 12, 34  # of columns, in characters


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table: lines above it, headings, rows; ``bold_last`` when the last row holds sums."""

    name: str
    lines: tuple[str, ...]
    columns: tuple[str, ...]
    rows: Iterable[Sequence[Cell]]
    bold_last: bool = True


def text_of(cell: Cell) -> str:
    """A cell as people read it in Vietnam: 31/12/2026, 1.234,5."""
    if isinstance(cell, date):
        return f"{cell:%d/%m/%Y}"
    return shown(float(cell)) if isinstance(cell, Decimal) else shown(cell)


def as_csv(sheet: Sheet) -> bytes:
    """UTF-8 with the mark by which Excel knows it; every cell as on the page."""
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow([safe(one) for one in sheet.columns])
    writer.writerows([safe(text_of(cell)) for cell in row] for row in sheet.rows)
    return out.getvalue().encode("utf-8-sig")


def as_xlsx(sheet: Sheet) -> bytes:
    """Numbers are numbers, dates are dates; written row by row, so that a long table needs little memory."""
    from openpyxl import Workbook  # loaded when a file is asked for: it would take memory from every ward PC
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    book = Workbook(write_only=True)
    page = book.create_sheet(sheet.name)
    for number, name in enumerate(sheet.columns, 1):
        width = FIRST_WIDTH if number == 1 else max(NARROWEST, min(WIDEST, len(name) * 0.7))
        page.column_dimensions[get_column_letter(number)].width = width
    page.freeze_panes = f"B{len(sheet.lines) + 3}"
    bold = Font(bold=True)
    for line in sheet.lines:
        page.append([_cell(page, line, bold)])
    page.append([])
    headings = [_cell(page, name, bold) for name in sheet.columns]
    for one in headings:
        one.alignment = Alignment(wrap_text=True, vertical="center", horizontal="center")
    page.append(headings)
    for row, last in _with_last(sheet.rows):
        page.append([_cell(page, value, bold if last and sheet.bold_last else None) for value in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _cell(page: Any, value: Cell, font: Any = None) -> Any:
    """A cell, dressed only where it must be: a bare value is written faster."""
    from openpyxl.cell import WriteOnlyCell

    if isinstance(value, str):
        value = safe(value)
    form = _number_format(value)
    if font is None and form is None:
        return value
    made: Any = WriteOnlyCell(page, value)  # type: ignore[arg-type]  # the stubs know neither Decimal nor date
    if font is not None:
        made.font = font
    if form is not None:
        made.number_format = form
    return made


def _number_format(value: Cell) -> str | None:
    if isinstance(value, Decimal):
        return "#,##0.0"
    if isinstance(value, date):
        return "dd/mm/yyyy"
    return "#,##0" if isinstance(value, int) and value >= 1000 else None


def _with_last(rows: Iterable[Sequence[Cell]]) -> Iterator[tuple[Sequence[Cell], bool]]:
    waiting: Sequence[Cell] | None = None
    for row in rows:
        if waiting is not None:
            yield waiting, False
        waiting = row
    if waiting is not None:
        yield waiting, True
