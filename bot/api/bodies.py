"""Figures and reports as the JSON API says them: the numbers of the snapshot, and how people read them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from bot.reports.periods import period_of
from bot.reports.snapshot import IndicatorFigures, PlaceFigure, Snapshot
from bot.reports.tables import shown_place
from bot.store.tables import FrozenReport


def figures_body(snapshot: Snapshot) -> dict[str, Any]:
    """Every figure of a ward in a period."""
    return {
        "ward": {"code": snapshot.ward_code, "name": snapshot.ward_name},
        "first": snapshot.first.isoformat(),
        "last": snapshot.last.isoformat(),
        "indicators": [_indicator(one) for one in snapshot.indicators],
    }


def report_body(row: FrozenReport, snapshot: Snapshot, words: dict[str, str]) -> dict[str, Any]:
    """A frozen report with its figures and words."""
    return {**report_line(row), "figures": figures_body(snapshot), "words": words}


def report_line(row: FrozenReport) -> dict[str, Any]:
    """A frozen report in a list."""
    period = period_of(row.period)
    return {
        "id": row.id,
        "ward": row.ward_code,
        "period": row.period,
        "title": period.name if period else row.period,
        "sha256": row.sha256,
        "frozen_at": row.frozen_at.isoformat(timespec="seconds"),
    }


def _indicator(one: IndicatorFigures) -> dict[str, Any]:
    return {
        "code": one.code,
        "name": one.name,
        "unit": one.unit,
        "numerator": one.numerator,
        "denominator": one.denominator,
        "source": one.source,
        "version": one.version,
        "fingerprint": one.fingerprint,
        "measured": one.measured,
        "target": _number(one.target),
        "total": _place(one, one.total),
        "groups": [{"id": place.group_id, **_place(one, place)} for place in one.groups],
    }


def _place(one: IndicatorFigures, place: PlaceFigure) -> dict[str, Any]:
    return {
        "name": place.name,
        "numerator": place.numerator,
        "denominator": place.denominator,
        "value": _number(place.value),
        "shown": shown_place(one, place),
        "hidden": place.hidden,
        "entered": place.said or None,
    }


def _number(value: Decimal | None) -> float | None:
    """A number of JSON: one decimal survives it."""
    return None if value is None else float(value)
