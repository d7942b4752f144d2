"""What stands above the results: targets with where the ward is, the day the report is due, what is not set up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, select

from bot.indicators.figures import WardFigures
from bot.reports.deadlines import deadlines_of
from bot.store import setup
from bot.store.tables import WardSetup, WardTarget
from knowledge.deadlines import ReportDeadline


@dataclass(frozen=True, slots=True)
class Goals:
    """``share`` is the percent of adults who take part, None while their number is unknown; ``due`` the next day by
    which a report is due, ``days`` until then."""

    counted: WardTarget | None
    share: float | None
    of_plan: tuple[str, ...]
    due: date | None
    days: int
    unfinished: bool


def goals(
    session: Session, ward_code: str, figures: WardFigures, today: date, read: Sequence[ReportDeadline] = ()
) -> Goals:
    """The goals of a ward on a day; ``read``: the deadlines that the plans name."""
    rows = setup.targets_of(session, ward_code)
    begun = session.exec(select(WardSetup).where(WardSetup.ward_code == ward_code)).first()
    due = min((one.next_due(today) for one in deadlines_of(session, read, ward_code)), default=None)
    total = figures.total
    return Goals(
        next((row for row in rows if row.measure == setup.PARTICIPATION), None),
        round(100 * total.residents / total.adults, 1) if total.adults else None,
        tuple(row.text for row in rows if row.measure == setup.OF_PLAN),
        due,
        (due - today).days if due is not None else 0,
        begun is not None and begun.finished_at is None,
    )
