"""Importing a large ward's tables: ten thousand groups, ten thousand assisted learners, a tenth of the rows wrong."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from sqlmodel import Session

from benchmarks.harness import Row
from bot.staff.groups import new_join_code
from bot.staff.imports.columns import Table, read
from bot.staff.imports.group_rows import check_groups, kind_by_name, same_name
from bot.staff.imports.roster_rows import check_roster
from bot.store import imports
from bot.store.database import Database
from bot.store.migrate import upgrade
from bot.store.tables import Ward, utc_now
from tests.support.tables_of_people import GROUP_HEADINGS, ROSTER_HEADINGS, group_rows, roster_rows, workbook

ROWS = 10_000
LIMIT_SECONDS = 20.0
WRONG_EVERY = 10
WARD = "hung-dao"


def rows(scale: float) -> Iterable[Row]:
    """One row a table: from the bytes of the file to the last row in the database."""
    count = max(WRONG_EVERY, round(ROWS * scale))
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{(Path(folder) / 'bdhvs.sqlite3').as_posix()}"
        database = Database(url)
        try:
            upgrade(database.engine, Path(folder))
            database.write_now(lambda session: session.add(Ward(code=WARD, name="Phường Hưng Đạo")))
            yield measured(database, "groups", count)
            yield measured(database, "roster", count)
        finally:
            database.close()


def measured(database: Database, kind: str, count: int) -> Row:
    """Read, check, take in; the bar holds when every wrong row was told and every other is in."""
    content = file_of(kind, count)
    begin, working = time.perf_counter(), time.process_time()
    table = read(kind, content, "bang.xlsx")
    good = checked(database, kind, table)
    added = taken(database, kind, good)
    seconds, working = time.perf_counter() - begin, time.process_time() - working
    wrong = -(-count // WRONG_EVERY)
    complete = len(table.problems) == wrong and added == count - wrong
    return Row(
        "People",
        f"{count:,} rows of {'groups' if kind == 'groups' else 'assisted learners'} in {LIMIT_SECONDS:.0f} s, "
        "wrong rows told",
        f"{seconds:.1f} s ({working:.1f} s of a core), {added:,} in, {len(table.problems):,} told",
        ratio=seconds / LIMIT_SECONDS,
        holds=complete and seconds <= LIMIT_SECONDS,
        how=f"an XLSX of {len(content) // 1024} KB, every {WRONG_EVERY}th row wrong, into SQLite; one process",
    )


def file_of(kind: str, count: int) -> bytes:
    """A file with every tenth row wrong."""
    if kind == "groups":
        return workbook(GROUP_HEADINGS, spoilt(group_rows(count), (0, "", "thôn")))
    # The first group's row is a wrong one: learners are in the second to the ninth.
    good = [
        (name, f"Tổ dân phố số {2 + number % 8}", age) for number, (name, _, age) in enumerate(roster_rows(count, 1))
    ]
    return workbook(ROSTER_HEADINGS, spoilt(good, ("bà Sáu", "Tổ lạ", "")))


def spoilt(good: list[tuple[object, ...]], wrong: tuple[object, ...]) -> list[tuple[object, ...]]:
    """The rows with every tenth replaced by a wrong one."""
    return [wrong if number % WRONG_EVERY == 0 else row for number, row in enumerate(good)]


def checked(database: Database, kind: str, table: Table) -> list[list[Any]]:
    """The rows that may be taken in."""
    if kind == "groups":
        return check_groups(table)

    def unit(session: Session) -> dict[str, int]:
        return {one.name: one.id or 0 for one in imports.groups_of(session, WARD)}

    return check_roster(table, database.read_now(unit))


def taken(database: Database, kind: str, good: list[list[Any]]) -> int:
    """Take the rows in, a unit of work after the other; how many were added."""

    def keep(session: Session) -> int:
        batch = imports.preview(WARD, kind, "bang.xlsx", "Lan", good, {"problems": [], "notes": []})
        session.add(batch)
        session.flush()
        return batch.id or 0

    number = database.write_now(keep)

    def step(session: Session) -> bool:
        if kind == "groups":
            return imports.take_groups(session, number, same_name, kind_by_name, new_join_code)
        return imports.take_people(session, number, same_name, utc_now())

    while not database.write_now(step):
        pass
    return database.read_now(lambda session: session.get_one(imports.ImportBatch, number).added)
