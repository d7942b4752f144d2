"""Measure every bar of every issue and print one table: ``make prove``, ``make prove ONLY=answers``.

Every module beside this one that has a function ``rows(scale)`` is a benchmark; ``scale`` is 1 here and about a
twentieth where the tests run the same code for its correctness. Each runs in a process of its own, so that one that
crashes, hangs or eats memory spoils neither the others nor their figures. The table is also written to
var/prove/latest.md and latest.json: figures belong to the machine they were taken on, so they are not committed.
"""

from __future__ import annotations

import argparse
import importlib
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.harness import ROOT, Row, machine

HARNESS = {"__init__", "harness", "larger_material", "prove"}
TOTAL_LIMIT = 60 * 60  # seconds for the whole table, on two cores: the project's own bar
MODULE_LIMIT = 15 * 60  # seconds for one benchmark; a module may set its own TIME_LIMIT
RESULTS = ROOT / "var" / "prove"
COLUMNS = ("issue", "bar", "figure", "baseline", "ratio", "holds")


def benchmark_names(only: Sequence[str] = ()) -> list[str]:
    """The benchmark modules, or those whose name contains one of ``only``."""
    names = sorted(path.stem for path in (ROOT / "benchmarks").glob("*.py") if path.stem not in HARNESS)
    return [name for name in names if not only or any(part in name for part in only)]


def run_here(name: str, scale: float, output: Path) -> int:
    """Run one benchmark in this process and write its rows, each as it is known."""
    module = importlib.import_module(f"benchmarks.{name}")
    with output.open("a", encoding="utf-8") as file:
        for row in module.rows(scale):
            file.write(json.dumps(row.to_json(), ensure_ascii=False) + "\n")
            file.flush()
    return 0


def time_limit(name: str, left: float) -> float:
    """Seconds a benchmark may take, never more than is left of the whole run."""
    source = (ROOT / "benchmarks" / f"{name}.py").read_text(encoding="utf-8")
    own = [line for line in source.splitlines() if line.startswith("TIME_LIMIT = ")]
    return min(left, float(own[0].split("=")[1].split("#")[0]) if own else MODULE_LIMIT)


def run_apart(name: str, scale: float, limit: float) -> list[Row]:
    """Run one benchmark in a process of its own; a failure becomes a row that does not hold."""
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "rows.jsonl"
        output.touch()
        command = [sys.executable, "-m", "benchmarks.prove", "--inside", name, str(output), "--scale", str(scale)]
        trouble = ""
        try:
            done = subprocess.run(command, cwd=ROOT, timeout=limit, stderr=subprocess.PIPE, text=True, check=False)
            if done.returncode:
                sys.stderr.write(done.stderr)
                trouble = (done.stderr.strip().splitlines() or ["no message"])[-1]
        except subprocess.TimeoutExpired:
            trouble = f"stopped after {limit:.0f} s"
        rows = [Row(**json.loads(line)) for line in output.read_text(encoding="utf-8").splitlines()]
    if trouble:
        rows.append(Row(issue=name, bar="the benchmark runs", figure=f"failed: {trouble[:120]}", holds=False))
    return rows


def verdict(row: Row) -> str:
    """The last column."""
    return {True: "yes", False: "NO", None: "–"}[row.holds]


def table(rows: Iterable[Row]) -> str:
    """The rows as a Markdown table with aligned columns."""
    cells = [list(COLUMNS)]
    for row in rows:
        ratio = "" if row.ratio is None else f"{row.ratio:.2f}"
        cells.append([row.issue, row.bar, row.figure, row.baseline, ratio, verdict(row)])
    widths = [max(len(line[column]) for line in cells) for column in range(len(COLUMNS))]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) + " |" for line in cells
    ]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)


def report(rows: Sequence[Row], seconds: float, parts: Mapping[str, float]) -> str:
    """The whole report: the table, how each figure was taken, and the minutes of each part."""
    when = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    failed = sum(row.holds is False for row in rows)
    head = f"{when}, {machine()}, {seconds / 60:.1f} min; {len(rows)} rows, {failed} do not hold"
    notes = "\n".join(f"- {row.bar}: {row.how}" for row in rows if row.how)
    longest = sorted(parts.items(), key=lambda part: -part[1])
    minutes = ", ".join(f"{name} {taken / 60:.1f}" for name, taken in longest)
    return f"{head}\n\n{table(rows)}\n\n{notes}\n\nMinutes: {minutes}\n"


def write_results(rows: Sequence[Row], text: str) -> None:
    """Keep the last run under var/, beside the other things that belong to this machine."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    (RESULTS / "latest.md").write_text(text, encoding="utf-8", newline="\n")
    plain = json.dumps([row.to_json() for row in rows], ensure_ascii=False, indent=1)
    (RESULTS / "latest.json").write_text(plain, encoding="utf-8", newline="\n")


def prove(only: Sequence[str], scale: float) -> int:
    """Run the benchmarks and print the table; returns 1 when a bar does not hold."""
    names = benchmark_names(only)
    if not names:
        print(f"No benchmark is named like {', '.join(only)}; there are: {', '.join(benchmark_names())}")
        return 2
    begin, rows, parts = time.monotonic(), [], {}
    for name in names:
        print(f"measuring {name} ...", file=sys.stderr, flush=True)
        start = time.monotonic()
        rows += run_apart(name, scale, time_limit(name, TOTAL_LIMIT - (start - begin)))
        parts[name] = time.monotonic() - start
    text = report(rows, time.monotonic() - begin, parts)
    print(text)
    write_results(rows, text)
    return int(any(row.holds is False for row in rows))


def main() -> int:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="make prove", description=__doc__)
    parser.add_argument("--only", default="", help="parts of benchmark names, separated by commas")
    parser.add_argument("--scale", type=float, default=1.0, help="share of the full size")
    parser.add_argument("--inside", nargs=2, metavar=("NAME", "FILE"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.inside:
        return run_here(options.inside[0], options.scale, Path(options.inside[1]))
    return prove([part.strip() for part in options.only.split(",") if part.strip()], options.scale)


if __name__ == "__main__":
    sys.exit(main())
