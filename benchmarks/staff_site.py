"""How large the pages of the staff site are and how soon they come, with the data of a large ward at work.

The data is made up here: residents with answers, questions, sessions and an audit log. ``scale`` 1 is a ward of 20,000
residents; the figures of a whole city are the Indicators benchmark's.
"""

from __future__ import annotations

import random
import statistics
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from sqlalchemy import insert
from sqlmodel import Session, select

from benchmarks.harness import Row, percentile
from benchmarks.serving import build_index, served
from bot.staff.access import SESSION_COOKIE
from bot.staff.accounts import Role, account_named, add_account
from bot.staff.sessions import start_session
from bot.store.database import Database
from bot.store.migrate import upgrade
from bot.store.tables import (
    Attempt,
    AuditEntry,
    Person,
    ResidentialGroup,
    UnansweredQuestion,
    Ward,
    utc_now,
)
from bot.store.wards import register_wards
from knowledge.wards import load_wards

TIME_LIMIT = 600
LARGEST_KB = 300.0  # kB of a page with what it loads, uncompressed
SLOWEST = 0.3  # seconds, p95 of each page
RESIDENTS, GROUPS, LOGGED, ASKED = 20_000, 60, 20_000, 400
ANSWERS_EACH = 5
WARD = "hung-dao"
BATCH = 2_000
ROUNDS = 20  # requests of each page, after one that does not count
ASSETS = ("/staff/static/staff.css", "/staff/static/live.js", "/static/chat/icon.svg")
PAGES = (
    "", "groups", "questions", "answers", "people", "broadcasts", "helpers", "undelivered", "my-alerts", "certificates",
    "handouts", "stale", "offices", "rights", "duplicates", "accounts", "audit", "audit?page=100", "system", "setup",
    "import/groups", "participation.csv",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Measured:
    """One page: its size in kB, with what it loads, and its 95th percentile in seconds."""

    page: str
    kilobytes: float
    p95: float
    median: float


def fill(session: Session, scale: float) -> str:
    """Make a ward at work; a session token of its administrator."""
    choose, now = random.Random(8), utc_now()
    groups = range(1, max(3, int(GROUPS * scale)) + 1)
    _many(session, ResidentialGroup, (
        {"id": n, "ward_code": WARD, "name": f"Tổ dân phố số {n}", "kind": "tổ dân phố", "join_code": f"g{n}",
         "adults": 600, "active": True} for n in groups
    ))  # fmt: skip
    people = range(1, max(20, int(RESIDENTS * scale)) + 1)
    _many(session, Person, (
        {"id": n, "ward_code": WARD, "group_id": choose.choice(groups), "called": f"bà Tám {n}", "age_band": "30-44",
         "created_at": now - timedelta(days=choose.randrange(300))} for n in people
    ))  # fmt: skip
    _many(session, Attempt, (
        {"key": f"{n}-{k}", "person_id": n, "ward_code": WARD, "group_id": choose.choice(groups), "course_id": "dt",
         "lesson_id": "dt-lam-quen", "lesson_version": "1", "question_id": f"q{k}", "question_count": ANSWERS_EACH,
         "chosen": "a", "correct": choose.random() < 0.7, "answered_at": now - timedelta(days=choose.randrange(60))}
        for n in people for k in range(ANSWERS_EACH)
    ))  # fmt: skip
    _many(session, UnansweredQuestion, (
        {"ward_code": WARD, "text": f"hỏi về việc số {n} ở phường", "reason": "no_passage", "asked_at": now}
        for n in range(max(5, int(ASKED * scale)))
    ))  # fmt: skip
    add_account(session, "lan", "Nguyễn Thị Lan", {WARD: Role.ADMINISTRATOR})
    session.flush()
    account = account_named(session, "lan")
    assert account is not None and account.id is not None
    _many(session, AuditEntry, (
        {"at": now - timedelta(minutes=n), "ward_code": WARD, "staff_id": account.id, "action": "group_change",
         "detail": f"Tổ dân phố số {n}"} for n in range(max(60, int(LOGGED * scale)))
    ))  # fmt: skip
    return start_session(session, account.id, now)


def _many(session: Session, table: type, rows: Iterator[dict[str, object]]) -> None:
    batch: list[dict[str, object]] = []
    for row in rows:
        batch.append(row)
        if len(batch) == BATCH:
            session.execute(insert(table), batch)
            batch = []
    if batch:
        session.execute(insert(table), batch)


def prepare(data: Path, scale: float) -> str:
    """A data folder with index and database; the session token."""
    build_index(data)
    database = Database(f"sqlite:///{(data / 'bdhvs.sqlite3').as_posix()}")
    try:
        upgrade(database.engine, data / "backups")
        database.write_now(lambda session: register_wards(session, load_wards().wards))
        assert database.read_now(lambda session: session.exec(select(Ward).where(Ward.code == WARD)).first())
        return database.write_now(lambda session: fill(session, scale))
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


def measure(address: str, token: str, rounds: int) -> list[Measured]:
    """Every page, one after the other."""
    assets = sum(fetch(address + asset, token)[1] for asset in ASSETS)
    found = []
    for page in PAGES:
        url = f"{address}/staff/w/{WARD}/{page}"
        fetch(url, token)
        taken = [fetch(url, token) for _ in range(rounds)]
        times = [seconds for seconds, _ in taken]
        size = (taken[-1][1] + (0 if page.endswith(".csv") else assets)) / 1000
        found.append(Measured(page or "overview", size, percentile(times, 0.95), statistics.median(times)))
    return found


def judged(found: list[Measured], scale: float) -> Iterator[Row]:
    """The two bars: the heaviest and the slowest page."""
    heaviest = max(found, key=lambda one: one.kilobytes)
    slowest = max(found, key=lambda one: one.p95)
    people = f"{max(20, int(RESIDENTS * scale)):,} residents, {len(found)} pages"
    yield Row(
        issue="staff site",
        bar=f"every page at most {LARGEST_KB:.0f} kB with what it loads",
        figure=f"{heaviest.kilobytes:.0f} kB ({heaviest.page})",
        holds=heaviest.kilobytes <= LARGEST_KB,
        how=f"uncompressed, style, script and icon counted in; {people}",
    )
    yield Row(
        issue="staff site",
        bar=f"p95 of every page at most {SLOWEST * 1000:.0f} ms",
        figure=f"{slowest.p95 * 1000:.0f} ms ({slowest.page})",
        baseline=f"median of pages {statistics.median(one.median for one in found) * 1000:.0f} ms",
        holds=slowest.p95 <= SLOWEST,
        how=f"each page {ROUNDS} times after one that does not count, one reader, SQLite; {people}",
    )


def rows(scale: float = 1.0) -> Iterator[Row]:
    """The rows of the table."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        token = prepare(data, scale)
        with served(data) as server:
            found = measure(server.address, token, ROUNDS)
    yield from judged(found, scale)
