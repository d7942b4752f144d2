"""The indicators of a ward: the one function that page, chart, chat, CSV, XLSX, report and API all call.

``indicator_table`` gives, for the indicators a ward chose, a row a group and one for the whole ward, each with a
``Figure`` an indicator in the same order as ``IndicatorTable.indicators``. What is shown is ``Figure.value``, rounded
once, here: nothing that shows figures may compute any.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import cache

from sqlmodel import Session, col, select

from bot.indicators.definitions import ADULTS, COUNT, IN_PERIOD, Definition, read_definition, shipped_definitions
from bot.indicators.entered import Entry, entered_rows, entries_of, entries_standing
from bot.indicators.standing import (
    NO_GROUP,
    WHOLE_WARD,
    Pair,
    adult_rows,
    adults_on,
    adults_said,
    since,
    standing,
    standing_of_days,
    within,
)
from bot.store.naming import natural_key
from bot.store.tables import FigureBuild, ResidentialGroup, Ward, WardIndicator

SMALLEST_PUBLISHED = 5  # learners: of fewer, who knows the group may guess who it was (domain facts 4.4)
STARTERS = "starters"  # the measure that counts a group's learners: who has answered at least one question
TENTH = Decimal("0.1")
MERGED = "Các tổ có dưới 5 người học"
LOOSE = "Chưa chọn tổ"
TOTAL = "Toàn phường, xã"


@dataclass(frozen=True, slots=True)
class Period:
    """Days from ``first`` (None: from the beginning) to ``last``, both counted; days in Vietnam."""

    first: date | None
    last: date


@dataclass(frozen=True, slots=True)
class Indicator:
    """A definition as a ward uses it: its target (percent or count; None: none) and the day it is to be reached."""

    definition: Definition
    target: Decimal | None = None
    due_on: date | None = None
    own: bool = False


@dataclass(frozen=True, slots=True)
class Figure:
    """One cell. ``value``: percent to one decimal (half up) or a whole count; None when it is not known.

    ``entry`` says who entered it, when, from where; None for what the program counts. ``hidden``: too few learners.
    """

    numerator: int | None = None
    denominator: int | None = None
    value: Decimal | None = None
    entry: Entry | None = None
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A group (``group_id``), who has none (0), groups merged for publication (None) or the whole ward (-1)."""

    group_id: int | None
    name: str
    learners: int
    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class IndicatorTable:
    """``built_at``: when the daily figures were made, None when never. ``groups`` are in natural order."""

    ward_code: str
    ward_name: str
    period: Period
    indicators: tuple[Indicator, ...]
    groups: tuple[GroupRow, ...]
    total: GroupRow
    built_at: datetime | None
    published: bool


@cache
def default_codes() -> tuple[str, ...]:
    """What a ward has that has chosen nothing: the indicators that the program counts by itself."""
    return tuple(code for code, one in shipped_definitions().items() if one.measured)


def chosen(session: Session, ward_code: str) -> tuple[Indicator, ...]:
    """The indicators a ward chose, in its order."""
    rows = session.exec(
        select(WardIndicator)
        .where(WardIndicator.ward_code == ward_code)
        .order_by(col(WardIndicator.position), col(WardIndicator.code))
    ).all()
    if not rows:
        return tuple(Indicator(one, one.target) for one in map(shipped_definitions().__getitem__, default_codes()))
    return tuple(made for row in rows if (made := _of_row(row)) is not None)


def _of_row(row: WardIndicator) -> Indicator | None:
    own = row.own is not None
    definition = read_definition(row.own) if row.own is not None else shipped_definitions().get(row.code)
    return None if definition is None else Indicator(definition, row.target, row.due_on, own)


def indicator_table(
    session: Session,
    ward_code: str,
    period: Period,
    codes: Sequence[str] | None = None,
    only_group: int | None = None,
    published: bool = False,
) -> IndicatorTable:
    """The figures of a ward for a period, from the daily table and what staff entered.

    ``codes`` narrows (and orders) the indicators, by default all that the ward chose; ``only_group`` narrows the rows
    to a leader's group (the total is then that group's), WHOLE_WARD leaves the total alone. ``published``: groups of
    fewer than SMALLEST_PUBLISHED learners are merged, and hidden where even that leaves too few. Raises KeyError for a
    code that the ward lacks.
    """
    indicators = _narrowed(chosen(session, ward_code), codes)
    facts = _facts(session, ward_code, period, indicators, only_group)
    rows = [
        _row(facts, indicators, group_id, name) for group_id, name in _named(_group_rows(session, ward_code), facts)
    ]
    total = _row(facts, indicators, WHOLE_WARD, TOTAL)
    if only_group not in (None, WHOLE_WARD):
        rows = [row for row in rows if row.group_id == only_group]
        total = replace(rows[0], name=TOTAL) if rows else replace(total, figures=tuple(Figure() for _ in indicators))
    if published:
        rows, total = _publishable(rows, total, facts, indicators)
    ward = session.get_one(Ward, ward_code)
    build = session.get(FigureBuild, ward_code)
    built_at = build.built_at if build is not None else None
    return IndicatorTable(ward_code, ward.name, period, indicators, tuple(rows), total, built_at, published)


