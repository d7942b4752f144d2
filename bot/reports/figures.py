"""A report's figures from the one function of figures that pages, files and the API share."""

from __future__ import annotations

from datetime import date, datetime

from sqlmodel import Session

from bot.indicators.daily import changes, is_behind, steps, write
from bot.indicators.ward import Figure, GroupRow, IndicatorTable, indicator_table
from bot.indicators.ward import Period as Days
from bot.reports.periods import Period
from bot.reports.snapshot import IndicatorFigures, PlaceFigure, Snapshot
from bot.reports.words import word
from bot.store.database import Database
from bot.store.tables import Ward
from lessons.progress import local_day


async def bring_up_whole(database: Database, ward_code: str, now: datetime) -> None:
    """Make the daily figures of a ward as they are at this moment, however long it takes: they will be frozen."""
    if not await database.read(lambda session: is_behind(session, ward_code)):
        return
    found = await database.read(lambda session: changes(session, ward_code))
    for part in steps(found):
        await database.write(lambda session, part=part: write(session, part, now))  # type: ignore[misc]


def snapshot_of(session: Session, ward: Ward, period: Period, today: date) -> Snapshot:
    """Everything that a report of the period says in numbers, as it is published: small groups merged or hidden."""
    last = period.until(today)
    table = indicator_table(session, ward.code, Days(period.first, last), published=True)
    return snapshot_from(table, period.key, period.first, last)


def snapshot_from(table: IndicatorTable, key: str, first: date, last: date) -> Snapshot:
    """A table of figures as plain data; nothing is computed anew."""
    indicators = tuple(_indicator(table, number) for number in range(len(table.indicators)))
    return Snapshot(table.ward_code, table.ward_name, key, first, last, indicators)


def _indicator(table: IndicatorTable, number: int) -> IndicatorFigures:
    used = table.indicators[number]
    meaning = used.definition
    return IndicatorFigures(
        meaning.code,
        meaning.name,
        meaning.numerator,
        meaning.denominator,
        meaning.unit,
        meaning.source,
        meaning.version,
        meaning.fingerprint,
        meaning.measured,
        used.target,
        tuple(_place(row, row.figures[number]) for row in table.groups),
        _place(table.total, table.total.figures[number], whole=True),
    )


def _place(row: GroupRow, figure: Figure, whole: bool = False) -> PlaceFigure:
    said = ""
    if figure.entry is not None:
        one = figure.entry
        day = f"{local_day(one.entered_at):%d/%m/%Y}"
        said = word("entered", source=one.source, by=one.entered_by, day=day)
    group_id = None if whole else row.group_id
    return PlaceFigure(
        group_id, row.name, figure.numerator, figure.denominator, figure.value, whole, figure.hidden, said
    )
