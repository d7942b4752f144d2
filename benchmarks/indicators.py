"""Figures of a large ward: 100,000 residents in 200 groups with 2,000,000 answers, on SQLite and PostgreSQL.

The overview and the indicators are asked for by HTTP from the real staff site, signed in, after the daily table was
made from the views. The answers lie over 300 days, in the order in which they came.
"""

from __future__ import annotations

import asyncio
import gc
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import date, timedelta
from pathlib import Path

import aiohttp
from aiohttp import web
from sqlalchemy import text
from sqlmodel import Session

from benchmarks.harness import ROOT, Row, percentile
from benchmarks.support.programs import postgres
from bot.indicators import daily
from bot.indicators.standing import WHOLE_WARD, standing
from bot.material import load_material
from bot.serve import settle
from bot.settings import Settings
from bot.staff.access import SESSION_COOKIE
from bot.staff.accounts import Role, add_account
from bot.staff.sessions import start_session
from bot.staff.site import StaffSite
from bot.store.database import Database
from bot.store.figure_inputs import keep_course_sizes
from bot.store.migrate import upgrade
from bot.store.tables import Ward, utc_now
from knowledge.encoder import load_encoder

TIME_LIMIT = 1800.0
RESIDENTS, GROUPS, EACH = 100_000, 200, 20
LESSON_QUESTIONS = 4
DAYS = 300
ASKED = 60
WARD = "hung-dao"
OVERVIEW_LIMITS = {"SQLite": 0.300, "PostgreSQL": 0.200}
MAKING_LIMIT = 60.0
SHEET_ROWS, SHEET_SECONDS, SHEET_MB = 100_000, 20.0, 300.0
MOMENTS = {
    "sqlite": "strftime('%Y-%m-%d %H:%M:%S.000000', :begin, '+' || (p.id * 37 % {days} + q.n / 6) || ' days', "
    "'+' || ((p.id * 13 + q.n * 60) % 40000) || ' seconds')",
    "postgresql": "(cast(:begin AS timestamptz) + make_interval(days => p.id * 37 % {days} + q.n / 6, "
    "secs => (p.id * 13 + q.n * 60) % 40000))",
}


def fill(database: Database, residents: int, groups: int) -> None:
    """People who each answer every question of a course of five lessons, eight in ten right."""
    dialect = database.engine.dialect.name
    moment = MOMENTS[dialect].format(days=DAYS)
    begin = (date.today() - timedelta(days=DAYS + 10)).isoformat()
    numbers = "WITH RECURSIVE {name}(n) AS (SELECT {first} UNION ALL SELECT n + 1 FROM {name} WHERE n < {last}) "

    def unit(session: Session) -> None:
        session.merge(Ward(code=WARD, name="Phường Hưng Đạo"))
        session.flush()
        keep_course_sizes(session, {"vneid": EACH // LESSON_QUESTIONS}, date(2020, 1, 1))
        session.execute(
            text(
                "INSERT INTO residential_group (id, ward_code, name, kind, join_code, adults, active) "
                + numbers.format(name="g", first=1, last=groups)
                + f"SELECT n, '{WARD}', 'Tổ dân phố số ' || n, 'tổ dân phố', 'c' || n, 700, true FROM g"
            )
        )
        session.execute(
            text(
                "INSERT INTO person (id, ward_code, group_id, created_at) "
                + numbers.format(name="p", first=1, last=residents)
                + f"SELECT n, '{WARD}', n % {groups} + 1, :now FROM p"
            ),
            {"now": begin + " 00:00:00.000000"},
        )
        session.execute(
            text(
                "INSERT INTO attempt (key, person_id, ward_code, group_id, course_id, lesson_id, lesson_version, "
                "question_id, question_count, chosen, correct, answered_at) "
                + numbers.format(name="q", first=0, last=EACH - 1)
                + f"SELECT 'web:' || p.id || ':' || q.n, p.id, '{WARD}', p.group_id, 'vneid', "
                f"'vneid-' || (q.n / {LESSON_QUESTIONS}), '0123456789abcdef', 'vneid-question-' || q.n, "
                f"{LESSON_QUESTIONS}, 'a', (p.id * 7 + q.n * 3) % 10 < 8, {moment} AS moment "
                "FROM person p CROSS JOIN q ORDER BY moment"
            ),
            {"begin": begin},
        )

    database.write_now(unit)
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))


def make_all(database: Database) -> float:
    """Make every daily figure anew, in parts as the job does; seconds."""
    begin = time.perf_counter()
    found = database.read_now(daily.changes)
    for part in daily.steps(found):
        database.write_now(lambda session, one=part: daily.write(session, one, utc_now()))  # type: ignore[misc]
    return time.perf_counter() - begin


