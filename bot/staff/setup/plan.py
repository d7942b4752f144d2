"""The step of the plan: sent in, read by a child process with a bar, what it says confirmed."""

from __future__ import annotations

from typing import Any

from aiohttp import web
from sqlmodel import Session

from bot.jobs.plan_upload import PlanUploads
from bot.staff.access import ACCOUNT, WARD, WARD_ADMINISTRATORS, StaffRoute
from bot.staff.context import Context, FormProblemError, audit, form_of, staff_texts, uploaded
from bot.staff.setup.steps import go_on, stay, step_page
from bot.store import setup
from bot.store.tables import WardPlan, utc_now

STEP = "plan"
MEGABYTE = 1024 * 1024
UPLOAD_LIMIT = 31 * MEGABYTE  # the readers take 30 MB, a scan of fifty pages; the rest is the form
LINE_LIMIT = 300
LINES_LIMIT = 30
# Shares of the work, by what takes how long on a ward PC; a scan is read and repaired before that.
STAGES = {"read": (0, 10), "repair": (10, 40), "lexical index": (40, 50), "vectors": (50, 98), "done": (98, 100)}


def routes(context: Context, uploads: PlanUploads) -> list[StaffRoute]:
    """The addresses of this file."""
    pages = PlanPages(context, uploads)
    return [
        StaffRoute("GET", "/w/{ward}/setup/plan", pages.form, WARD_ADMINISTRATORS),
        StaffRoute("POST", "/w/{ward}/setup/plan", pages.upload, WARD_ADMINISTRATORS, UPLOAD_LIMIT),
        StaffRoute("POST", "/w/{ward}/setup/plan/confirm", pages.confirm, WARD_ADMINISTRATORS),
    ]


class PlanPages:
    """Handlers."""

    def __init__(self, context: Context, uploads: PlanUploads) -> None:
        self._database = context.database
        self._uploads = uploads

    async def form(self, request: web.Request) -> web.Response:
        """The form, the bar, or what was read."""
        return await self._show(request)

    async def upload(self, request: web.Request) -> web.StreamResponse:
        """Take a document and begin to read it."""
        sent, ward, account = await uploaded(request, "file"), request[WARD], request[ACCOUNT]
        if sent is None:
            return await self._show(request, "plan_no_file")
        await self._uploads.begin(ward.code, *sent, account.name)
        await self._database.write(lambda session: audit(session, request, "plan_upload", sent[0]))
        raise stay(request, STEP, "plan_sent")

    async def confirm(self, request: web.Request) -> web.StreamResponse:
        """What staff say is right of what was read."""
        code, account = request[WARD].code, request[ACCOUNT]
        try:
            confirmed = _confirmed(await form_of(request))
        except FormProblemError as problem:
            return await self._show(request, str(problem))

        def unit(session: Session) -> bool:
            plan = session.get(WardPlan, code)
            if plan is None or plan.status != "ready":
                return False
            setup.confirm_plan(session, code, confirmed, account.name, utc_now())
            audit(session, request, "plan_confirm", plan.file_name)
            return True

        if not await self._database.write(unit):
            raise web.HTTPNotFound
        raise go_on(request, STEP, "plan_confirmed")

    async def _show(self, request: web.Request, problem: str | None = None) -> web.Response:
        code = request[WARD].code
        plan = await self._database.read(lambda session: session.get(WardPlan, code))
        values: dict[str, Any] = {"plan": plan, "percent": percent(plan), "again": "again" in request.query}
        if plan is not None:
            values["stage"] = staff_texts().get(f"plan_stage_{plan.stage.replace(' ', '_')}", "")
            values["failure"] = staff_texts().get(plan.message, plan.message)
            values["given"] = plan.confirmed or plan.found
        return step_page(request, STEP, values, problem)


def percent(plan: WardPlan | None) -> int:
    """How far the reading of a plan is, 0 to 100."""
    if plan is None:
        return 0
    low, high = STAGES.get(plan.stage, (0, 100))
    share = plan.done / plan.total if plan.total else 0.0
    return round(low + (high - low) * min(share, 1.0))


def _confirmed(given: dict[str, str]) -> dict[str, Any]:
    """The plan's details as the form gives them. Raises FormProblemError."""
    day, month = given.get("day", ""), given.get("month", "")
    deadline = None
    if day or month:
        if not (day.isdecimal() and month.isdecimal() and 0 < int(day) <= 31 and 0 < int(month) <= 12):
            raise FormProblemError("plan_deadline_wrong")
        deadline = {"day": int(day), "month": int(month)}
    return {"deadline": deadline, **{name: _lines(given, name) for name in ("phases", "targets", "offices")}}


def _lines(given: dict[str, str], name: str) -> list[str]:
    """A field's lines without blanks."""
    lines = (" ".join(line.split())[:LINE_LIMIT] for line in given.get(name, "").split("\n"))
    return [line for line in lines if line][:LINES_LIMIT]
