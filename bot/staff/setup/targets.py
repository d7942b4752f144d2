"""The step of the targets: the share of adults who take part by a day, and what the plan itself sets."""

from __future__ import annotations

from typing import Any

from aiohttp import web
from sqlmodel import Session

from bot.staff.access import ACCOUNT, WARD, WARD_ADMINISTRATORS, StaffRoute
from bot.staff.context import Context, audit, day_of, form_of
from bot.staff.setup.steps import go_on, step_page
from bot.store import setup
from bot.store.tables import WardPlan

STEP = "targets"


def routes(context: Context) -> list[StaffRoute]:
    """The addresses of this file."""
    database = context.database

    async def show(request: web.Request, problem: str | None = None) -> web.Response:
        code = request[WARD].code

        def unit(session: Session) -> dict[str, Any]:
            plan = session.get(WardPlan, code)
            rows = setup.targets_of(session, code)
            kept = [row.text for row in rows if row.measure == setup.OF_PLAN]
            return {
                "counted": next((row for row in rows if row.measure == setup.PARTICIPATION), None),
                "of_plan": kept or ((plan.confirmed or plan.found).get("targets", []) if plan is not None else []),
            }

        return step_page(request, STEP, await database.read(unit), problem)

    async def form(request: web.Request) -> web.Response:
        """What is set."""
        return await show(request)

    async def save(request: web.Request) -> web.StreamResponse:
        """Set the targets."""
        given, code, account = await form_of(request), request[WARD].code, request[ACCOUNT]
        posted = await request.post()
        of_plan = [str(value)[:300] for value in posted.getall("of_plan", [])]
        written = given.get("percent", "").replace(",", ".").removesuffix("%").strip()
        try:
            percent = float(written) if written else None
            due_on = day_of(given.get("due_on", ""))
        except ValueError:
            return await show(request, "target_wrong")
        if percent is not None and not 0 < percent <= 100:
            return await show(request, "target_wrong")

        def unit(session: Session) -> None:
            setup.set_targets(session, code, percent, due_on, of_plan, account.name)
            audit(session, request, "targets", written)

        await database.write(unit)
        raise go_on(request, STEP, "targets_saved")

    return [
        StaffRoute("GET", "/w/{ward}/setup/targets", form, WARD_ADMINISTRATORS),
        StaffRoute("POST", "/w/{ward}/setup/targets", save, WARD_ADMINISTRATORS),
    ]
