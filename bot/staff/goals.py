"""What stands above the results: targets with where the ward is, the day the report is due, what is not set up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, select

from bot.indicators.figures import WardFigures
from bot.store import setup
from bot.store.tables import WardPlan, WardSetup, WardTarget


@dataclass(frozen=True, slots=True)
class Goals:
    """``share`` is the percent of adults who take part, None while their number is unknown; ``due`` the next day on
    which the report is due, ``days`` until then."""

    counted: WardTarget | None
    share: float | None
    of_plan: tuple[str, ...]
    due: date | None
    days: int
    unfinished: bool


def goals(session: Session, ward_code: str, figures: WardFigures, today: date) -> Goals:
    """The goals of a ward on a day."""
    rows = setup.targets_of(session, ward_code)
    plan = session.get(WardPlan, ward_code)
    begun = session.exec(select(WardSetup).where(WardSetup.ward_code == ward_code)).first()
    due = next_due(plan.confirmed.get("deadline") if plan is not None else None, today)
    total = figures.total
    return Goals(
        next((row for row in rows if row.measure == setup.PARTICIPATION), None),
        round(100 * total.residents / total.adults, 1) if total.adults else None,
        tuple(row.text for row in rows if row.measure == setup.OF_PLAN),
        due,
        (due - today).days if due is not None else 0,
        begun is not None and begun.finished_at is None,
    )


def next_due(deadline: dict[str, int] | None, today: date) -> date | None:
    """The next day that a yearly deadline (day, month) falls on; 29/2 is the last of February in other years."""
    if not deadline:
        return None
    for year in (today.year, today.year + 1):
        day = _day(year, deadline["month"], deadline["day"])
        if day >= today:
            return day
    return None


def _day(year: int, month: int, day: int) -> date:
    while True:
        try:
            return date(year, month, day)
        except ValueError:
            day -= 1  # 31/6 and the like: the last day of that month
