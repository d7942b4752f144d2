"""What the benchmarks share: a row of the table, timing, and starting the program to measure it from outside."""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Row:
    """One bar of one issue.

    ``bar`` is what must hold, in words with its limit. ``figure`` and ``baseline`` are measured values with their
    unit; ``ratio`` is figure over baseline. ``holds`` is None for a figure that is reported and not judged.
    ``how`` says what was measured, so that somebody else can repeat it.
    """

    issue: str
    bar: str
    figure: str
    baseline: str = ""
    ratio: float | None = None
    holds: bool | None = None
    how: str = ""

    def to_json(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)


def at_most(value: float, limit: float) -> bool:
    """Whether a bar of the form "no more than" holds."""
    return value <= limit


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which ``share`` (0..1) of the values lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast one thing was done many times, seconds."""

    per_second: float
    median: float
    p95: float

    def __str__(self) -> str:
        return f"{self.per_second:,.0f}/s, p50 {self.median * 1000:.2f} ms, p95 {self.p95 * 1000:.2f} ms"


def pace(
    work: Callable[[Any], object],
    items: Sequence[Any],
    warm_up: int = 20,
    clock: Callable[[], float] = time.perf_counter,
) -> Pace:
    """Time ``work`` on every item, one after the other, after a few that do not count.

    ``clock`` is time.thread_time where what other programs do at the same time must not count.
    """
    for item in items[:warm_up]:
        work(item)
    seconds = []
    begin = clock()
    for item in items:
        start = clock()
        work(item)
        seconds.append(clock() - start)
    return Pace(len(items) / (clock() - begin), statistics.median(seconds), percentile(seconds, 0.95))


def resident_mib(pid: int) -> float:
    """Resident memory of a process, MiB. Linux only: read from /proc."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    line = next(line for line in status.splitlines() if line.startswith("VmRSS:"))
    return int(line.split()[1]) / 1024


def folder_mib(folder: Path) -> float:
    """Disk space of a folder's files, MiB, as du counts it (blocks, not lengths)."""
    blocks = sum(path.lstat().st_blocks for path in folder.rglob("*") if not path.is_dir())
    return blocks * 512 / 2**20


def machine() -> str:
    """The machine in a line, for the head of the table."""
    return f"{platform.machine()}, {os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}"


@contextmanager
def running(command: Sequence[str], environment: dict[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program in the background, its output in ``log``; it is ended afterwards, by force after 10 s."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=ROOT, env={**os.environ, **environment}, stdout=output, stderr=subprocess.STDOUT
        )
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def wait_for(ready: Callable[[], bool], seconds: float, what: str, every: float = 0.02) -> float:
    """Look ``every`` so many seconds until ``ready`` is true; the seconds it took. Raises TimeoutError."""
    begin = time.perf_counter()
    while not ready():
        if time.perf_counter() - begin > seconds:
            raise TimeoutError(f"{what} did not happen within {seconds} s")
        time.sleep(every)
    return time.perf_counter() - begin
