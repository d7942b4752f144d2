"""The report as XLSX: the cells of the document as numbers, and charts that Excel draws itself."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime

from openpyxl import Workbook, load_workbook

from bot.reports.document import Frozen
from bot.reports.snapshot import digest, written
from bot.reports.tables import report_tables
from bot.reports.workbook import HEADING_ROW, xlsx
from tests.reports.made import snapshot, words

NOON = datetime(2026, 11, 21, 5, tzinfo=UTC)


def opened(frozen: Frozen | None = None, title: str = "Báo cáo") -> Workbook:
    return load_workbook(io.BytesIO(xlsx(snapshot(), title, frozen)))


def shown(value: object, number_format: str) -> str:
    """A cell as Excel shows it to a reader in Vietnam."""
    if isinstance(value, str):
        return value
    if value is None:
        return "–"
    digits = f"{value:,.1f}%" if "%" in number_format else f"{value:,.0f}"
    return digits.translate(str.maketrans(",.", ".,"))


def test_its_cells_are_numbers_that_read_like_the_documents() -> None:
    sheet = opened()["Kết quả chung"]
    rows = [
        tuple(shown(cell.value, cell.number_format) for cell in row)
        for row in sheet.iter_rows(min_row=HEADING_ROW + 1, max_col=6)
    ]
    assert rows == list(report_tables(snapshot())[0].rows)
    groups = opened()["Theo tổ"]
    by_group = report_tables(snapshot())[1].rows
    for row, wanted in zip(groups.iter_rows(min_row=HEADING_ROW + 1), by_group, strict=True):
        cells = [shown(cell.value, cell.number_format) for cell in row]
        assert cells[:2] + cells[3:] == list(wanted[1:]) and cells[2] == "60,0%", "the target of K1 stands beside it"
    assert isinstance(groups.cell(HEADING_ROW + 1, 2).value, float)


def test_every_indicator_has_a_native_chart_with_its_target() -> None:
    charts = opened()["Biểu đồ"]._charts
    assert len(charts) == 3
    assert [len(chart._charts) for chart in charts] == [2, 1, 1], "K1 has a line for its target"
    assert "'Theo tổ'!" in charts[0].series[0].val.numRef.f


def test_it_says_what_each_figure_means_and_what_it_was_frozen_as() -> None:
    body = written(snapshot(), words())
    sheet = opened(Frozen(NOON, digest(body)))["Cách tính"]
    said = [cell.value for row in sheet.iter_rows() for cell in row if cell.value]
    assert any(digest(body) in str(one) for one in said) and "nguồn" in said


def test_nothing_that_staff_wrote_is_run_as_a_formula() -> None:
    figures = snapshot()
    odd = replace(figures.indicators[0].groups[0], name="=1+1")
    first = replace(figures.indicators[0], groups=(odd,))
    book = load_workbook(io.BytesIO(xlsx(replace(figures, indicators=(first,)), "=cmd()", None)))
    values = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value]
    assert all(cell.data_type != "f" for cell in values)
