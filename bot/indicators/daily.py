"""Makes the daily table from the views: what differs is written, so that making it again writes nothing."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, column, delete, func
from sqlmodel import Session, col, select

from bot.indicators.nights import tell_ready
from bot.indicators.standing import EVER, WHOLE_WARD
from bot.store.database import Database
from bot.store.measure_views import ROW, all_measures, statement
from bot.store.sql import table_of, upsert
from bot.store.tables import Attempt, ClassSession, DailyFigure, FigureBuild, GroupAdults, ResidentialGroup, Ward
from lessons.progress import local_day

STEP = 2000  # rows of one unit of work, so that residents' messages are stored in between
# A ward whose figures take no longer is made anew whenever somebody looks: the page then shows this very moment.
AT_ONCE_SECONDS = 0.5
KEY = ("ward_code", "measure", "course_id", "group_id", "day")
Key = tuple[str, str, str, int]  # ward, measure, course, group
Pairs = tuple[date, int, int]  # until, numerator, denominator


@dataclass(frozen=True, slots=True)
class Changes:
    """What must be written to make the daily table say what the views say, and up to which rows of the logs."""

    gone: Sequence[tuple[Any, ...]]
    written: Sequence[dict[str, Any]]
    wards: tuple[str, ...]
    attempt_id: int
    session_id: int
    seconds: float


def is_behind(session: Session, ward_code: str) -> bool:
    """Whether the log of a ward has gone on since its figures were made."""
    build = session.get(FigureBuild, ward_code)
    if build is None or build.stale:
        return True
    answered = select(Attempt.id).where(col(Attempt.id) > build.attempt_id, Attempt.ward_code == ward_code).limit(1)
    held = (
        select(ClassSession.id)
        .where(col(ClassSession.id) > build.session_id, ClassSession.ward_code == ward_code)
        .limit(1)
    )
    return session.exec(answered).first() is not None or session.exec(held).first() is not None


def changes(session: Session, ward_code: str | None = None) -> Changes:
    """Read the views, of one ward or of all, and compare; writes nothing."""
    begun = time.perf_counter()
    newest = [session.exec(select(func.max(table.id))).one() or 0 for table in (Attempt, ClassSession)]
    wanted = _cumulated(_from_views(session, ward_code))
    gone: list[tuple[Any, ...]] = []
    written: list[dict[str, Any]] = []
    there = _there(session, ward_code)
    for key in {*wanted, *there}:
        new, old = wanted.get(key) or {}, there.get(key) or {}
        gone += [(*key, day) for day in old.keys() - new.keys()]
        written += [_values(key, day, row) for day, row in new.items() if old.get(day) != row]
    wards = (ward_code,) if ward_code is not None else tuple(session.exec(select(Ward.code)).all())
    return Changes(gone, written, wards, newest[0], newest[1], time.perf_counter() - begun)


def steps(found: Changes) -> Iterator[Changes]:
    """The changes in parts of STEP rows; the last one says that they are all in."""
    for start in range(0, len(found.gone), STEP):
        yield Changes(found.gone[start : start + STEP], (), (), 0, 0, 0.0)
    for start in range(0, len(found.written), STEP):
        yield Changes((), found.written[start : start + STEP], (), 0, 0, 0.0)
    yield Changes((), (), found.wards, found.attempt_id, found.session_id, found.seconds)


def write(session: Session, part: Changes, now: datetime) -> None:
    """Write a part of the changes."""
    daily = table_of(DailyFigure)
    if part.gone:
        there = delete(daily).where(*(daily.c[name] == bindparam(f"_{name}") for name in KEY))
        rows = [{f"_{name}": value for name, value in zip(KEY, key, strict=True)} for key in part.gone]
        session.connection().execute(there, rows)
    if part.written:
        upsert(session, DailyFigure, part.written)
    for ward_code in part.wards:
        made = session.get(FigureBuild, ward_code)
        tell_ready(session, ward_code, made.built_at if made else None, now)
        build = made or FigureBuild(ward_code=ward_code, built_at=now)
        build.built_at, build.seconds, build.stale = now, part.seconds, False
        build.attempt_id, build.session_id = part.attempt_id, part.session_id
        session.add(build)
    if part.wards:
        _note_adults(session, part.wards, local_day(now))
    session.flush()


def make(session: Session, ward_code: str | None, now: datetime) -> None:
    """Make the figures of a ward, or of all, in one unit of work: for tests and wards that are quickly done."""
    for part in steps(changes(session, ward_code)):
        write(session, part, now)


def to_make_at_once(session: Session, ward_code: str) -> bool:
    """Whether a ward's figures are behind and took AT_ONCE_SECONDS at most; a large one waits for the job."""
    build = session.get(FigureBuild, ward_code)
    return (build is None or build.seconds <= AT_ONCE_SECONDS) and is_behind(session, ward_code)


