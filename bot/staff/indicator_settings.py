"""Which indicators a ward has, with which targets; its own; the figures that staff enter with their source."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from aiohttp import web
from sqlmodel import Session, col, select

from bot.indicators.choosing import (
    Choice,
    Given,
    RefusedError,
    add_own,
    check_figure,
    choose,
    enter,
    number_of,
    withdraw,
)
from bot.indicators.definitions import PERIODS, UNITS, Definition, definition_sets
from bot.indicators.export import shown
from bot.indicators.sheets import worded_value
from bot.indicators.ward import chosen, value_of
from bot.staff.access import ACCOUNT, WARD, WARD_EDITORS, StaffRoute
from bot.staff.context import Context, audit, day_of, form_of, page, staff_texts
from bot.store.naming import natural_key
from bot.store.tables import EnteredFigure, ResidentialGroup, utc_now
from lessons.progress import local_day

ENTERED_SHOWN = 100  # entered figures on the page, newest first
PAGE = "indicator-settings"


def routes(context: Context) -> list[StaffRoute]:
    """The addresses of this file."""
    pages = SettingsPages(context)
    base = f"/w/{{ward}}/{PAGE}"
    return [
        StaffRoute("GET", base, pages.show, WARD_EDITORS),
        StaffRoute("POST", base, pages.choose, WARD_EDITORS),
        StaffRoute("POST", base + "/own", pages.own, WARD_EDITORS),
        StaffRoute("POST", base + "/figures", pages.enter, WARD_EDITORS),
        StaffRoute("POST", base + "/figures/{figure:[0-9]+}/withdraw", pages.withdraw, WARD_EDITORS),
    ]


def plain_number(value: Decimal | None) -> str:
    """A number as it stands in a field: 80 or 12,5."""
    return "" if value is None else f"{value.normalize():f}".replace(".", ",")


class SettingsPages:
    """Handlers."""

    def __init__(self, context: Context) -> None:
        self._database = context.database

    async def show(self, request: web.Request) -> web.Response:
        """What is chosen and entered."""
        return await self._page(request)

    async def choose(self, request: web.Request) -> web.StreamResponse:
        """Choose indicators and set their targets."""
        form, ward, account = await form_of(request), request[WARD], request[ACCOUNT]
        codes = [str(one) for one in (await request.post()).getall("code", [])]

        def unit(session: Session) -> None:
            choices = [
                Choice(code, number_of(form.get(f"target-{code}", "")), _day(form, f"due-{code}")) for code in codes
            ]
            choose(session, ward.code, choices, account.name, utc_now())
            audit(session, request, "indicators", " ".join(codes))

        return await self._apply(request, unit, "indicators_saved")

    async def own(self, request: web.Request) -> web.StreamResponse:
        """Add an indicator of the ward's own."""
        form, ward, account = await form_of(request), request[WARD], request[ACCOUNT]
        if form.get("unit") not in UNITS or form.get("period") not in PERIODS:
            raise web.HTTPBadRequest

        def unit(session: Session) -> None:
            definition = Definition(
                code=form.get("code", "").upper(),
                unit=form["unit"],
                period=form["period"],
                target=number_of(form.get("target", "")),
                name=form.get("name", ""),
                numerator=form.get("numerator", ""),
                denominator=form.get("denominator", ""),
                source=form.get("source", ""),
            )
            add_own(session, ward.code, definition, account.name, utc_now())
            audit(session, request, "indicator_own", definition.code)

        return await self._apply(request, unit, "indicators_saved")

    async def enter(self, request: web.Request) -> web.StreamResponse:
        """Enter a figure."""
        form, ward, account = await form_of(request), request[WARD], request[ACCOUNT]

        def unit(session: Session) -> None:
            given = given_of(form)
            definitions = {one.definition.code: one.definition for one in chosen(session, ward.code)}
            check_figure(definitions.get(given.code), given, local_day(utc_now()))
            row = enter(session, ward.code, given, account.name, utc_now())
            audit(session, request, "figure_enter", f"{given.code} {row.id}")

        return await self._apply(request, unit, "figure_saved", form)

    async def withdraw(self, request: web.Request) -> web.StreamResponse:
        """Take an entered figure out."""
        ward, number = request[WARD], int(request.match_info["figure"])

        def unit(session: Session) -> None:
            if not withdraw(session, ward.code, number, utc_now()):
                raise web.HTTPNotFound
            audit(session, request, "figure_withdraw", str(number))

        return await self._apply(request, unit, "figure_withdrawn")

    async def _apply(
        self, request: web.Request, unit: Callable[[Session], None], done: str, form: dict[str, str] | None = None
    ) -> web.StreamResponse:
        try:
            await self._database.write(unit)
        except RefusedError as problem:
            return await self._page(request, str(problem), form)
        raise web.HTTPSeeOther(f"/staff/w/{request[WARD].code}/{PAGE}?done={done}")

    async def _page(
        self, request: web.Request, problem: str | None = None, form: dict[str, str] | None = None
    ) -> web.Response:
        code = request[WARD].code
        values = await self._database.read(lambda session: _shown(session, code))
        fields = ("code", "group", "day", "numerator", "denominator", "percent", "source")
        given = {name: (form or {}).get(name, "") for name in fields}
        given["day"] = given["day"] or local_day(utc_now()).isoformat()
        more = {"form": given, "plain": plain_number, "problem": problem and staff_texts()[problem]}
        return page(request, "indicator_settings.html", {**values, **more}, status=400 if problem else 200)


