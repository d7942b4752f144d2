"""What stays of answers whose person is gone: counts of one day in one group, by which every figure stays the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import column
from sqlmodel import Session, col, select

from bot.store.measure_views import ROW, of_person, statement
from bot.store.sql import insert_ignoring, table_of
from bot.store.tables import RemovedFigure

KEY = ("measure", "day", "ward_code", "group_id", "course_id")


def keep_counts(session: Session, person_id: int) -> None:
    """Add what a person added to every measure to the counts of those days; the caller deletes their answers."""
    kept = table_of(RemovedFigure)
    query = statement(of_person(session.get_bind().dialect.name))
    typed = query.columns(*(column(name, kept.c[name].type) for name in ROW))
    for row in session.connection().execute(typed, {"person": person_id}).all():
        _add(session, row._asdict())


def _add(session: Session, row: Mapping[str, Any]) -> None:
    key = {name: row[name] for name in KEY}
    insert_ignoring(session, RemovedFigure, {**key, "numerator": 0, "denominator": 0})
    session.flush()
    where = [col(getattr(RemovedFigure, name)) == value for name, value in key.items()]
    kept = session.exec(select(RemovedFigure).where(*where).with_for_update()).one()
    kept.numerator += row["numerator"]
    kept.denominator += row["denominator"]
    session.add(kept)
    session.flush()
