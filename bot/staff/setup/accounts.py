"""The step of the accounts: who else signs in; each gets a one-time link, shown once."""

from __future__ import annotations

from typing import Any

from aiohttp import web
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from bot.staff.access import WARD, WARD_ADMINISTRATORS, StaffRoute
from bot.staff.accounts import LINK_HOURS
from bot.staff.context import Context, FormProblemError, audit, form_of
from bot.staff.inviting import asked_for, invite
from bot.staff.setup.steps import step_page
from bot.store import setup
from bot.store.imports import groups_of
from bot.store.naming import natural_key

STEP = "accounts"


def routes(context: Context) -> list[StaffRoute]:
    """The addresses of this file."""
    database = context.database

    async def show(
        request: web.Request, problem: str | None = None, made: tuple[str, str] | None = None
    ) -> web.Response:
        code = request[WARD].code

        def unit(session: Session) -> dict[str, Any]:
            groups = sorted(groups_of(session, code), key=lambda row: natural_key(row.name))
            return {"accounts": setup.accounts_of(session, code), "groups": [(row.id, row.name) for row in groups]}

        values = {**await database.read(unit), "made": made, "hours": LINK_HOURS}
        return step_page(request, STEP, values, problem)

    async def form(request: web.Request) -> web.Response:
        """Who there is, and the form."""
        return await show(request)

    async def add(request: web.Request) -> web.StreamResponse:
        """Make an account; its link is on the page that answers, and nowhere else."""
        given, code = await form_of(request), request[WARD].code
        try:
            asked = asked_for(given)

            def unit(session: Session) -> str:
                audit(session, request, "account_add", f"{asked.username} {asked.role.value}")
                return invite(session, code, asked)

            token = await database.write(unit)
        except FormProblemError as problem:
            return await show(request, str(problem))
        except IntegrityError:
            return await show(request, "username_taken")
        return await show(request, made=(asked.name, f"{context.public_base(request)}/staff/first/{token}"))

    return [
        StaffRoute("GET", "/w/{ward}/setup/accounts", form, WARD_ADMINISTRATORS),
        StaffRoute("POST", "/w/{ward}/setup/accounts", add, WARD_ADMINISTRATORS),
    ]
