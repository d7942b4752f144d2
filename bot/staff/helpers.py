"""Volunteers and leaders on the staff site: invitations, who has which role, taking it back."""

from __future__ import annotations

from typing import Any

from aiohttp import web
from sqlalchemy import func
from sqlmodel import Session, col, select

from bot.staff.access import ACCOUNT, WARD, WARD_EDITORS, StaffRoute
from bot.staff.context import Context, audit, back_to, form_of, page, staff_texts
from bot.store.naming import natural_key
from bot.store.tables import ClassAttendance, ClassSession, CommunityRole, Person, ResidentialGroup, utc_now
from bot.store.team import INVITATION_DAYS, ROLES, invite

SESSIONS_SHOWN = 50  # sessions held face to face on the page, newest first


def routes(context: Context) -> list[StaffRoute]:
    """The addresses of this file."""
    pages = HelperPages(context)
    return [
        StaffRoute("GET", "/w/{ward}/helpers", pages.helpers, WARD_EDITORS),
        StaffRoute("POST", "/w/{ward}/helpers", pages.invite, WARD_EDITORS),
        StaffRoute("POST", "/w/{ward}/helpers/{role:[0-9]+}/end", pages.end, WARD_EDITORS),
    ]


class HelperPages:
    """Handlers."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._database = context.database

    async def helpers(self, request: web.Request) -> web.Response:
        """Everybody with a role, and the form of an invitation."""
        return await self._page(request)

    async def invite(self, request: web.Request) -> web.StreamResponse:
        """Make a code; it is shown once, on the page that answers."""
        form, ward, account = await form_of(request), request[WARD], request[ACCOUNT]
        posted = await request.post()
        groups = {int(str(value)) for value in posted.getall("group", []) if str(value).isdecimal()}
        role = form.get("role", "")

        def unit(session: Session) -> str | None:
            if role not in ROLES or not groups or not groups <= {row.id for row in _groups(session, ward.code)}:
                return None
            audit(session, request, "invite", role)
            return invite(session, ward.code, role, sorted(groups), account.name, utc_now())

        code = await self._database.write(unit)
        return await self._page(request, code, None if code else "helper_groups")

    async def end(self, request: web.Request) -> web.StreamResponse:
        """Take a role back."""
        ward, number = request[WARD], int(request.match_info["role"])

        def unit(session: Session) -> None:
            row = session.get(CommunityRole, number)
            if row is None or row.ward_code != ward.code:
                raise web.HTTPNotFound
            session.delete(row)
            audit(session, request, "role_end", str(number))

        await self._database.write(unit)
        raise back_to(request, "helpers", "helper_ended")

    async def _page(self, request: web.Request, code: str | None = None, problem: str | None = None) -> web.Response:
        ward = request[WARD].code
        shown = await self._database.read(lambda session: _shown(session, ward))
        lessons = {lesson.id: lesson.title for lesson in self._context.material.catalogue.lessons}
        values = {
            **shown,
            "lessons": lessons,
            "code": code,
            "days": INVITATION_DAYS,
            "problem": problem and staff_texts()[problem],
        }
        return page(request, "helpers.html", values, status=400 if problem else 200)


def _groups(session: Session, ward_code: str) -> list[ResidentialGroup]:
    rows = session.exec(
        select(ResidentialGroup).where(ResidentialGroup.ward_code == ward_code, col(ResidentialGroup.active).is_(True))
    ).all()
    return sorted(rows, key=lambda row: natural_key(row.name))


def _shown(session: Session, code: str) -> dict[str, Any]:
    groups = _groups(session, code)
    names = {row.id: row.name for row in groups}
    roles = session.exec(
        select(CommunityRole, Person.called)
        .join(Person, col(Person.id) == col(CommunityRole.person_id))
        .where(CommunityRole.ward_code == code)
        .order_by(col(CommunityRole.id))
    ).all()
    named = (
        select(func.count(col(ClassAttendance.id)))
        .where(col(ClassAttendance.session_id) == col(ClassSession.id))
        .correlate(ClassSession)
        .scalar_subquery()
    )
    different = select(func.count(func.distinct(ClassAttendance.person_id))).join(ClassSession)
    sessions = session.exec(
        select(ClassSession, named)
        .where(ClassSession.ward_code == code)
        .order_by(col(ClassSession.id).desc())
        .limit(SESSIONS_SHOWN)
    ).all()
    return {
        "groups": groups,
        "roles": [(row, called, [names.get(group, "?") for group in row.groups]) for row, called in roles],
        "sessions": [(row, names.get(row.group_id, "?"), count) for row, count in sessions],
        "different": session.exec(different.where(ClassSession.ward_code == code)).one(),
    }
