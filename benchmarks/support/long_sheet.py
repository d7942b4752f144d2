"""Writes an XLSX of so many rows as the staff site does, in a process of its own; prints seconds, MB, rows."""

from __future__ import annotations

import io
import sys
import time
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from bot.indicators.sheets import HISTORY_COLUMNS
from bot.indicators.spreadsheet import Cell, Sheet, as_xlsx


def row(number: int) -> tuple[Cell, ...]:
    """One row of the history of figures."""
    day = date(2026, 1, 1) + timedelta(days=number // 1000)
    return day, f"Tổ dân phố số {number % 200}", "K2", number % 700, 700, Decimal(number % 1000) / 10


def peak_mib() -> float:
    """The most memory this process had resident, MiB; not a number where there is no /proc.

    Not ``ru_maxrss``: over fork and exec a process inherits that of the one that started it.
    """
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii")
    except OSError:
        return float("nan")
    line = next((line for line in status.splitlines() if line.startswith("VmHWM:")), None)
    return float("nan") if line is None else int(line.split()[1]) / 1024


def main(count: int) -> None:
    """Write, then read back how many rows there are."""
    begin = time.perf_counter()
    rows = (row(number) for number in range(count))
    body = as_xlsx(Sheet("Số liệu từng ngày", ("Số liệu",), HISTORY_COLUMNS, rows, bold_last=False))
    seconds = time.perf_counter() - begin
    peak = peak_mib()

    from openpyxl import load_workbook

    page = load_workbook(io.BytesIO(body), read_only=True).worksheets[0]
    print(seconds, peak, sum(1 for _ in page.iter_rows()) - 3)


if __name__ == "__main__":
    main(int(sys.argv[1]))
