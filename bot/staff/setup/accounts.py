"""The step of the accounts: who else signs in; each gets a one-time link, shown once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from aiohttp import web
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from bot.staff.access import WARD, WARD_ADMINISTRATORS, StaffRoute
from bot.staff.accounts import LINK_HOURS, Role, add_account, normalised_name
from bot.staff.context import Context, FormProblemError, audit, form_of
from bot.staff.setup.steps import step_page
from bot.store import setup
from bot.store.imports import groups_of
from bot.store.naming import natural_key
from bot.store.tables import StaffAccount, StaffMembership

STEP = "accounts"
NAME_LIMIT = 64


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
            asked = _asked(given)

            def unit(session: Session) -> str:
                audit(session, request, "account_add", f"{asked.username} {asked.role.value}")
                return _add(session, code, asked)

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


@dataclass(frozen=True, slots=True)
class _Asked:
    """An account as the form asks for it."""

    username: str
    name: str
    role: Role
    group: int | None


def _asked(given: dict[str, str]) -> _Asked:
    username, name = normalised_name(given.get("username", "")[:NAME_LIMIT]), given.get("name", "")[:NAME_LIMIT]
    if not username or given.get("role") not in set(Role):
        raise FormProblemError("username_missing")
    group = int(given["group"]) if given.get("group", "").isdecimal() else None
    return _Asked(username, name or username, Role(given["role"]), group)


def _add(session: Session, code: str, asked: _Asked) -> str:
    """Make the account; the token of its link. A group leader's is narrowed to the group."""
    leads = asked.role is Role.LEADER
    if leads and asked.group not in {row.id for row in groups_of(session, code)}:
        raise FormProblemError("account_group_missing")
    token = add_account(session, asked.username, asked.name, {code: asked.role})
    if leads:
        account = session.exec(select(StaffAccount).where(StaffAccount.username == asked.username)).one()
        member = session.exec(select(StaffMembership).where(col(StaffMembership.staff_id) == account.id)).one()
        member.group_id = asked.group
    return token
