"""The figures of a report as tables of text: the same cells in the document, the workbook and the page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from bot.indicators.export import EMPTY, shown
from bot.reports.snapshot import IndicatorFigures, PlaceFigure, Snapshot
from bot.reports.words import word

COLUMNS_AT_ONCE = 4  # indicators beside each other in the table of groups: more do not fit an upright A4


@dataclass(frozen=True, slots=True)
class ReportTable:
    """A table with its title; the last row is the ward's when ``summed``."""

    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    summed: bool = False


def shown_value(unit: str, value: Decimal | None) -> str:
    """A figure as people read it: "45,2%", "1.234"; a dash when it is not known."""
    if value is None:
        return EMPTY
    return f"{shown(float(value))}%" if unit == "percent" else shown(int(value))


def shown_place(indicator: IndicatorFigures, place: PlaceFigure) -> str:
    """A figure of a place, or the mark that it is not published."""
    return word("hidden") if place.hidden else shown_value(indicator.unit, place.value)


def report_tables(snapshot: Snapshot) -> list[ReportTable]:
    """The summary of the ward, then its groups by indicators."""
    if not snapshot.indicators:
        return []
    tables = [_summary(snapshot)]
    counted = [one for one in snapshot.indicators if one.groups]
    for first, after in pairwise(_even_parts(len(counted))):
        tables.append(_by_group(counted[first:after], len(tables) + 1))
    return tables


def _even_parts(count: int) -> list[int]:
    """Where to cut ``count`` columns into as few tables as can be, of about the same width."""
    parts = -(-count // COLUMNS_AT_ONCE)
    return [count * part // parts for part in range(parts + 1)] if parts else []


def _summary(snapshot: Snapshot) -> ReportTable:
    keys = ("number", "indicator", "numerator", "denominator", "result", "target")
    rows = []
    for place, one in enumerate(snapshot.indicators, 1):
        total = one.total
        parts = (shown(total.numerator), shown(total.denominator) if one.unit == "percent" else EMPTY)
        rows.append((str(place), f"{one.code}. {one.name}", *parts, shown_place(one, total), _target(one)))
    title = word("summary_table", number=1, ward=snapshot.ward_name)
    return ReportTable(title, tuple(word(f"column_{key}") for key in keys), tuple(rows))


def _by_group(indicators: Sequence[IndicatorFigures], number: int) -> ReportTable:
    headings = (word("column_number"), word("column_group"), *(f"{one.code}. {one.name}" for one in indicators))
    places = {(place.group_id, place.name): None for one in indicators for place in one.groups}
    rows = []
    for line, key in enumerate(places, 1):
        cells = []
        for one in indicators:
            found = next((place for place in one.groups if (place.group_id, place.name) == key), None)
            cells.append(EMPTY if found is None else shown_place(one, found))
        rows.append((str(line), key[1], *cells))
    rows.append(("", indicators[0].total.name, *(shown_place(one, one.total) for one in indicators)))
    return ReportTable(word("group_table", number=number), headings, tuple(rows), summed=True)


def _target(one: IndicatorFigures) -> str:
    return EMPTY if one.target is None else shown_value(one.unit, one.target)


def sentences(snapshot: Snapshot) -> list[str]:
    """One line an indicator, as it stands in the text."""
    return [_sentence(one) for one in snapshot.indicators]


def _sentence(one: IndicatorFigures) -> str:
    total = one.total
    if total.value is None:
        return word("figure", name=one.name, value=word("unknown"), of="", target="")
    parts = total.numerator is not None and total.denominator is not None and one.unit == "percent"
    of = word("of", numerator=shown(total.numerator), denominator=shown(total.denominator)) if parts else ""
    target = word("target", target=shown_value(one.unit, one.target)) if one.target is not None else ""
    return word("figure", name=one.name, value=shown_value(one.unit, total.value), of=of, target=target)


def notes(snapshot: Snapshot) -> list[str]:
    """What must be said below the tables: hidden figures, and from where those come that staff entered."""
    said = []
    if any(place.hidden for one in snapshot.indicators for place in one.groups):
        said.append(word("hidden_note"))
    for one in snapshot.indicators:
        sources = dict.fromkeys(place.said for place in (one.total, *one.groups) if place.said)
        said += [word("entered_note", code=one.code, said=source) for source in sources]
    return said