def make_if_quick(session: Session, ward_code: str, now: datetime) -> None:
    """Make a ward's figures when that is due and done at once."""
    if to_make_at_once(session, ward_code):
        make(session, ward_code, now)


async def bring_up(database: Database, ward_code: str, now: datetime) -> None:
    """Before a page reads: as ``make_if_quick``, in a unit of work only when there is something to do."""
    if await database.read(lambda session: to_make_at_once(session, ward_code)):
        await database.write(lambda session: make_if_quick(session, ward_code, now))


def _from_views(session: Session, ward_code: str | None) -> Iterable[Any]:
    daily = table_of(DailyFigure)
    query = statement(all_measures(session.get_bind().dialect.name, ward_code is not None)).columns(
        *(column(name, daily.c[name].type) for name in ROW)
    )
    return session.connection().execute(query, {} if ward_code is None else {"ward": ward_code})


def _cumulated(rows: Iterable[Any]) -> Mapping[Key, dict[date, Pairs]]:
    """Sums of days become sums up to each day, of every group and of the whole ward."""
    days: dict[Key, dict[date, list[int]]] = defaultdict(dict)
    for measure, ward_code, group_id, day, course_id, numerator, denominator in rows:
        for group in (group_id, WHOLE_WARD):
            sums = days[(ward_code, measure, course_id, group)].setdefault(day, [0, 0])
            sums[0] += int(numerator)
            sums[1] += int(denominator)
    return {key: dict(_standing(of_days)) for key, of_days in days.items()}


def _standing(of_days: Mapping[date, list[int]]) -> Iterator[tuple[date, Pairs]]:
    ordered = sorted(of_days)
    numerator = denominator = 0
    for day, until in zip(ordered, [*ordered[1:], EVER], strict=True):
        numerator += of_days[day][0]
        denominator += of_days[day][1]
        yield day, (until, numerator, denominator)


def _there(session: Session, ward_code: str | None) -> Mapping[Key, dict[date, Pairs]]:
    daily = table_of(DailyFigure)
    query = select(*(daily.c[name] for name in (*KEY, "until", "numerator", "denominator")))
    if ward_code is not None:
        query = query.where(daily.c.ward_code == ward_code)
    found: dict[Key, dict[date, Pairs]] = defaultdict(dict)
    for ward, measure, course, group, day, until, numerator, denominator in session.connection().execute(query):
        found[(ward, measure, course, group)][day] = (until, numerator, denominator)
    return found


def _values(key: Key, day: date, row: Pairs) -> dict[str, Any]:
    names = (*KEY, "until", "numerator", "denominator")
    return dict(zip(names, (*key, day, *row), strict=True))


def _note_adults(session: Session, wards: Sequence[str], today: date) -> None:
    """Keep how many adults the groups have from today on, where the ward says something else than before."""
    newest: dict[int, GroupAdults] = {}
    groups = session.exec(select(ResidentialGroup).where(col(ResidentialGroup.ward_code).in_(wards))).all()
    ids = [group.id or 0 for group in groups]
    for row in session.exec(
        select(GroupAdults).where(col(GroupAdults.group_id).in_(ids)).order_by(col(GroupAdults.since))
    ):
        newest[row.group_id] = row
    for group in groups:
        known = newest.get(group.id or 0)
        if known is None and group.adults is None:
            continue
        if known is None or known.adults != group.adults:
            session.merge(GroupAdults(group_id=group.id or 0, since=today, adults=group.adults))
