"""Taking a checked table of figures in, a thousand rows at a time, and taking it back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import update
from sqlmodel import Session, col

from bot.indicators.choosing import Given, enter
from bot.store.imports import STEP, stepped
from bot.store.tables import EnteredFigure, ImportBatch


def take_figures(session: Session, batch_id: int, now: datetime) -> bool:
    """Enter the next figures of a batch, in the name of who sent it; True when all are in."""
    batch = session.get_one(ImportBatch, batch_id)
    for row in batch.rows[batch.next_row : batch.next_row + STEP]:
        enter(session, batch.ward_code, given_of_row(row), batch.made_by, now, batch.id)
        batch.added += 1
    return stepped(batch)


def given_of_row(row: Sequence[Any]) -> Given:
    """A row of ``check_figures``."""
    code, group, day, numerator, denominator, percent, source = row
    percents = None if percent is None else Decimal(percent)
    return Given(code, group, date.fromisoformat(day), numerator, denominator, percents, source)


def undo_figures(session: Session, batch_id: int, now: datetime) -> int:
    """Withdraw the figures of a batch; they stay in the history. Nothing has to stay in force: 0."""
    mine = (col(EnteredFigure.import_id) == batch_id, col(EnteredFigure.withdrawn_at).is_(None))
    session.execute(update(EnteredFigure).where(*mine).values(withdrawn_at=now))
    batch = session.get_one(ImportBatch, batch_id)
    batch.status, batch.undone_at = "undone", now
    return 0


def shown_row(row: Sequence[Any], places: Mapping[int | None, str]) -> tuple[Any, ...]:
    """A row of the preview."""
    given = given_of_row(row)
    percent = "" if given.percent is None else str(given.percent).replace(".", ",")
    place = "Toàn phường, xã" if given.group_id is None else places.get(given.group_id, "?")
    return (
        given.code,
        place,
        f"{given.day:%d/%m/%Y}",
        given.numerator,
        given.denominator,
        percent,
        given.source,
        "new",
    )
