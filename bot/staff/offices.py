"""The ward's directory: where residents ask in person. Staff enter it, and the day they checked it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from aiohttp import web
from sqlmodel import Session, col, select

from bot.staff.access import ACCOUNT, WARD, WARD_EDITORS, WARD_READERS, StaffRoute
from bot.staff.context import Context, FormProblemError, audit, back_to, day_of, form_of, page, staff_texts
from bot.store.tables import Office, utc_now
from lessons.progress import local_day

# Characters of a field: together they fill a third of a phone's screen in large type.
LIMITS = {"name": 120, "handles": 200, "address": 200, "hours": 120, "phone": 60}
REACHED_BY = ("address", "hours", "phone")  # an office without any of these helps nobody
OFFICES_LIMIT = 20  # of a ward: the assistant shows four at once
STALE_DAYS = 180  # half a year after it was checked, staff are asked to check again


def routes(context: Context) -> list[StaffRoute]:
    """The addresses of this file."""
    pages = OfficePages(context)
    return [
        StaffRoute("GET", "/w/{ward}/offices", pages.offices, WARD_READERS),
        StaffRoute("POST", "/w/{ward}/offices", pages.add, WARD_EDITORS),
        StaffRoute("POST", "/w/{ward}/offices/{office:[0-9]+}", pages.change, WARD_EDITORS),
        StaffRoute("POST", "/w/{ward}/offices/{office:[0-9]+}/remove", pages.remove, WARD_EDITORS),
    ]


def read_office(form: dict[str, str], today: date) -> tuple[dict[str, str], date]:
    """(fields, day checked) of a form. Raises FormProblemError."""
    fields = {name: " ".join(form.get(name, "").split()) for name in LIMITS}
    if not fields["name"]:
        raise FormProblemError("office_name_missing")
    if any(len(fields[name]) > limit for name, limit in LIMITS.items()):
        raise FormProblemError("office_too_long")
    if not any(fields[name] for name in REACHED_BY):
        raise FormProblemError("office_unreachable")
    try:
        checked_on = day_of(form.get("checked_on", ""))
    except ValueError:
        checked_on = None
    if checked_on is None or checked_on > today:
        raise FormProblemError("office_checked_wrong")
    return fields, checked_on


def add_office(session: Session, ward_code: str, form: dict[str, str], by: str) -> str:
    """Enter an office; its name. Raises FormProblemError."""
    fields, checked_on = read_office(form, local_day(utc_now()))
    known = session.exec(select(Office.id).where(Office.ward_code == ward_code)).all()
    if len(known) >= OFFICES_LIMIT:
        raise FormProblemError("office_too_many")
    office = Office(ward_code=ward_code, checked_on=checked_on, entered_by=by, name=fields["name"])
    session.add(_filled(office, fields))
    return fields["name"]


class OfficePages:
    """Handlers."""

    def __init__(self, context: Context) -> None:
        self._database = context.database

    async def offices(self, request: web.Request) -> web.Response:
        """The directory."""
        return await self._page(request)

    async def add(self, request: web.Request) -> web.StreamResponse:
        """Enter an office."""
        form, ward, account = await form_of(request), request[WARD], request[ACCOUNT]

        def unit(session: Session) -> None:
            audit(session, request, "office_add", add_office(session, ward.code, form, account.name))

        return await self._apply(request, unit, "office_saved", {"new": form})

    async def change(self, request: web.Request) -> web.StreamResponse:
        """Change an office, or say that it was checked again."""
        form, ward, account = await form_of(request), request[WARD], request[ACCOUNT]
        office_id = int(request.match_info["office"])

        def unit(session: Session) -> None:
            fields, checked_on = read_office(form, local_day(utc_now()))
            office = _filled(_office(session, ward.code, office_id), fields)
            office.checked_on, office.entered_by, office.changed_at = checked_on, account.name, utc_now()
            audit(session, request, "office_change", fields["name"])

        return await self._apply(request, unit, "office_saved", {str(office_id): form})

    async def remove(self, request: web.Request) -> web.StreamResponse:
        """Take an office out of the directory."""
        ward, office_id = request[WARD], int(request.match_info["office"])

        def unit(session: Session) -> None:
            office = _office(session, ward.code, office_id)
            audit(session, request, "office_remove", office.name)
            session.delete(office)

        return await self._apply(request, unit, "office_removed", {})

    async def _apply(
        self, request: web.Request, unit: Callable[[Session], None], done: str, typed: dict[str, dict[str, str]]
    ) -> web.StreamResponse:
        try:
            await self._database.write(unit)
        except FormProblemError as problem:
            return await self._page(request, str(problem), typed)
        raise back_to(request, "offices", done)

    async def _page(
        self, request: web.Request, problem: str | None = None, typed: dict[str, dict[str, str]] | None = None
    ) -> web.Response:
        """The page; ``typed`` are the fields of a refused form, by office."""
        statement = select(Office).where(Office.ward_code == request[WARD].code).order_by(col(Office.id))
        rows = await self._database.read(lambda session: session.exec(statement).all())
        today = local_day(utc_now())
        values = {
            "offices": [(row, (today - row.checked_on).days > STALE_DAYS) for row in rows],
            "limits": LIMITS,
            "today": today.isoformat(),
            "typed": typed or {},
            "problem": problem and staff_texts()[problem],
        }
        return page(request, "offices.html", values, status=400 if problem else 200)


def _filled(office: Office, fields: dict[str, str]) -> Office:
    for name, value in fields.items():
        setattr(office, name, value)
    return office


def _office(session: Session, ward_code: str, office_id: int) -> Office:
    office = session.get(Office, office_id)
    if office is None or office.ward_code != ward_code:
        raise web.HTTPNotFound
    return office
