"""The participation table as the page shows it, as CSV and as XLSX: one source, the same cells."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from bot.indicators.figures import GroupFigures, WardFigures
from lessons.progress import VIETNAM

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

# A cell that begins so is run as a formula by spreadsheet programs (OWASP: CSV injection).
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
EMPTY = "–"
COLUMNS = (
    "Tổ dân phố / thôn",
    "Người trưởng thành",
    "Cư dân tham gia",
    "Tỷ lệ tham gia (%)",
    "Đang học (30 ngày)",
    "Bài học hoàn thành",
    "Câu đã trả lời",
    "Câu đúng",
    "Tỷ lệ đúng (%)",
)
Cell = str | int | float | None


@dataclass(frozen=True, slots=True)
class ParticipationTable:
    """The table: headings, a row a group, the sum last."""

    ward_name: str
    made_at: datetime
    rows: tuple[tuple[Cell, ...], ...]

    @property
    def title(self) -> str:
        """What stands above it."""
        return f"Kết quả tham gia theo tổ dân phố – {self.ward_name}"

    @property
    def date_line(self) -> str:
        """When the figures were drawn."""
        return f"Số liệu lúc {self.made_at.astimezone(VIETNAM):%H:%M ngày %d/%m/%Y}"

    def shown(self) -> list[list[str]]:
        """Every cell as text, as on the page."""
        return [[shown(cell) for cell in row] for row in self.rows]


def participation_table(figures: WardFigures, ward_name: str, made_at: datetime) -> ParticipationTable:
    """The table of a ward's figures."""
    return ParticipationTable(ward_name, made_at, tuple(_row(one) for one in (*figures.groups, figures.total)))


def _row(one: GroupFigures) -> tuple[Cell, ...]:
    return (
        one.name,
        one.adults,
        one.residents,
        _percent(one.residents, one.adults),
        one.active_learners,
        one.lessons_done,
        one.answers,
        one.right_answers,
        _percent(one.right_answers, one.answers),
    )


def _percent(part: int, whole: int | None) -> float | None:
    """To one decimal, half up as in school: binary fractions would make 0,25 a 0,2."""
    if not whole:
        return None
    return float((Decimal(part * 100) / whole).quantize(Decimal("0.1"), ROUND_HALF_UP))


def shown(cell: Cell) -> str:
    """A cell as people read it in Vietnam: 1.234 and 56,7."""
    if cell is None:
        return EMPTY
    if isinstance(cell, str):
        return cell
    digits = f"{cell:,.1f}" if isinstance(cell, float) else f"{cell:,}"
    return digits.translate(str.maketrans(",.", ".,"))


def safe(text: str) -> str:
    """Text that a spreadsheet will not run."""
    return "'" + text if text.startswith(FORMULA_STARTS) else text


def as_csv(table: ParticipationTable) -> bytes:
    """UTF-8 with the mark by which Excel knows it; every cell as on the page."""
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows([safe(cell) for cell in row] for row in table.shown())
    return out.getvalue().encode("utf-8-sig")


def as_xlsx(table: ParticipationTable) -> bytes:
    """A sheet with numbers as numbers, headings that stay in view and the sum in bold."""
    from openpyxl import Workbook  # loaded when a file is asked for: it would take memory from every ward PC

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Tham gia"
    sheet.append([safe(table.title)])
    sheet.append([table.date_line])
    sheet.append([])
    sheet.append(list(COLUMNS))
    for row in table.rows:
        sheet.append([safe(cell) if isinstance(cell, str) else cell for cell in row])
    _dress(sheet, len(table.rows))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _dress(sheet: Worksheet, rows: int) -> None:
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    heading = 4
    sheet["A1"].font = Font(bold=True, size=14)
    for number, name in enumerate(COLUMNS, 1):
        cell = sheet.cell(heading, number)
        cell.font = Font(bold=True)
        cell.alignment = Alignment(wrap_text=True, vertical="center", horizontal="center")
        sheet.column_dimensions[get_column_letter(number)].width = 28 if number == 1 else max(12, len(name) * 0.7)
        sheet.cell(heading + rows, number).font = Font(bold=True)
        for row in range(heading + 1, heading + rows + 1):
            value = sheet.cell(row, number)
            value.number_format = "#,##0.0" if isinstance(value.value, float) else "#,##0"
    sheet.freeze_panes = f"B{heading + 1}"


def file_stem(ward_code: str, made_at: datetime, kind: str) -> str:
    """A plain file name for a download."""
    return f"{kind}-{ward_code}-{made_at.astimezone(VIETNAM):%Y%m%d}"