def value_of(unit: str, numerator: int | None, denominator: int | None) -> Decimal | None:
    """A percent to one decimal, half up as in school, or the count; None when it cannot be told."""
    if numerator is None:
        return None
    if unit == COUNT:
        return Decimal(numerator)
    if not denominator:
        return None
    return (Decimal(numerator * 100) / denominator).quantize(TENTH, ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class _Facts:
    """What the rows are made of; pairs by indicator code and group."""

    pairs: Mapping[tuple[str, int], Pair]
    learners: Mapping[int, int]
    adults: Mapping[int, int | None]
    entries: Mapping[tuple[str, int], Entry]


def _narrowed(indicators: tuple[Indicator, ...], codes: Sequence[str] | None) -> tuple[Indicator, ...]:
    if codes is None:
        return indicators
    by_code = {one.definition.code: one for one in indicators}
    return tuple(by_code[code] for code in codes)


def _facts(
    session: Session, ward_code: str, period: Period, indicators: Sequence[Indicator], only: int | None
) -> _Facts:
    pairs: dict[tuple[str, int], Pair] = {}
    for in_period in (False, True):
        wanted = [
            one.definition
            for one in indicators
            if one.definition.measure is not None and (one.definition.period == IN_PERIOD) == in_period
        ]
        if not wanted:
            continue
        measures = {one.measure or "" for one in wanted}
        found = within(session, ward_code, measures, period.first if in_period else None, period.last, only)
        pairs |= _by_code(wanted, found)
    adults = dict(adults_on(session, [row.id or 0 for row in _group_rows(session, ward_code)], period.last))
    learners = _learners(standing(session, ward_code, {STARTERS}, period.last, only))
    entered = _entered_by_code(indicators)
    return _Facts(pairs, learners, adults, entries_standing(session, ward_code, entered, period.first, period.last))


def _by_code(definitions: Iterable[Definition], found: Mapping[tuple[str, int], Pair]) -> dict[tuple[str, int], Pair]:
    return {
        (one.code, group): pair
        for one in definitions
        for (measure, group), pair in found.items()
        if measure == one.measure
    }


def _learners(found: Mapping[tuple[str, int], Pair]) -> dict[int, int]:
    return {group: pair[0] for (measure, group), pair in found.items() if measure == STARTERS}


def _entered_by_code(indicators: Iterable[Indicator]) -> dict[str, Definition]:
    return {one.definition.code: one.definition for one in indicators if not one.definition.measured}


def _group_rows(session: Session, ward_code: str) -> Sequence[ResidentialGroup]:
    return session.exec(select(ResidentialGroup).where(ResidentialGroup.ward_code == ward_code)).all()


def totals_of_days(
    session: Session, ward_code: str, code: str, first: date | None, days: Sequence[date], only: int = WHOLE_WARD
) -> list[Figure]:
    """The total that ``indicator_table`` gives of one indicator for the periods from ``first`` to each of the days.

    ``only``: of a leader's group instead of the whole ward. Everything is read once for all days.
    """
    if not days:
        return []
    indicators = _narrowed(chosen(session, ward_code), [code])
    definition = indicators[0].definition
    before = first - timedelta(days=1) if first is not None and definition.period == IN_PERIOD else None
    measures = {STARTERS, definition.measure or STARTERS}
    sums = standing_of_days(session, ward_code, measures, [*days, *filter(None, [before])], only)
    groups = _group_rows(session, ward_code)
    adults = adult_rows(session, [row.id or 0 for row in groups])
    entered = _entered_by_code(indicators)
    entries = entered_rows(session, ward_code, entered, max(days))
    figures = []
    for day in days:
        found = sums[day] if before is None else since(sums[day], sums[before])
        facts = _Facts(
            _by_code([definition], found) if definition.measured else {},
            _learners(sums[day]),
            adults_said(adults, day),
            entries_of(entries, entered, first, day),
        )
        there = only == WHOLE_WARD or only in _listed(groups, facts)
        figures.append(_figure(facts, definition, only) if there else Figure())
    return figures


def _named(rows: Sequence[ResidentialGroup], facts: _Facts) -> list[tuple[int, str]]:
    """The groups that have a row, in natural order, who has none last."""
    listed = _listed(rows, facts)
    named = [(row.id or 0, row.name) for row in rows if row.id in listed]
    named.sort(key=lambda one: natural_key(one[1]))
    return [*named, (NO_GROUP, LOOSE)] if NO_GROUP in listed else named


def _listed(rows: Sequence[ResidentialGroup], facts: _Facts) -> set[int]:
    """Groups in use, those that are no more in which something was learnt, and NO_GROUP where there is any such."""
    counted = {group for (_, group) in facts.pairs} | set(facts.learners) | {group for (_, group) in facts.entries}
    found = {row.id or 0 for row in rows if row.active or row.id in counted}
    known = {row.id for row in rows}
    if any(group != WHOLE_WARD and group not in known for group in counted):
        found.add(NO_GROUP)
    return found


def _row(facts: _Facts, indicators: Sequence[Indicator], group_id: int, name: str) -> GroupRow:
    figures = tuple(_figure(facts, one.definition, group_id) for one in indicators)
    return GroupRow(group_id, name, facts.learners.get(group_id, 0), figures)


def _figure(facts: _Facts, definition: Definition, group_id: int) -> Figure:
    if not definition.measured:
        return _entered(facts, definition, group_id)
    numerator, denominator = facts.pairs.get((definition.code, group_id), (0, 0))
    bottom: int | None = denominator
    if definition.base == ADULTS:
        bottom = _adults(facts, group_id)
    if definition.unit == COUNT:
        bottom = None
    return Figure(numerator, bottom, value_of(definition.unit, numerator, bottom))


def _adults(facts: _Facts, group_id: int) -> int | None:
    if group_id != WHOLE_WARD:
        return facts.adults.get(group_id)
    said = [one for one in facts.adults.values() if one is not None]
    return sum(said) if said else None


def _entered(facts: _Facts, definition: Definition, group_id: int) -> Figure:
    entry = facts.entries.get((definition.code, group_id))
    if entry is not None:
        bottom = entry.denominator if definition.unit != COUNT else None
        value = value_of(definition.unit, entry.numerator, bottom)
        if entry.percent is not None:
            value = entry.percent.quantize(TENTH, ROUND_HALF_UP)
        return Figure(entry.numerator, bottom, value, entry)
    if group_id != WHOLE_WARD:
        return Figure()
    # Nothing was entered for the whole ward: its groups' sum, when every part of it is known.
    parts = [one for (code, _), one in facts.entries.items() if code == definition.code]
    if not parts or any(one.numerator is None for one in parts):
        return Figure()
    numerator = sum(one.numerator or 0 for one in parts)
    bottom = None if definition.unit == COUNT else sum(one.denominator or 0 for one in parts)
    return Figure(numerator, bottom, value_of(definition.unit, numerator, bottom))


def _publishable(
    rows: Sequence[GroupRow], total: GroupRow, facts: _Facts, indicators: Sequence[Indicator]
) -> tuple[list[GroupRow], GroupRow]:
    """Merge the small groups, with the next larger ones until they are enough; else hide everything.

    Groups in which nobody learns are merged alone: there is nobody whom their zeros could name.
    """
    by_size = sorted(rows, key=lambda row: row.learners)
    merged = [row for row in by_size if row.learners < SMALLEST_PUBLISHED]
    rest = by_size[len(merged) :]
    while rest and 0 < sum(row.learners for row in merged) < SMALLEST_PUBLISHED:
        merged.append(rest.pop(0))
    hide = total.learners < SMALLEST_PUBLISHED
    if hide:
        return [_hidden(row) for row in rows], _hidden(total)
    if not merged:
        return list(rows), total
    one = _merged(merged, indicators)
    if 0 < one.learners < SMALLEST_PUBLISHED:
        one = _hidden(one)
    gone = {row.group_id for row in merged}
    return [*(row for row in rows if row.group_id not in gone), one], total


def _hidden(row: GroupRow) -> GroupRow:
    return replace(row, figures=tuple(Figure(hidden=True) for _ in row.figures), learners=0)


def _merged(rows: Sequence[GroupRow], indicators: Sequence[Indicator]) -> GroupRow:
    figures = []
    for number, one in enumerate(indicators):
        parts = [row.figures[number] for row in rows if row.figures[number].numerator is not None]
        bottoms = [part.denominator for part in parts if part.denominator is not None]
        numerator = sum(part.numerator or 0 for part in parts) if parts else None
        bottom = sum(bottoms) if bottoms and one.definition.unit != COUNT else None
        figures.append(Figure(numerator, bottom, value_of(one.definition.unit, numerator, bottom)))
    return GroupRow(None, MERGED, sum(row.learners for row in rows), tuple(figures))
