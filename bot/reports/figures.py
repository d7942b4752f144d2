"""A report's figures from the one function of figures that pages, files and the API share."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlmodel import Session

from bot.indicators.export import participation_table
from bot.indicators.figures import ward_figures
from bot.reports.periods import Period
from bot.reports.snapshot import IndicatorFigures, PlaceFigure, Snapshot
from bot.store.tables import Ward, utc_now


def snapshot_of(session: Session, ward: Ward, period: Period, today: date) -> Snapshot:
    """Everything that a report of the period says in numbers, as it is published."""
    figures = ward_figures(session, ward.code, utc_now())
    rows = participation_table(figures, ward.name, utc_now()).rows
    places = [
        PlaceFigure(one.group_id, one.name, one.residents, one.adults, None if row[3] is None else Decimal(str(row[3])))
        for one, row in zip((*figures.groups, figures.total), rows, strict=True)
    ]
    whole = PlaceFigure(None, ward.name, places[-1].numerator, places[-1].denominator, places[-1].value, whole=True)
    one = IndicatorFigures(
        "TG",
        "Tỷ lệ tham gia",
        "Cư dân tham gia",
        "Người trưởng thành",
        "percent",
        "",
        1,
        "",
        True,
        None,
        tuple(places[:-1]),
        whole,
    )
    return Snapshot(ward.code, ward.name, period.key, period.first, period.until(today), (one,))
