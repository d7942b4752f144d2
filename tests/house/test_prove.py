"""The table of bars: one that fails does not spoil the others, and what does not hold is told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks import prove
from benchmarks.harness import Row, folder_mib, pace, percentile

KEPT = Row("House", "answers are quick", "10 ms", "5 ms", 2.0, True, "on the shipped material")
BROKEN = Row("House", "memory stays small", "300 MB", holds=False)
TOLD = Row("House", "messages a second", "900/s")


def test_table_has_a_line_a_bar_and_says_which_do_not_hold() -> None:
    lines = prove.table([KEPT, BROKEN, TOLD]).splitlines()
    assert len({len(line) for line in lines}) == 1, "columns are aligned"
    assert [line.rstrip("| ").split()[-1] for line in lines[2:]] == ["yes", "NO", "–"]
    assert "2.00" in lines[2]


def test_report_counts_what_does_not_hold_and_tells_how_it_was_taken() -> None:
    text = prove.report([KEPT, BROKEN, TOLD], 90, {"answers": 30, "install": 60})
    assert "3 rows, 1 do not hold" in text
    assert "- answers are quick: on the shipped material" in text
    assert text.endswith("Minutes: install 1.0, answers 0.5\n"), "what takes long is seen at once"


def test_a_benchmark_that_crashes_is_a_row_that_does_not_hold() -> None:
    rows = prove.run_apart("no_such_benchmark", 1.0, 60)
    assert [row.holds for row in rows] == [False]
    assert "No module named" in rows[0].figure


def test_a_benchmark_that_hangs_is_stopped() -> None:
    rows = prove.run_apart("install", 1.0, 0.01)
    assert [row.holds for row in rows] == [False]
    assert "stopped after" in rows[0].figure


def test_only_chooses_by_part_of_a_name() -> None:
    assert prove.benchmark_names(["instal"]) == ["install"]
    assert {"install", "serving", "throughput", "answers"} <= set(prove.benchmark_names())
    assert not {"prove", "harness"} & set(prove.benchmark_names())


def test_a_benchmark_may_ask_for_less_time_but_never_gets_more_than_is_left() -> None:
    assert prove.time_limit("install", 5) == 5
    assert prove.time_limit("install", prove.TOTAL_LIMIT) <= prove.MODULE_LIMIT


def test_an_unknown_name_lists_the_known_ones(capsys: pytest.CaptureFixture[str]) -> None:
    assert prove.prove(["nothing-like-it"], 1.0) == 2
    assert "install" in capsys.readouterr().out


def test_rows_survive_the_way_between_processes() -> None:
    assert Row(**json.loads(json.dumps(KEPT.to_json()))) == KEPT


def test_percentiles_and_pace() -> None:
    assert percentile([3.0, 1.0, 2.0], 0.0) == 1.0
    assert percentile(list(map(float, range(100))), 0.95) == 95.0
    done: list[int] = []
    measured = pace(done.append, [1, 2, 3], warm_up=1)
    assert done == [1, 1, 2, 3]
    assert measured.median <= measured.p95


def test_folder_size_counts_blocks_and_follows_no_links(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x" * 2**20)
    (tmp_path / "b").symlink_to(tmp_path / "a")
    assert 1.0 <= folder_mib(tmp_path) < 1.1
