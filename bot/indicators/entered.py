"""Figures that staff enter: which one stands, with who entered it, when and from where."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlmodel import Session, col, select

from bot.indicators.definitions import IN_PERIOD, Definition
from bot.indicators.standing import WHOLE_WARD
from bot.store.tables import EnteredFigure


@dataclass(frozen=True, slots=True)
class Entry:
    """A figure as it was entered: what stood on ``day``; ``percent`` when the source gives no numbers."""

    id: int
    day: date
    numerator: int | None
    denominator: int | None
    percent: Decimal | None
    source: str
    entered_by: str
    entered_at: datetime


def entries_standing(
    session: Session, ward_code: str, definitions: Mapping[str, Definition], first: date | None, last: date
) -> Mapping[tuple[str, int], Entry]:
    """The newest entry by code and group (WHOLE_WARD for the ward's own) up to ``last``.

    Of one that counts in the period, only what was entered for a day in it.
    """
    return entries_of(entered_rows(session, ward_code, definitions, last), definitions, first, last)


def entered_rows(
    session: Session, ward_code: str, definitions: Mapping[str, Definition], last: date
) -> Sequence[EnteredFigure]:
    """What was entered for these indicators up to a day and stands, the newest last."""
    return session.exec(
        select(EnteredFigure)
        .where(
            EnteredFigure.ward_code == ward_code,
            col(EnteredFigure.code).in_(sorted(definitions)),
            EnteredFigure.day <= last,
            col(EnteredFigure.withdrawn_at).is_(None),
        )
        .order_by(col(EnteredFigure.day), col(EnteredFigure.entered_at), col(EnteredFigure.id))
    ).all()


def entries_of(
    rows: Iterable[EnteredFigure], definitions: Mapping[str, Definition], first: date | None, last: date
) -> Mapping[tuple[str, int], Entry]:
    """As ``entries_standing``, of the rows of ``entered_rows``."""
    found: dict[tuple[str, int], Entry] = {}
    for row in rows:
        before = definitions[row.code].period == IN_PERIOD and first is not None and row.day < first
        if row.day <= last and not before:
            found[(row.code, WHOLE_WARD if row.group_id is None else row.group_id)] = entry_of(row)
    return found


def entry_of(row: EnteredFigure) -> Entry:
    """A row as an entry."""
    return Entry(
        row.id or 0,
        row.day,
        row.numerator,
        row.denominator,
        row.percent,
        row.source,
        row.entered_by,
        row.entered_at,
    )
