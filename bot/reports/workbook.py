"""The report as XLSX: the tables of the document with numbers as numbers, and charts that Excel itself draws."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

from bot.indicators.export import safe
from bot.reports.document import Frozen
from bot.reports.snapshot import IndicatorFigures, PlaceFigure, Snapshot
from bot.reports.tables import notes
from bot.reports.words import word
from lessons.progress import local_day

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

Cell = str | int | float | None
FORMATS = {"percent": '#,##0.0"%"', "count": "#,##0"}
HEADING_ROW = 3
HEADING_HEIGHT = 62  # points: four lines of an indicator's name
PAPER_A4 = 9  # its number in the file format
CHART_WIDTH = 26.0  # cm: fills a laptop's screen
CHART_HEIGHT = 8.5
ROWS_A_CHART = 19  # rows of a sheet that CHART_HEIGHT covers, and one to breathe
# Told apart by colour-blind readers, on paper too (Okabe and Ito).
BAR_COLOUR, TARGET_COLOUR = "0072B2", "D55E00"


def xlsx(snapshot: Snapshot, title: str, frozen: Frozen | None) -> bytes:
    """The workbook: the ward, its groups, the charts, what each indicator means."""
    from openpyxl import Workbook  # loaded when a file is asked for: it would take memory from every ward PC

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    _summary(sheet, snapshot, title)
    columns = _by_group(book.create_sheet(word("sheet_groups")), snapshot, title)
    _charts(book, snapshot, columns)
    _meanings(book.create_sheet(word("sheet_meanings")), snapshot, frozen)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _summary(sheet: Worksheet, snapshot: Snapshot, title: str) -> None:
    sheet.title = word("sheet_summary")
    keys = ("number", "indicator", "numerator", "denominator", "result", "target")
    _begin(sheet, title, [word(f"column_{key}") for key in keys], (6, 60, 14, 14, 14, 14))
    for place, one in enumerate(snapshot.indicators, 1):
        row = HEADING_ROW + place
        values: tuple[Cell, ...] = (
            place,
            f"{one.code}. {one.name}",
            one.total.numerator,
            one.total.denominator if one.unit == "percent" else None,
            _value(one.total),
            None if one.target is None else float(one.target),
        )
        for column, value in enumerate(values, 1):
            _put(sheet, row, column, value, one.unit if column > 4 else "count")


def _by_group(sheet: Worksheet, snapshot: Snapshot, title: str) -> dict[str, tuple[int, int | None]]:
    """A row a group; where each indicator's figures stand, and its target beside them."""
    headings, columns = [word("column_group")], {}
    counted = [one for one in snapshot.indicators if one.groups]
    for one in counted:
        headings.append(f"{one.code}. {one.name}")
        place = len(headings)
        if one.target is not None:
            headings.append(f"{word('column_target')} {one.code}")
        columns[one.code] = (place, len(headings) if one.target is not None else None)
    _begin(sheet, title, headings, [34, *[18] * (len(headings) - 1)])
    lines = {key: line for line, key in enumerate(_places(counted), HEADING_ROW + 1)}
    for (_, name), line in lines.items():
        _put(sheet, line, 1, name, "count")
    for one in counted:
        for found in one.groups:
            _figure(sheet, lines[found.group_id, found.name], columns[one.code], one, found)
        _figure(sheet, HEADING_ROW + len(lines) + 1, columns[one.code], one, one.total)
    if counted:
        _put(sheet, HEADING_ROW + len(lines) + 1, 1, counted[0].total.name, "count")
        _embolden(sheet, HEADING_ROW + len(lines) + 1)
    return columns


def _places(indicators: Sequence[IndicatorFigures]) -> list[tuple[int | None, str]]:
    """Every group that has a figure, once."""
    return list(dict.fromkeys((place.group_id, place.name) for one in indicators for place in one.groups))


def _embolden(sheet: Worksheet, line: int) -> None:
    from openpyxl.styles import Font

    for cell in sheet[line]:
        cell.font = Font(bold=True)


def _figure(
    sheet: Worksheet, line: int, columns: tuple[int, int | None], one: IndicatorFigures, place: PlaceFigure
) -> None:
    _put(sheet, line, columns[0], word("hidden") if place.hidden else _value(place), one.unit)
    if columns[1] is not None and one.target is not None:
        _put(sheet, line, columns[1], float(one.target), one.unit)


