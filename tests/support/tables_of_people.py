"""Made-up tables as wards send them: groups, and assisted learners of these groups."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence

from openpyxl import Workbook

GROUP_HEADINGS = ("STT", "Tên tổ dân phố", "Loại", "Dân số", "Số người trưởng thành", "Số hộ", "Tổ trưởng")
ROSTER_HEADINGS = ("Họ tên", "Tổ", "Tuổi")


def workbook(headings: Sequence[object], rows: Iterable[Sequence[object]]) -> bytes:
    """An XLSX file."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append(list(headings))
    for row in rows:
        sheet.append(list(row))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def group_rows(count: int) -> list[tuple[object, ...]]:
    """Good rows of groups."""
    return [(number, f"Tổ dân phố số {number}", "TDP", 1200, 800, 300, "Ông A") for number in range(1, count + 1)]


def roster_rows(count: int, groups: int) -> list[tuple[object, ...]]:
    """Good rows of assisted learners, spread over groups of ``group_rows``."""
    return [(f"bà Tám {number}", f"to dan pho so {1 + number % groups}", 30 + number % 60) for number in range(count)]
