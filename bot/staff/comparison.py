"""The wards side by side, for who reads the figures of every ward: published figures only, of no group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web
from sqlmodel import Session, col, select

from bot.indicators.definitions import COUNT, Definition, definition_sets, shipped_definitions
from bot.indicators.export import EMPTY
from bot.indicators.sheets import worded, worded_parts
from bot.indicators.standing import WHOLE_WARD
from bot.indicators.ward import Figure, Period, chosen, default_codes, indicator_table
from bot.staff.access import ACCOUNT, ANY_ACCOUNT, StaffRoute
from bot.staff.context import Context, page
from bot.staff.indicators import period_of
from bot.staff.kept import Kept
from bot.store.naming import natural_key
from bot.store.tables import FigureBuild, Ward, utc_now
from lessons.progress import local_day

SHOWN_FIRST = 4  # indicators that are compared when none is chosen
MOST = 12  # indicators in a table that still fits a sheet of paper


@dataclass(frozen=True, slots=True)
class Line:
    """A ward with a figure an indicator, None where the ward has not chosen it; ``built_at``: when it was counted."""

    ward: Ward
    figures: tuple[Figure | None, ...]
    built_at: datetime | None


def routes(context: Context) -> list[StaffRoute]:
    """The addresses of this file."""
    pages = ComparisonPages(context)
    return [StaffRoute("GET", "/compare", pages.compare, ANY_ACCOUNT)]


class ComparisonPages:
    """Handlers."""

    def __init__(self, context: Context) -> None:
        self._database = context.database
        self._lines: Kept[list[Line]] = Kept()

    async def compare(self, request: web.Request) -> web.Response:
        """The table; 404 for who does not read every ward."""
        if not request[ACCOUNT].reads_city:
            raise web.HTTPNotFound
        now = utc_now()
        period, definitions = period_of(request, local_day(now)), _definitions(request)
        key = (period, *(one.code for one in definitions))
        lines = await self._lines.get(
            key, now, lambda: self._database.read(lambda session: compared(session, period, definitions))
        )
        values = {
            "lines": lines,
            "definitions": definitions,
            "sets": definition_sets(),
            "period": period,
            "worded": lambda figure, unit: EMPTY if figure is None else worded(figure, unit),
            "parts": lambda figure: "" if figure is None else worded_parts(figure),
            "most": MOST,
            "COUNT": COUNT,
        }
        return page(request, "compare.html", values)


def _definitions(request: web.Request) -> list[Definition]:
    """The indicators that the address names, in the order in which they are shipped."""
    named = set(request.query.getall("code", [])) or set(default_codes()[:SHOWN_FIRST])
    return [one for code, one in shipped_definitions().items() if code in named][:MOST]


def compared(session: Session, period: Period, definitions: Sequence[Definition]) -> list[Line]:
    """The wards in which somebody has learnt, in natural order; a ward of too few learners shows no figure."""
    rows = session.exec(select(Ward).join(FigureBuild).where(col(Ward.served).is_(True))).all()
    return [_line(session, ward, period, definitions) for ward in sorted(rows, key=lambda row: natural_key(row.name))]


def _line(session: Session, ward: Ward, period: Period, definitions: Sequence[Definition]) -> Line:
    own = {one.definition.code for one in chosen(session, ward.code) if not one.own}
    codes = [one.code for one in definitions if one.code in own]
    table = indicator_table(session, ward.code, period, codes, WHOLE_WARD, published=True)
    found: Mapping[str, Figure] = dict(zip(codes, table.total.figures, strict=True))
    return Line(ward, tuple(found.get(one.code) for one in definitions), table.built_at)
