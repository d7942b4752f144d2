"""The benchmark of imports at a twentieth: every good row is in, every wrong one is told."""

from __future__ import annotations

from benchmarks.importing import ROWS, rows


def test_a_twentieth_of_a_large_wards_tables_is_taken_in_and_its_wrong_rows_are_told() -> None:
    count = ROWS // 20
    for row in rows(1 / 20):
        assert f"{count - count // 10} in, {count // 10} told" in row.figure
