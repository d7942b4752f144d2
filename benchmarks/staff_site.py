"""How large the pages of the staff site are and how soon they come, with the data of the Indicators issue.

The figures are those of benchmarks/indicators.py (100,000 residents in 200 groups with 2,000,000 answers); what else
lies on a ward's pages is made by benchmarks/support/ward_at_work.py. The real server runs in a process of its own.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from benchmarks.harness import Row, percentile
from benchmarks.indicators import EACH, GROUPS, RESIDENTS, WARD, make_all
from benchmarks.indicators import fill as fill_figures
from benchmarks.serving import build_index, served
from benchmarks.support import ward_at_work
from bot.material import load_material
from bot.settings import Settings
from bot.staff.access import SESSION_COOKIE
from bot.staff.accounts import Role
from bot.store.database import Database
from bot.store.migrate import upgrade
from bot.store.wards import register_wards
from knowledge.wards import load_wards
from lessons.catalogue import Catalogue

TIME_LIMIT = 900
LARGEST_KB = 300.0  # kB of a page with what it loads, uncompressed
SLOWEST = 0.3  # seconds, p95 of each page
ROUNDS = 20  # requests of each page, after one that does not count
ASSETS = ("/staff/static/staff.css", "/staff/static/live.js", "/static/chat/icon.svg")
PAGES = (
    "", "questions", "people", "broadcasts", "my-alerts", "indicators", "indicators?published=1", "groups", "groups/1",
    "contests", "contests/1", "courses", "reports", "reports/2026", "certificates", "handouts", "answers",
    "content", "content/new?kind=guides", "content?kind=guides",
    "content?kind=facts", "content/lessons/at-mat-khau/edit", "offices", "stale",
    "helpers", "undelivered", "duplicates", "rights", "accounts", "audit", "audit?page=100", "system", "setup",
    "systems", "import/groups", "indicator-settings", "groups/1/people", "residents/1",
)  # fmt: skip
DOWNLOADS = ("participation.csv", "indicators.csv")
# Who else sees pages of their own: a leader and a volunteer one group, a reader merged groups.
OF_ROLES: tuple[tuple[Role, tuple[str, ...]], ...] = (
    (Role.LEADER, ("", "indicators")),
    (Role.VOLUNTEER, ("",)),
    (Role.READ_ONLY, ("", "indicators", "reports")),
)


@dataclass(frozen=True, slots=True)
class Measured:
    """One page: its size in kB, with what it loads, its 95th percentile, its median and the server's CPU, seconds."""

    page: str
    kilobytes: float
    p95: float
    median: float
    cpu: float = 0.0

    def __str__(self) -> str:
        return f"{self.page} {self.p95 * 1000:.0f} ms (CPU {self.cpu * 1000:.0f} ms)"


def size_of(scale: float) -> tuple[int, int]:
    """Residents and groups at a scale."""
    return max(100, round(RESIDENTS * scale)), max(10, round(GROUPS * scale))


def fill(database: Database, scale: float, catalogue: Catalogue) -> dict[Role, str]:
    """Make the ward; a session's token by role."""
    residents, groups = size_of(scale)
    fill_figures(database, residents, groups)
    make_all(database)
    return database.write_now(lambda session: ward_at_work.add(session, residents, groups, scale, catalogue))


def prepare(data: Path, scale: float) -> dict[Role, str]:
    """A data folder with index and database; a session's token by role."""
    build_index(data)
    catalogue = load_material(Settings(_env_file=None, data_dir=data)).catalogue
    database = Database(f"sqlite:///{(data / 'bdhvs.sqlite3').as_posix()}")
    try:
        upgrade(database.engine, data / "backups")
        database.write_now(lambda session: register_wards(session, load_wards().wards))
        return fill(database, scale, catalogue)
    finally:
        database.close()


def fetch(address: str, token: str) -> tuple[float, int]:
    """Seconds and bytes of one request."""
    request = urllib.request.Request(address, headers={"Cookie": f"{SESSION_COOKIE}={token}"})
    begin = time.perf_counter()
    with urllib.request.urlopen(request, timeout=60) as response:
        size = len(response.read())
        assert "sign-in" not in response.url, address
    return time.perf_counter() - begin, size


def cpu_seconds(process: int | None) -> float:
    """What a process has computed until now; 0 where the system does not tell (only Linux has /proc)."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def asked(tokens: Mapping[Role, str]) -> Iterator[tuple[str, str, str]]:
    """Every page: what it is called, its address below the ward's, whose token opens it."""
    for page in (*PAGES, *DOWNLOADS):
        yield page or "overview", page, tokens[Role.ADMINISTRATOR]
    for role, pages in OF_ROLES:
        for page in pages:
            yield f"{page or 'overview'} ({role.value})", page, tokens[role]


def measure(address: str, tokens: Mapping[Role, str], rounds: int, process: int | None = None) -> list[Measured]:
    """Every page, one after the other; ``process`` is the server's."""
    assets = sum(fetch(address + asset, "")[1] for asset in ASSETS)
    found = []
    for name, page, token in asked(tokens):
        get = partial(fetch, f"{address}/staff/w/{WARD}/{page}", token)
        get()
        begun = cpu_seconds(process)
        taken = [get() for _ in range(rounds)]
        cpu = (cpu_seconds(process) - begun) / rounds
        times = [seconds for seconds, _ in taken]
        size = (taken[-1][1] + (0 if page in DOWNLOADS else assets)) / 1000
        found.append(Measured(name, size, percentile(times, 0.95), statistics.median(times), cpu))
    return found


def judged(found: Sequence[Measured], scale: float) -> Iterator[Row]:
    """The two bars: the heaviest and the slowest page, with each that is beyond."""
    heaviest = max((one for one in found if one.page not in DOWNLOADS), key=lambda one: one.kilobytes)
    slowest = max(found, key=lambda one: one.p95)
    residents, groups = size_of(scale)
    people = f"{residents:,} residents, {groups} groups, {residents * EACH:,} answers, {len(found)} pages"
    heavy = [f"{one.page} {one.kilobytes:.0f} kB" for one in found if one.kilobytes > LARGEST_KB]
    yield Row(
        issue="staff site",
        bar=f"every page at most {LARGEST_KB:.0f} kB with what it loads",
        figure=f"{heaviest.kilobytes:.0f} kB ({heaviest.page})",
        holds=heaviest.kilobytes <= LARGEST_KB,
        how=f"uncompressed, style, script and icon counted in; {people}; beyond: {', '.join(heavy) or 'none'}",
    )
    slow = sorted((one for one in found if one.p95 > SLOWEST), key=lambda one: -one.p95)
    most = max(found, key=lambda one: one.cpu)
    yield Row(
        issue="staff site",
        bar=f"p95 of every page at most {SLOWEST * 1000:.0f} ms",
        figure=f"{slowest.p95 * 1000:.0f} ms ({slowest.page})",
        baseline=f"median of pages {statistics.median(one.median for one in found) * 1000:.0f} ms",
        ratio=slowest.p95 / SLOWEST,
        holds=slowest.p95 <= SLOWEST,
        how=f"each page {ROUNDS} times after one that does not count, one reader, SQLite; {people}; most CPU of the "
        f"server: {most}; beyond: {', '.join(map(str, slow)) or 'none'}",
    )


def rows(scale: float = 1.0) -> Iterator[Row]:
    """The rows of the table."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        tokens = prepare(data, scale)
        with served(data) as server:
            found = measure(server.address, tokens, ROUNDS, server.process.pid)
    yield from judged(found, scale)