def given_of(form: dict[str, str]) -> Given:
    """A figure as a form gives it. Raises RefusedError."""
    day = _day(form, "day")
    if day is None:
        raise RefusedError("figure_day_wrong")
    group = form.get("group", "")
    if group and not group.isdecimal():
        raise RefusedError("figure_group_unknown")
    return Given(
        form.get("code", ""),
        int(group) if group else None,
        day,
        _whole(form.get("numerator", "")),
        _whole(form.get("denominator", "")),
        number_of(form.get("percent", "")),
        form.get("source", ""),
    )


def _whole(written: str) -> int | None:
    number = number_of(written)
    if number is not None and number != int(number):
        raise RefusedError("indicator_number_wrong")
    return None if number is None else int(number)


def _day(form: dict[str, str], name: str) -> date | None:
    try:
        return day_of(form.get(name, ""))
    except ValueError as error:
        raise RefusedError("figure_day_wrong") from error


def _shown(session: Session, code: str) -> dict[str, Any]:
    indicators = chosen(session, code)
    kept = {one.definition.code: one for one in indicators}
    groups = sorted(
        session.exec(select(ResidentialGroup).where(ResidentialGroup.ward_code == code)).all(),
        key=lambda row: natural_key(row.name),
    )
    rows = session.exec(
        select(EnteredFigure)
        .where(EnteredFigure.ward_code == code)
        .order_by(col(EnteredFigure.id).desc())
        .limit(ENTERED_SHOWN)
    ).all()
    sets = [
        SimpleNamespace(
            name=one.name,
            note=one.note,
            indicators=one.indicators,
            open=any(indicator.code in kept for indicator in one.indicators),
        )
        for one in definition_sets()
    ]
    return {
        "kept": kept,
        "sets": sets,
        "own": [one for one in indicators if one.own],
        "to_enter": [one.definition for one in indicators if not one.definition.measured],
        "groups": [group for group in groups if group.active],
        "names": {group.id: group.name for group in groups},
        "entered": [(row, _value(row, kept)) for row in rows],
    }


def _value(row: EnteredFigure, kept: dict[str, Any]) -> str:
    unit = kept[row.code].definition.unit if row.code in kept else ("percent" if row.denominator else "count")
    if row.percent is not None:
        return f"{plain_number(row.percent)} %"
    words = worded_value(value_of(unit, row.numerator, row.denominator), unit)
    return f"{words} % ({shown(row.numerator)}/{shown(row.denominator)})" if row.denominator else words
