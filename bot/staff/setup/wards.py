"""The wizard's first page: which of the 114 units of Hải Phòng is set up."""

from __future__ import annotations

from aiohttp import web
from sqlmodel import Session

from bot.staff.access import ACCOUNT, ANY_ACCOUNT, StaffRoute
from bot.staff.accounts import Role
from bot.staff.context import Context, audit, form_of, page, staff_texts
from bot.store import setup
from bot.store.naming import natural_key
from knowledge.unit_wards import units_by_code
from knowledge.wards import load_wards

KINDS = ("phường", "xã", "đặc khu")


def routes(context: Context) -> list[StaffRoute]:
    """The addresses of this file."""
    pages = ChoosePages(context)
    return [
        StaffRoute("GET", "/setup", pages.form, ANY_ACCOUNT),
        StaffRoute("POST", "/setup", pages.choose, ANY_ACCOUNT),
    ]


class ChoosePages:
    """Handlers; a ward is taken in by an administrator, and only while nobody else has a role in it."""

    def __init__(self, context: Context) -> None:
        self._database = context.database

    async def form(self, request: web.Request) -> web.Response:
        """Every unit, by kind."""
        return self._page(request)

    async def choose(self, request: web.Request) -> web.StreamResponse:
        """Take a unit in as a ward."""
        self._administrator(request)
        form, staff_id = await form_of(request), request[ACCOUNT].staff_id
        code = form.get("ward", "")
        if code not in units_by_code():
            return self._page(request, "setup_ward_missing")
        known = load_wards()[code].name
        name = known[:1].upper() + known[1:]

        def unit(session: Session) -> bool:
            if setup.administered_by_others(session, code, staff_id):
                return False
            setup.begin_ward(session, code, name, staff_id, "only" in form)
            audit(session, request, "setup_begin", code)
            return True

        if not await self._database.write(unit):
            return self._page(request, "setup_ward_taken")
        raise web.HTTPSeeOther(f"/staff/w/{code}/setup?done=setup_begun")

    def _administrator(self, request: web.Request) -> None:
        if not any(one.role is Role.ADMINISTRATOR for one in request[ACCOUNT].memberships):
            raise web.HTTPForbidden(text=staff_texts()["setup_not_yours"])

    def _page(self, request: web.Request, problem: str | None = None) -> web.Response:
        self._administrator(request)
        units = sorted(units_by_code().items(), key=lambda one: natural_key(one[1].name))
        groups = [(kind, [(code, one) for code, one in units if one.kind == kind]) for kind in KINDS]
        values = {"groups": groups, "problem": problem and staff_texts()[problem]}
        return page(request, "setup_ward.html", values, status=400 if problem else 200)
