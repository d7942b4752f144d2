"""Participation of a ward by residential group, and its downloads."""

from __future__ import annotations

from aiohttp import web

from bot.indicators.daily import bring_up
from bot.indicators.export import COLUMNS, ParticipationTable, as_csv, as_xlsx, file_stem, participation_table
from bot.indicators.figures import WardFigures, ward_figures
from bot.indicators.trend import Change, Week, changes, trend
from bot.reports.deadlines import read_deadlines
from bot.staff.access import EDITORS, MEMBERSHIP, WARD, WARD_EXPORTERS, WARD_FIGURES, StaffRoute
from bot.staff.context import Context, audit, page
from bot.staff.goals import goals
from bot.staff.kept import Kept
from bot.staff.needs import Needs
from bot.store.tables import utc_now
from lessons.progress import local_day

XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def routes(context: Context) -> list[StaffRoute]:
    """The addresses of this file."""
    pages = OverviewPages(context)
    return [
        StaffRoute("GET", "/w/{ward}/", pages.overview, WARD_FIGURES),
        StaffRoute("GET", "/w/{ward}/participation.csv", pages.csv, WARD_EXPORTERS),
        StaffRoute("GET", "/w/{ward}/participation.xlsx", pages.xlsx, WARD_EXPORTERS),
    ]


class OverviewPages:
    """Handlers."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._database = context.database
        self._needs = Needs(context)
        self._weeks: Kept[tuple[list[Week], dict[int | None, Change]]] = Kept()

    async def overview(self, request: web.Request) -> web.Response:
        """What waits, the ward against its targets, how the weeks went, the table of groups."""
        ward, now = request[WARD], utc_now()
        figures = await self._figures(request)
        aims = None
        if request[MEMBERSHIP].only_group is None:  # the ward's, not the group's
            read = read_deadlines(self._context.settings, self._context.material)
            aims = await self._database.read(lambda session: goals(session, ward.code, figures, local_day(now), read))
        only = request[MEMBERSHIP].only_group
        weeks, moved = await self._weeks.get(
            (ward.code, only),
            now,
            lambda: self._database.read(
                lambda session: (trend(session, ward.code, now, only), changes(session, ward.code, now))
            ),
        )
        waiting = await self._needs.of(ward.code, now) if request[MEMBERSHIP].role in EDITORS else None
        values = {
            "columns": COLUMNS,
            "table": participation_table(figures, ward.name, now),
            "groups": figures.groups,
            "goals": aims,
            "weeks": weeks,
            "moved": [(one, moved[one.group_id]) for one in figures.groups if _has_moved(moved.get(one.group_id))],
            "needs": waiting,
        }
        return page(request, "overview.html", values)

    async def csv(self, request: web.Request) -> web.Response:
        """The table as CSV."""
        table = await self._table(request)
        return await self._download(request, table, as_csv(table), "csv", "text/csv; charset=utf-8")

    async def xlsx(self, request: web.Request) -> web.Response:
        """The table as XLSX."""
        table = await self._table(request)
        return await self._download(request, table, as_xlsx(table), "xlsx", XLSX_TYPE)

    async def _table(self, request: web.Request) -> ParticipationTable:
        return participation_table(await self._figures(request), request[WARD].name, utc_now())

    async def _figures(self, request: web.Request) -> WardFigures:
        ward, membership, now = request[WARD], request[MEMBERSHIP], utc_now()
        await bring_up(self._database, ward.code, now)
        return await self._database.read(lambda session: ward_figures(session, ward.code, now, membership.only_group))

    async def _download(
        self, request: web.Request, table: ParticipationTable, body: bytes, kind: str, content_type: str
    ) -> web.Response:
        await self._database.write(lambda session: audit(session, request, "export", kind))
        name = f"{file_stem(request[WARD].code, table.made_at, 'tham-gia')}.{kind}"
        headers = {"Content-Type": content_type, "Content-Disposition": f'attachment; filename="{name}"'}
        return web.Response(body=body, headers=headers)


def _has_moved(change: Change | None) -> bool:
    return change is not None and change.now != change.before
