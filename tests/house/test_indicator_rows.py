"""The benchmark of figures at a three-hundredth: everybody is counted once, on both databases."""

from __future__ import annotations

import pytest

from benchmarks.indicators import SHEET_ROWS, rows


@pytest.mark.postgres
def test_everybody_of_a_small_ward_is_counted_once_and_every_row_is_written() -> None:
    sqlite, sqlite_page, postgres, postgres_page, sheet = rows(1 / 300)
    assert "exact" in sqlite.figure
    assert "exact" in postgres.figure
    assert "ms" in sqlite_page.figure
    assert "ms" in postgres_page.figure
    assert f"{round(SHEET_ROWS / 300):,} rows read back" in sheet.figure
