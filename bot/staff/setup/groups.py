"""The step of the groups: numbered ones in one go, or from a file."""

from __future__ import annotations

from typing import Any

from aiohttp import web
from sqlmodel import Session

from bot.staff.access import WARD, WARD_ADMINISTRATORS, StaffRoute
from bot.staff.context import Context, audit, form_of
from bot.staff.groups import KINDS, NAME_LIMIT, new_join_code
from bot.staff.imports.group_rows import same_name
from bot.staff.setup.steps import go_on, step_page
from bot.store.imports import groups_of
from bot.store.naming import natural_key
from bot.store.tables import ResidentialGroup

MOST_AT_ONCE = 200  # a ward of Hải Phòng has some 20 to 150 groups
STEP = "groups"


def routes(context: Context) -> list[StaffRoute]:
    """The addresses of this file."""
    database = context.database

    async def show(request: web.Request, problem: str | None = None) -> web.Response:
        code = request[WARD].code
        rows = await database.read(lambda session: list(groups_of(session, code)))
        names = [row.name for row in sorted(rows, key=lambda row: natural_key(row.name))]
        values: dict[str, Any] = {"names": names, "kinds": KINDS, "most": MOST_AT_ONCE}
        return step_page(request, STEP, values, problem)

    async def form(request: web.Request) -> web.Response:
        """What there is, and the ways to add."""
        return await show(request)

    async def add(request: web.Request) -> web.StreamResponse:
        """Add groups from 1 to a number."""
        given, ward = await form_of(request), request[WARD]
        kind, name, count = given.get("kind", ""), " ".join(given.get("name", "").split()), given.get("count", "")
        if kind not in KINDS or not (count.isascii() and count.isdigit() and 0 < int(count) <= MOST_AT_ONCE):
            return await show(request, "setup_groups_count")
        if not name or len(name) > NAME_LIMIT - 4:
            return await show(request, "group_name_wrong")

        def unit(session: Session) -> None:
            there = {same_name(row.name) for row in groups_of(session, ward.code)}
            wanted = [f"{name} {number}" for number in range(1, int(count) + 1)]
            session.add_all(
                ResidentialGroup(ward_code=ward.code, name=one, kind=kind, join_code=new_join_code())
                for one in wanted
                if same_name(one) not in there
            )
            audit(session, request, "group_add", f"{name} 1-{count}")

        await database.write(unit)
        raise go_on(request, STEP, "setup_groups_added")

    return [
        StaffRoute("GET", "/w/{ward}/setup/groups", form, WARD_ADMINISTRATORS),
        StaffRoute("POST", "/w/{ward}/setup/groups", add, WARD_ADMINISTRATORS),
    ]