def right(database: Database, residents: int) -> bool:
    """Whether everybody is counted, each once, and making the figures again changes nothing."""
    found = database.read_now(lambda session: standing(session, WARD, {"answers", "finishers"}, date.today()))
    again = database.read_now(daily.changes)
    counted = found[("answers", WHOLE_WARD)][1] == residents * EACH
    return counted and found[("finishers", WHOLE_WARD)] == (residents, residents) and not again.written


@contextmanager
def settled() -> Iterator[None]:
    """Collect garbage as the served program does: else a look at all material falls on one page or the other."""
    before = gc.get_threshold()
    settle()
    try:
        yield
    finally:
        gc.unfreeze()
        gc.set_threshold(*before)


async def page_times(database: Database, folder: Path, count: int) -> dict[str, list[float]]:
    """Seconds of each request for the overview and the indicators."""
    settings = Settings(_env_file=None, data_dir=folder)
    site = StaffSite(settings, database, load_material(settings), load_encoder(None), lambda: None)

    def sign_in(session: Session) -> str:
        add_account(session, "lan", "Lan", {WARD: Role.STAFF})
        session.flush()
        return start_session(session, 1, utc_now())

    token = await database.write(sign_in)
    application = web.Application()
    application.add_subapp("/staff/", site.application())
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    base = f"http://127.0.0.1:{runner.addresses[0][1]}/staff/w/{WARD}/"
    found: dict[str, list[float]] = {"": [], "indicators": []}
    try:
        with settled():
            await _ask_pages(base, token, count, found)
    finally:
        await runner.cleanup()
    return found


async def _ask_pages(base: str, token: str, count: int, found: dict[str, list[float]]) -> None:
    async with aiohttp.ClientSession(headers={"Cookie": f"{SESSION_COOKIE}={token}"}) as http:
        for number in range(count + 3):
            for name, times in found.items():
                begin = time.perf_counter()
                async with http.get(base + name, allow_redirects=False) as response:
                    body = await response.text()
                assert response.status == 200, (response.status, body[:500])
                assert "Tổ dân phố số 200" in body or "Tổ dân phố số 10" in body
                if number >= 3:  # the first compile templates
                    times.append(time.perf_counter() - begin)


def measured(name: str, url: str, folder: Path, scale: float) -> Iterable[Row]:
    """The rows of one database."""
    residents, groups = max(100, round(RESIDENTS * scale)), max(10, round(GROUPS * scale))
    database = Database(url)
    try:
        upgrade(database.engine, folder)
        fill(database, residents, groups)
        seconds = make_all(database)
        exact = right(database, residents)
        times = asyncio.run(page_times(database, folder, max(5, round(ASKED * min(1, scale * 10)))))
    finally:
        database.close()
    said = f"{residents:,} residents, {groups} groups, {residents * EACH:,} answers"
    yield Row(
        "Indicators",
        f"{name}: every daily figure made from the views in {MAKING_LIMIT:.0f} s, everybody counted once",
        f"{seconds:.1f} s, {'exact' if exact else 'WRONG'}",
        ratio=seconds / MAKING_LIMIT,
        holds=exact and seconds <= MAKING_LIMIT,
        how=f"{said} over {DAYS} days; then made again: nothing may change",
    )
    limit = OVERVIEW_LIMITS[name]
    p95, charts = percentile(times[""], 0.95), percentile(times["indicators"], 0.95)
    yield Row(
        "Indicators",
        f"{name}: overview p95 at most {limit * 1000:.0f} ms",
        f"{p95 * 1000:.0f} ms (the page of indicators with its charts: {charts * 1000:.0f} ms)",
        ratio=p95 / limit,
        holds=p95 <= limit,
        how=f"{said}; HTTP from the staff site, {len(times[''])} requests, the server and who asks in one process",
    )


def sheet(scale: float) -> Row:
    """The row of the long XLSX."""
    count = max(100, round(SHEET_ROWS * scale))
    command = [sys.executable, "-m", "benchmarks.support.long_sheet", str(count)]
    said = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True, timeout=600).stdout.split()
    seconds, megabytes, written = float(said[0]), float(said[1]), int(said[2])
    return Row(
        "Indicators",
        f"XLSX of {count:,} rows in {SHEET_SECONDS:.0f} s and {SHEET_MB:.0f} MB",
        f"{seconds:.1f} s, {megabytes:.0f} MB, {written:,} rows read back",
        ratio=seconds / SHEET_SECONDS,
        holds=seconds <= SHEET_SECONDS and megabytes <= SHEET_MB and written == count,
        how="the history of figures, in a process of its own: peak memory (VmHWM) of the whole process",
    )


def rows(scale: float) -> Iterable[Row]:
    """Both databases, then the sheet."""
    for name in OVERVIEW_LIMITS:
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            url = f"sqlite:///{(folder / 'bdhvs.sqlite3').as_posix()}"
            if name == "PostgreSQL":
                url = stack.enter_context(postgres(durable=True)).create("bdhvs")
            yield from measured(name, url, folder, scale)
    yield sheet(scale)
