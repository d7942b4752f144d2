"""Residential groups of a ward: adding, editing, and the link and QR code residents join by."""

from __future__ import annotations

import io
import secrets
from typing import Any

import segno
from aiohttp import web
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, select

from bot.staff.access import MEMBERSHIP, WARD, WARD_EDITORS, WARD_READERS, StaffRoute
from bot.staff.context import Context, FormProblemError, audit, back_to, form_of, page, staff_texts
from bot.store.naming import natural_key
from bot.store.tables import ResidentialGroup

KINDS = ("tổ dân phố", "thôn", "khu dân cư")
NAME_LIMIT = 80
LEADER_LIMIT = 60
PEOPLE_LIMIT = 200_000  # the largest ward of Hải Phòng has 161,051 people in all; a group has far fewer
NUMBERS = ("population", "adults", "households")
JOIN_CODE_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # without letters that are mistaken for others on paper
JOIN_CODE_LENGTH = 8


def routes(context: Context) -> list[StaffRoute]:
    """The addresses of this file."""
    pages = GroupPages(context)
    return [
        StaffRoute("GET", "/w/{ward}/groups", pages.groups, WARD_READERS),
        StaffRoute("POST", "/w/{ward}/groups", pages.add, WARD_EDITORS),
        StaffRoute("POST", "/w/{ward}/groups/{group:[0-9]+}", pages.change, WARD_EDITORS),
        StaffRoute("GET", "/w/{ward}/groups/{group:[0-9]+}/qr.svg", pages.qr, WARD_READERS),
    ]


def new_join_code() -> str:
    """A code that names a group in a link; it is no secret, only hard to mistype."""
    return "".join(secrets.choice(JOIN_CODE_LETTERS) for _ in range(JOIN_CODE_LENGTH))


def read_group(form: dict[str, str]) -> dict[str, Any]:
    """The columns of a form. Raises FormProblemError."""
    name, kind, leader = form.get("name", ""), form.get("kind", ""), form.get("leader", "")
    if not name or len(name) > NAME_LIMIT:
        raise FormProblemError("group_name_wrong")
    if kind not in KINDS:
        raise FormProblemError("group_kind_wrong")
    if len(leader) > LEADER_LIMIT:
        raise FormProblemError("group_leader_long")
    numbers = {field: _people(form.get(field, "")) for field in NUMBERS}
    people = numbers["population"]
    if people is not None and max(numbers["adults"] or 0, numbers["households"] or 0) > people:
        raise FormProblemError("group_more_than_people")
    return {"name": name, "kind": kind, "leader": leader or None, **numbers}


def _people(written: str) -> int | None:
    digits = written.replace(".", "").replace(" ", "")
    if not digits:
        return None
    if not (digits.isascii() and digits.isdigit() and int(digits) <= PEOPLE_LIMIT):
        raise FormProblemError("group_number_wrong")
    return int(digits)


class GroupPages:
    """Handlers."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._database = context.database

    async def groups(self, request: web.Request) -> web.Response:
        """Every group with its link."""
        return await self._page(request)

    async def add(self, request: web.Request) -> web.StreamResponse:
        """Add a group."""
        form, ward = await form_of(request), request[WARD]

        def unit(session: Session) -> None:
            columns = read_group(form)
            session.add(ResidentialGroup(ward_code=ward.code, join_code=new_join_code(), **columns))
            audit(session, request, "group_add", columns["name"])

        return await self._apply(request, unit, "group_added")

    async def change(self, request: web.Request) -> web.StreamResponse:
        """Change what is known of a group."""
        form, ward, group_id = await form_of(request), request[WARD], int(request.match_info["group"])

        def unit(session: Session) -> None:
            group, columns = _group(session, ward.code, group_id), read_group(form)
            for column, value in columns.items():
                setattr(group, column, value)
            audit(session, request, "group_change", columns["name"])

        return await self._apply(request, unit, "group_changed")

    async def qr(self, request: web.Request) -> web.Response:
        """The QR code of a group's link."""
        ward, group_id, only = request[WARD], int(request.match_info["group"]), request[MEMBERSHIP].only_group
        if only not in (None, group_id):
            raise web.HTTPNotFound
        group = await self._database.read(lambda session: _group(session, ward.code, group_id))
        code = segno.make(self._link(request, group.join_code), error="m")
        out = io.BytesIO()
        code.save(out, kind="svg", scale=6, border=3, svgclass=None, lineclass=None)
        return web.Response(body=out.getvalue(), content_type="image/svg+xml")

    def _link(self, request: web.Request, join_code: str) -> str:
        return f"{self._context.public_base(request)}/?g={join_code}"

    async def _apply(self, request: web.Request, unit: object, done: str) -> web.StreamResponse:
        assert callable(unit)
        try:
            await self._database.write(unit)
        except FormProblemError as problem:
            return await self._page(request, str(problem))
        except IntegrityError:
            return await self._page(request, "group_name_taken")
        raise back_to(request, "groups", done)

    async def _page(self, request: web.Request, problem: str | None = None) -> web.Response:
        code, only = request[WARD].code, request[MEMBERSHIP].only_group
        edited = request.match_info.get("group") or request.query.get("edit", "")
        statement = select(ResidentialGroup).where(ResidentialGroup.ward_code == code)
        if only is not None:
            statement = statement.where(ResidentialGroup.id == only)
        rows = await self._database.read(lambda session: session.exec(statement).all())
        values = {
            "groups": [
                (row, self._link(request, row.join_code)) for row in sorted(rows, key=lambda one: natural_key(one.name))
            ],
            "kinds": KINDS,
            "edited": edited,
            "public_url_missing": self._context.settings.public_url is None,
            "problem": problem and staff_texts()[problem],
        }
        return page(request, "groups.html", values, status=400 if problem else 200)


def _group(session: Session, ward_code: str, group_id: int) -> ResidentialGroup:
    group = session.get(ResidentialGroup, group_id)
    if group is None or group.ward_code != ward_code:
        raise web.HTTPNotFound
    return group
