"""QR codes on a Sheet."""

from __future__ import annotations

import segno

from lessons.sheet import Sheet

QUIET = 4  # modules around a QR code, as ISO/IEC 18004 asks


def draw_code(sheet: Sheet, address: str, left: float, top: float, size: float, colour: str) -> None:
    """A QR code of at most ``size`` points with its quiet zone; a row's dark modules that touch are one rectangle."""
    rows = [list(row) for row in segno.make(address, error="m", micro=False).matrix]
    # Half points are whole pixels of a PNG: edges stay sharp.
    module = max(1.0, int(2 * size / (len(rows) + 2 * QUIET)) / 2)
    aside = int(size - (len(rows) + 2 * QUIET) * module) / 2
    for number, row in enumerate(rows):
        start = 0
        while start < len(row):
            end = start
            while end < len(row) and row[end]:
                end += 1
            if end > start:
                x, y = left + aside + (QUIET + start) * module, top + aside + (QUIET + number) * module
                sheet.rect(x, y, (end - start) * module, module, colour)
            start = end + 1
