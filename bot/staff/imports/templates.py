"""The file that staff fill in: headings, examples, and a sheet that says how."""

from __future__ import annotations

import csv
import io

from bot.indicators.export import safe
from bot.staff.imports.columns import texts


def template_csv(kind: str) -> bytes:
    """UTF-8 with the mark by which Excel knows it."""
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(column["heading"] for column in texts()[kind]["columns"].values())
    writer.writerows([safe(cell) for cell in row] for row in texts()[kind]["examples"])
    return out.getvalue().encode("utf-8-sig")


def template_xlsx(kind: str) -> bytes:
    """A workbook whose cells are text: Excel makes no dates and no formulas of what is typed."""
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = texts()[kind]["sheet"].replace("/", "-")
    for number, column in enumerate(texts()[kind]["columns"].values(), 1):
        sheet.cell(1, number, column["heading"]).font = Font(bold=True)
        sheet.column_dimensions[get_column_letter(number)].width = 30 if column.get("required") else 20
        for line, row in enumerate(texts()[kind]["examples"], 2):
            cell = sheet.cell(line, number, row[number - 1] or None)
            cell.number_format = "@"
            cell.alignment = Alignment(wrap_text=True)
    sheet.freeze_panes = "A2"
    guide = book.create_sheet(texts()["guide_sheet"])
    guide.column_dimensions["A"].width = 110
    for line, sentence in enumerate(texts()[kind]["guide"], 1):
        guide.cell(line, 1, sentence).alignment = Alignment(wrap_text=True)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
