"""The indicators of a ward: table, charts, downloads, and the people behind a figure for who may see them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from aiohttp import web
from sqlmodel import Session, col, select

from bot.indicators.daily import bring_up
from bot.indicators.definitions import COUNT, PERCENT
from bot.indicators.export import file_stem
from bot.indicators.people import people_behind
from bot.indicators.series import Heat, funnel, heat, trend
from bot.indicators.sheets import days_of, history, sheet_of, worded, worded_parts, worded_value
from bot.indicators.spreadsheet import Sheet, as_csv, as_xlsx
from bot.indicators.ward import Figure, Indicator, IndicatorTable, Period, chosen, indicator_table
from bot.staff.access import MEMBERSHIP, WARD, WARD_EDITORS, WARD_EXPORTERS, WARD_FIGURES, WARD_PEOPLE, StaffRoute
from bot.staff.accounts import Role
from bot.staff.charts import bar_chart, funnel_lengths, shade, trend_chart
from bot.staff.context import Context, audit, day_of, page, staff_texts
from bot.store.figure_inputs import make_stale
from bot.store.naming import natural_key
from bot.store.tables import Person, ResidentialGroup, utc_now
from lessons.progress import local_day

XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PEOPLE_SHOWN = 500  # names on the page of who is behind a figure


def routes(context: Context) -> list[StaffRoute]:
    """The addresses of this file."""
    pages = IndicatorPages(context)
    return [
        StaffRoute("GET", "/w/{ward}/indicators", pages.table, WARD_FIGURES),
        StaffRoute("GET", "/w/{ward}/indicators.{kind:csv|xlsx}", pages.download, WARD_EXPORTERS),
        StaffRoute("GET", "/w/{ward}/indicators-history.xlsx", pages.history, WARD_EDITORS),
        StaffRoute("GET", "/w/{ward}/indicators/{code}/people", pages.people, WARD_PEOPLE),
        StaffRoute("POST", "/w/{ward}/indicators/refresh", pages.refresh, WARD_EDITORS),
    ]


def may_see_people(request: web.Request) -> bool:
    """Staff of the ward, and a leader (the own group's); who only reads figures sees figures only."""
    return request[MEMBERSHIP].role in (WARD_PEOPLE.roles or ())


def is_published(request: web.Request) -> bool:
    """Whether small groups are merged: where it is asked for, and for who only reads figures."""
    return "published" in request.query or request[MEMBERSHIP].role in (Role.READ_ONLY, Role.CITY_READER)


def period_of(request: web.Request, today: date) -> Period:
    """The period asked for, by default this year up to today. Raises HTTPBadRequest."""
    try:
        first = day_of(request.query.get("from", "")) or date(today.year, 1, 1)
        last = day_of(request.query.get("to", "")) or today
    except ValueError as error:
        raise web.HTTPBadRequest(text=staff_texts()["period_wrong"]) from error
    if first > last:
        raise web.HTTPBadRequest(text=staff_texts()["period_wrong"])
    return Period(first, last)


class IndicatorPages:
    """Handlers."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._database = context.database

    async def table(self, request: web.Request) -> web.Response:
        """The table with its charts."""
        ward, today, only = request[WARD], local_day(utc_now()), request[MEMBERSHIP].only_group
        period = period_of(request, today)
        await bring_up(self._database, ward.code, utc_now())
        titles = {course.id: course.title for course in self._context.material.catalogue.courses}
        published = is_published(request)

        def unit(session: Session) -> dict[str, Any]:
            table = indicator_table(session, ward.code, period, None, only, published)
            drawn = _drawn(table, request.query.get("indicator", ""))
            course = trend(session, ward.code, drawn.definition.code, period.first, period.last, only)
            ids = [row.group_id for row in table.groups if row.group_id is not None]
            return {
                "table": table,
                "drawn": drawn,
                "bars": _bars(table, drawn),
                "trend": _trend(course, drawn, published and table.total.figures[0].hidden),
                "heat": None if published else _heat(heat(session, ward.code, period.last, ids, titles), table),
                "funnel": None if published else _funnel(funnel(session, ward.code, period.last, only)),
            }

        values = await self._database.read(unit)
        shown = {"days": days_of(values["table"]), "worded": worded, "parts": worded_parts, "value": worded_value}
        more = {"published": published, "period": period, "may_see_people": may_see_people(request), "COUNT": COUNT}
        return page(request, "indicators.html", {**values, **shown, **more, "measured_people": _has_people})

    async def download(self, request: web.Request) -> web.Response:
        """The table as CSV or XLSX."""
        ward, kind, only = request[WARD], request.match_info["kind"], request[MEMBERSHIP].only_group
        period = period_of(request, local_day(utc_now()))
        published = is_published(request)
        await bring_up(self._database, ward.code, utc_now())
        sheet = await self._database.read(
            lambda session: sheet_of(indicator_table(session, ward.code, period, None, only, published))
        )
        return await self._send(request, sheet, kind, "chi-tieu")

    async def history(self, request: web.Request) -> web.Response:
        """Every day of every measured figure, for who may see the groups' own figures."""
        ward = request[WARD]
        period = period_of(request, local_day(utc_now()))
        first = period.first or period.last

        def unit(session: Session) -> Sheet:
            definitions = [one.definition for one in chosen(session, ward.code)]
            sheet = history(session, ward.code, ward.name, definitions, first, period.last)
            return Sheet(sheet.name, sheet.lines, sheet.columns, list(sheet.rows), sheet.bold_last)

        return await self._send(request, await self._database.read(unit), "xlsx", "so-lieu-tung-ngay")

    async def _send(self, request: web.Request, sheet: Sheet, kind: str, name: str) -> web.Response:
        body = await self._database.read(lambda _: as_xlsx(sheet) if kind == "xlsx" else as_csv(sheet))
        await self._database.write(lambda session: audit(session, request, "export", f"{name}.{kind}"))
        file = f"{file_stem(request[WARD].code, utc_now(), name)}.{kind}"
        content_type = XLSX_TYPE if kind == "xlsx" else "text/csv; charset=utf-8"
        headers = {"Content-Type": content_type, "Content-Disposition": f'attachment; filename="{file}"'}
        return web.Response(body=body, headers=headers)

    async def people(self, request: web.Request) -> web.Response:
        """Who is counted in a figure of a group."""
        ward, only, code = request[WARD], request[MEMBERSHIP].only_group, request.match_info["code"]
        group = int(request.query.get("group", "0")) if request.query.get("group", "0").isdecimal() else 0
        period = period_of(request, local_day(utc_now()))
        if only is not None and group != only:
            raise web.HTTPNotFound

        def unit(session: Session) -> dict[str, Any]:
            indicator = next((one for one in chosen(session, ward.code) if one.definition.code == code), None)
            if indicator is None or not _has_people(indicator):
                raise web.HTTPNotFound
            row = session.get(ResidentialGroup, group)
            if group and (row is None or row.ward_code != ward.code):
                raise web.HTTPNotFound
            found = people_behind(session, ward.code, indicator.definition.measure or "", group, period.last)
            names = session.exec(select(Person.called).where(col(Person.id).in_(found[:PEOPLE_SHOWN]))).all()
            audit_detail = f"{code} {group}"
            return {
                "indicator": indicator,
                "group": row.name if row is not None else "Chưa chọn tổ",
                "named": sorted((one for one in names if one), key=natural_key),
                "unnamed": len(found) - sum(bool(one) for one in names),
                "count": len(found),
                "detail": audit_detail,
            }

        values = await self._database.read(unit)
        await self._database.write(lambda session: audit(session, request, "people_behind", values["detail"]))
        return page(request, "indicator_people.html", {**values, "period": period})

    async def refresh(self, request: web.Request) -> web.StreamResponse:
        """Have the figures made anew now."""
        ward = request[WARD]
        await self._database.write(lambda session: make_stale(session, ward.code))
        await bring_up(self._database, ward.code, utc_now())
        raise web.HTTPSeeOther(f"/staff/w/{ward.code}/indicators?done=figures_refreshed")


def _has_people(indicator: Indicator) -> bool:
    """Whether single residents are counted in its numerator: not answers, not sessions."""
    return indicator.definition.measure in ("learners", "finishers")


def _drawn(table: IndicatorTable, code: str) -> Indicator:
    named = next((one for one in table.indicators if one.definition.code == code), None)
    percent = (one for one in table.indicators if one.definition.unit == PERCENT)
    return named or next(percent, table.indicators[0])


@dataclass(frozen=True, slots=True)
class _HeatRow:
    name: str
    cells: tuple[tuple[int, int], ...]  # count, shade


def _place(table: IndicatorTable, drawn: Indicator) -> int:
    return table.indicators.index(drawn)


def _bars(table: IndicatorTable, drawn: Indicator) -> Any:
    place, unit = _place(table, drawn), drawn.definition.unit
    rows = [(row.name, row.figures[place].value, worded(row.figures[place], unit)) for row in table.groups]
    return bar_chart(rows, drawn.target)


def _trend(course: list[tuple[date, Figure]], drawn: Indicator, hidden: bool) -> Any:
    if hidden:
        return {"chart": None, "rows": []}
    rows = [(day, figure.value, worded(figure, drawn.definition.unit)) for day, figure in course]
    return {"chart": trend_chart(rows, drawn.target), "rows": rows}


def _heat(found: Heat, table: IndicatorTable) -> Any:
    names = {row.group_id: row.name for row in table.groups}
    rows = [
        _HeatRow(names.get(group, "?"), tuple((count, shade(count, found.most)) for count in counts))
        for group, counts in found.counts.items()
    ]
    return {"courses": [title for _, title in found.courses], "rows": rows, "most": found.most}


def _funnel(steps: list[tuple[str, int]]) -> Any:
    counts = [count for _, count in steps]
    names = [staff_texts()[f"funnel_{name}"] for name, _ in steps]
    return list(zip(names, counts, funnel_lengths(counts), strict=True))
