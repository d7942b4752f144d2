"""Writes an XLSX of so many rows as the staff site does, in a process of its own; prints seconds, MB, rows."""

from __future__ import annotations

import io
import resource
import sys
import time
from datetime import date, timedelta
from decimal import Decimal

from bot.indicators.sheets import HISTORY_COLUMNS
from bot.indicators.spreadsheet import Cell, Sheet, as_xlsx


def row(number: int) -> tuple[Cell, ...]:
    """One row of the history of figures."""
    day = date(2026, 1, 1) + timedelta(days=number // 1000)
    return day, f"Tổ dân phố số {number % 200}", "K2", number % 700, 700, Decimal(number % 1000) / 10


def main(count: int) -> None:
    """Write, then read back how many rows there are."""
    begin = time.perf_counter()
    rows = (row(number) for number in range(count))
    body = as_xlsx(Sheet("Số liệu từng ngày", ("Số liệu",), HISTORY_COLUMNS, rows, bold_last=False))
    seconds = time.perf_counter() - begin
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

    from openpyxl import load_workbook

    page = load_workbook(io.BytesIO(body), read_only=True).worksheets[0]
    print(seconds, peak, sum(1 for _ in page.iter_rows()) - 3)


if __name__ == "__main__":
    main(int(sys.argv[1]))
