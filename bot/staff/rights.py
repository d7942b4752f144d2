"""Requests about personal data: what came to the office, until when the law asks for it, and when it was done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from aiohttp import web
from sqlalchemy import func
from sqlmodel import Session, col, select

from bot.staff.access import WARD, WARD_EDITORS, StaffRoute
from bot.staff.context import Context, FormProblemError, audit, back_to, day_of, form_of, page, staff_texts
from bot.store.rights import CLOCKS, answer_due, extend, new_request
from bot.store.tables import RightsRequest, utc_now
from lessons.progress import VIETNAM, local_day

SHOWN = 200  # requests on the page: the open ones, then the newest that are done
REFERENCE_LIMIT = 40  # characters of the number of a file: too few for a story


@dataclass(frozen=True, slots=True)
class Line:
    """A request with its clock, as it is today."""

    row: RightsRequest
    answer_by: date
    answer_late: bool
    late: bool


def routes(context: Context) -> list[StaffRoute]:
    """The addresses of this file."""
    pages = RightsPages(context)
    one = "/w/{ward}/rights/{request:[0-9]+}"
    return [
        StaffRoute("GET", "/w/{ward}/rights", pages.rights, WARD_EDITORS),
        StaffRoute("POST", "/w/{ward}/rights", pages.add, WARD_EDITORS),
        StaffRoute("POST", f"{one}/answered", pages.answered, WARD_EDITORS),
        StaffRoute("POST", f"{one}/extend", pages.extend, WARD_EDITORS),
        StaffRoute("POST", f"{one}/done", pages.done, WARD_EDITORS),
    ]


class RightsPages:
    """Handlers."""

    def __init__(self, context: Context) -> None:
        self._database = context.database

    async def rights(self, request: web.Request) -> web.Response:
        """Every request of the ward."""
        return await self._page(request)

    async def add(self, request: web.Request) -> web.StreamResponse:
        """Note a request that came on paper or in person."""
        form, ward = await form_of(request), request[WARD].code
        try:
            row = _read(form, ward)
        except FormProblemError as problem:
            return await self._page(request, str(problem), form)

        def unit(session: Session) -> None:
            session.add(row)
            audit(session, request, "rights_note", row.kind)

        await self._database.write(unit)
        raise back_to(request, "rights", "rights_noted")

    async def answered(self, request: web.Request) -> web.StreamResponse:
        """Whoever asked was told that it came."""

        def act(row: RightsRequest) -> bool:
            row.acknowledged_at = row.acknowledged_at or utc_now()
            return True

        return await self._change(request, act, "rights_answered")

    async def extend(self, request: web.Request) -> web.StreamResponse:
        """Put the day due off, once."""
        return await self._change(request, extend, "rights_extended", "rights_not_extended")

    async def done(self, request: web.Request) -> web.StreamResponse:
        """It was done."""

        def act(row: RightsRequest) -> bool:
            now = utc_now()
            row.acknowledged_at, row.done_at = row.acknowledged_at or now, row.done_at or now
            return True

        return await self._change(request, act, "rights_done")

    async def _change(
        self, request: web.Request, act: Callable[[RightsRequest], bool], done: str, refused: str = ""
    ) -> web.StreamResponse:
        ward, number = request[WARD].code, int(request.match_info["request"])

        def unit(session: Session) -> bool:
            row = session.get(RightsRequest, number)
            if row is None or row.ward_code != ward:
                raise web.HTTPNotFound
            audit(session, request, done, str(number))
            return act(row)

        if not await self._database.write(unit):
            return await self._page(request, refused)
        raise back_to(request, "rights", done)

    async def _page(
        self, request: web.Request, problem: str | None = None, typed: dict[str, str] | None = None
    ) -> web.Response:
        ward, today = request[WARD].code, local_day(utc_now())
        lines, alone = await self._database.read(lambda session: _shown(session, ward, today))
        values = {
            "lines": lines,
            "alone": alone,
            "clocks": CLOCKS,
            "today": today,
            "limit": REFERENCE_LIMIT,
            "typed": typed or {},
            "problem": problem and staff_texts()[problem],
        }
        return page(request, "rights.html", values, status=400 if problem else 200)


def _read(form: dict[str, str], ward: str) -> RightsRequest:
    kind, reference = form.get("kind", ""), " ".join(form.get("reference", "").split())
    if kind not in CLOCKS:
        raise FormProblemError("rights_kind_wrong")
    if len(reference) > REFERENCE_LIMIT:
        raise FormProblemError("rights_reference_long")
    try:
        day = day_of(form.get("received_on", ""))
    except ValueError:
        day = None
    if day is None or day > local_day(utc_now()):
        raise FormProblemError("rights_day_wrong")
    received = datetime.combine(day, time(12), VIETNAM).astimezone(UTC)
    return new_request(ward, kind, "office", min(received, utc_now()), reference)


def _shown(session: Session, ward: str, today: date) -> tuple[list[Line], dict[str, int]]:
    """The requests staff look after, the open ones first, and how many residents settled alone, by kind."""
    rows = session.exec(
        select(RightsRequest)
        .where(RightsRequest.ward_code == ward, RightsRequest.source == "office")
        .order_by(col(RightsRequest.done_at).is_not(None), col(RightsRequest.due_on), col(RightsRequest.id).desc())
        .limit(SHOWN)
    ).all()
    counted = (
        select(RightsRequest.kind, func.count(col(RightsRequest.id)))
        .where(RightsRequest.ward_code == ward, RightsRequest.source == "chat")
        .group_by(RightsRequest.kind)
    )
    return [_line(row, today) for row in rows], dict(session.exec(counted).all())


def _line(row: RightsRequest, today: date) -> Line:
    answer_by = answer_due(local_day(row.received_at))
    answered = local_day(row.acknowledged_at) if row.acknowledged_at else today
    done = local_day(row.done_at) if row.done_at else today
    return Line(row, answer_by, answered > answer_by, done > row.due_on)