def _charts(book: Workbook, snapshot: Snapshot, columns: dict[str, tuple[int, int | None]]) -> None:
    """A bar a group against the target, one chart an indicator."""
    from openpyxl.chart import BarChart, LineChart, Reference

    data, sheet = book[word("sheet_groups")], book.create_sheet(word("sheet_charts"))
    _fit_to_width(sheet)
    named = {one.code: one for one in snapshot.indicators}
    for number, (code, (column, target)) in enumerate(columns.items()):
        count = len(_places([one for one in snapshot.indicators if one.groups]))
        names = Reference(data, min_col=1, min_row=HEADING_ROW + 1, max_row=HEADING_ROW + count)
        chart = BarChart()
        chart.title = f"{code}. {named[code].name}"
        chart.width, chart.height, chart.gapWidth = CHART_WIDTH, CHART_HEIGHT, 60  # type: ignore[assignment]  # cm
        chart.add_data(_series(data, column, count), titles_from_data=True)
        chart.set_categories(names)
        chart.series[0].graphicalProperties.solidFill = BAR_COLOUR
        chart.y_axis.number_format, chart.y_axis.scaling.min = FORMATS[named[code].unit], 0
        chart.x_axis.delete = chart.y_axis.delete = False  # newer Excel hides axes that are not said to be there
        if target is None:
            chart.legend = None
        else:
            line = LineChart()
            line.add_data(_series(data, target, count), titles_from_data=True)
            line.series[0].graphicalProperties.line.solidFill = TARGET_COLOUR
            chart.legend.position = "b"
            chart += line
        sheet.add_chart(chart, f"A{1 + number * ROWS_A_CHART}")


def _series(data: Worksheet, column: int, count: int) -> object:
    from openpyxl.chart import Reference

    return Reference(data, min_col=column, min_row=HEADING_ROW, max_row=HEADING_ROW + count)


def _meanings(sheet: Worksheet, snapshot: Snapshot, frozen: Frozen | None) -> None:
    keys = ("code", "indicator", "version", "numerator", "denominator", "source")
    _begin(sheet, word("sheet_meanings"), [word(f"column_{key}") for key in keys], (8, 44, 11, 44, 44, 60))
    line = HEADING_ROW
    for line, one in enumerate(snapshot.indicators, HEADING_ROW + 1):
        values: tuple[Cell, ...] = (one.code, one.name, one.version, one.numerator, one.denominator, one.source)
        for column, value in enumerate(values, 1):
            _put(sheet, line, column, value, "count")
    said = notes(snapshot)
    if frozen is None:
        said.append(word("draft"))
    else:
        versions = ", ".join(f"{one.code} v{one.version}" for one in snapshot.indicators)
        day = f"{local_day(frozen.at):%d/%m/%Y}"
        said.append(word("frozen_note", day=day, versions=versions, digest=frozen.digest))
    for place, text in enumerate(said, line + 2):
        sheet.cell(place, 1, safe(text))


def _begin(sheet: Worksheet, title: str, headings: Sequence[str], widths: Sequence[float]) -> None:
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    sheet.cell(1, 1, safe(title)).font = Font(bold=True, size=14)
    for column, (heading, width) in enumerate(zip(headings, widths, strict=True), 1):
        cell = sheet.cell(HEADING_ROW, column, safe(heading))
        cell.font = Font(bold=True)
        cell.alignment = Alignment(wrap_text=True, horizontal="center", vertical="center")
        sheet.column_dimensions[get_column_letter(column)].width = width
    sheet.row_dimensions[HEADING_ROW].height = HEADING_HEIGHT
    sheet.freeze_panes = f"B{HEADING_ROW + 1}"
    _fit_to_width(sheet)


def _fit_to_width(sheet: Worksheet) -> None:
    """On paper: lying, as wide as the page, as long as it is."""
    from openpyxl.worksheet.properties import PageSetupProperties

    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", PAPER_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)


def _put(sheet: Worksheet, row: int, column: int, value: Cell, unit: str) -> None:
    cell = sheet.cell(row, column, safe(value) if isinstance(value, str) else value)
    if isinstance(value, int | float):
        cell.number_format = FORMATS[unit]


def _value(place: PlaceFigure) -> Cell:
    return None if place.value is None else float(place.value)
