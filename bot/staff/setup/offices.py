"""The step of the offices: where residents ask in person, named as the plan names them."""

from __future__ import annotations

from typing import Any

from aiohttp import web
from sqlmodel import Session, select

from bot.staff.access import ACCOUNT, WARD, WARD_ADMINISTRATORS, StaffRoute
from bot.staff.context import Context, FormProblemError, audit, form_of
from bot.staff.offices import LIMITS, add_office
from bot.staff.setup.steps import stay, step_page
from bot.store.tables import Office, WardPlan, utc_now
from lessons.progress import local_day

STEP = "offices"


def routes(context: Context) -> list[StaffRoute]:
    """The addresses of this file."""
    database = context.database

    async def show(
        request: web.Request, typed: dict[str, str] | None = None, problem: str | None = None
    ) -> web.Response:
        code = request[WARD].code

        def unit(session: Session) -> tuple[list[str], list[str]]:
            plan = session.get(WardPlan, code)
            named = (plan.confirmed or plan.found).get("offices", []) if plan is not None else []
            return list(session.exec(select(Office.name).where(Office.ward_code == code))), named

        there, named = await database.read(unit)
        today = local_day(utc_now()).isoformat()
        values: dict[str, Any] = {
            "names": there,
            "suggested": [name for name in named if name not in there],
            "limits": LIMITS,
            "today": today,
            "typed": typed or {"checked_on": today},
        }
        return step_page(request, STEP, values, problem)

    async def form(request: web.Request) -> web.Response:
        """What there is, and the form."""
        return await show(request)

    async def add(request: web.Request) -> web.StreamResponse:
        """Enter an office."""
        given, code, account = await form_of(request), request[WARD].code, request[ACCOUNT]

        def unit(session: Session) -> None:
            audit(session, request, "office_add", add_office(session, code, given, account.name))

        try:
            await database.write(unit)
        except FormProblemError as problem:
            return await show(request, given, str(problem))
        raise stay(request, STEP, "office_saved")

    return [
        StaffRoute("GET", "/w/{ward}/setup/offices", form, WARD_ADMINISTRATORS),
        StaffRoute("POST", "/w/{ward}/setup/offices", add, WARD_ADMINISTRATORS),
    ]
