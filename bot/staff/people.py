"""People who asked for a human: staff read and answer here; closed, the thread goes back to the bot."""

from __future__ import annotations

import re
from dataclasses import dataclass

from aiohttp import web
from sqlmodel import Session, col, select

from bot.channels.message import Reply
from bot.delivery.notices import HELD
from bot.delivery.outbox import INTERACTIVE
from bot.staff.access import ACCOUNT, WARD, WARD_EDITORS, StaffRoute
from bot.staff.context import Context, audit, back_to, form_of, page, staff_texts
from bot.staff.undelivered import worded_reason
from bot.store.desk import answer_request, close_request
from bot.store.tables import HumanLine, HumanRequest, Outbox, WardDesk, utc_now
from bot.texts import text

SHOWN = 100  # open threads on the page, oldest first
CLOSED_SHOWN = 20  # closed talks, newest first: to look up what was said; they are deleted after some weeks
ANSWER_LIMIT = 1000  # characters of one answer: it is read on a phone
AWAY_LIMIT = 300
TIME_FORM = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]")
WEEKDAYS = ("Thứ hai", "Thứ ba", "Thứ tư", "Thứ năm", "Thứ sáu", "Thứ bảy", "Chủ nhật")


def routes(context: Context) -> list[StaffRoute]:
    """The addresses of this file."""
    pages = PeoplePages(context)
    return [
        StaffRoute("GET", "/w/{ward}/people", pages.people, WARD_EDITORS),
        StaffRoute("POST", "/w/{ward}/people/{request:[0-9]+}/answer", pages.answer, WARD_EDITORS),
        StaffRoute("POST", "/w/{ward}/people/{request:[0-9]+}/close", pages.close, WARD_EDITORS),
        StaffRoute("POST", "/w/{ward}/people/hours", pages.hours, WARD_EDITORS),
    ]


@dataclass(frozen=True, slots=True)
class Thread:
    """A talk, and why the last message of staff has not arrived; None when it has, or is on its way."""

    row: HumanRequest
    lines: list[HumanLine]
    not_delivered: str | None

    @property
    def waits(self) -> bool:
        """Whether it is for staff to speak: the resident spoke last, or nobody has."""
        return not self.lines or self.lines[-1].author is None


class PeoplePages:
    """Handlers."""

    def __init__(self, context: Context) -> None:
        self._database = context.database

    async def people(self, request: web.Request) -> web.Response:
        """Open threads, those that wait for staff first, closed ones, and the office hours."""
        return await self._page(request)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Send an answer into the resident's chat."""
        said, ward, account = (await form_of(request)).get("text", ""), request[WARD], request[ACCOUNT]
        if not said or len(said) > ANSWER_LIMIT:
            return await self._page(request, "human_answer_length")

        def unit(session: Session) -> None:
            row = _request(session, ward.code, int(request.match_info["request"]))
            shown = Reply(text("human.staff_says", name=account.name, text=said))
            answer_request(session, row, account.name, shown, said, utc_now())
            audit(session, request, "human_answer", str(row.id))

        await self._database.write(unit)
        raise back_to(request, "people", "human_answered")

    async def close(self, request: web.Request) -> web.StreamResponse:
        """Give the thread back to the bot."""
        ward, account = request[WARD], request[ACCOUNT]

        def unit(session: Session) -> None:
            row = _request(session, ward.code, int(request.match_info["request"]))
            close_request(session, row, account.name, Reply(text("human.closed")), utc_now())
            audit(session, request, "human_close", str(row.id))

        await self._database.write(unit)
        raise back_to(request, "people", "human_closed")

    async def hours(self, request: web.Request) -> web.StreamResponse:
        """Set when staff are there, and what is said when they are not."""
        form, ward = await form_of(request), request[WARD]
        opens, closes, away = form.get("opens", ""), form.get("closes", ""), form.get("away", "")
        days = "".join(str(day) for day in range(7) if f"day{day}" in form)
        if not (TIME_FORM.fullmatch(opens) and TIME_FORM.fullmatch(closes) and opens < closes and days):
            return await self._page(request, "desk_hours_wrong")
        if len(away) > AWAY_LIMIT:
            return await self._page(request, "desk_away_long")

        def unit(session: Session) -> None:
            session.merge(WardDesk(ward_code=ward.code, opens=opens, closes=closes, weekdays=days, away=away))
            audit(session, request, "desk_hours", f"{opens}-{closes} {days}")

        await self._database.write(unit)
        raise back_to(request, "people", "desk_saved")

    async def _page(self, request: web.Request, problem: str | None = None) -> web.Response:
        code = request[WARD].code
        shown = await self._database.read(lambda session: _shown(session, code))
        values = {
            **shown,
            "limit": ANSWER_LIMIT,
            "away_limit": AWAY_LIMIT,
            "weekdays": list(enumerate(WEEKDAYS)),
            "problem": problem and staff_texts()[problem],
        }
        return page(request, "people.html", values, status=400 if problem else 200)


def _shown(session: Session, code: str) -> dict[str, object]:
    opened = session.exec(
        select(HumanRequest)
        .where(HumanRequest.ward_code == code, col(HumanRequest.closed_at).is_(None))
        .order_by(col(HumanRequest.id))
        .limit(SHOWN)
    ).all()
    lines = _lines(session, [row.id or 0 for row in opened])
    desk = session.get(WardDesk, code) or WardDesk(ward_code=code)
    threads = [Thread(row, lines[row.id or 0], _not_delivered(session, row)) for row in opened]
    closed = session.exec(
        select(HumanRequest)
        .where(HumanRequest.ward_code == code, col(HumanRequest.closed_at).is_not(None))
        .order_by(col(HumanRequest.closed_at).desc())
        .limit(CLOSED_SHOWN)
    ).all()
    said = _lines(session, [row.id or 0 for row in closed])
    return {
        "threads": sorted(threads, key=lambda one: not one.waits),
        "closed": [Thread(row, said[row.id or 0], None) for row in closed],
        "desk": desk,
    }


def _lines(session: Session, requests: list[int]) -> dict[int, list[HumanLine]]:
    """What was said in each of these talks, in order."""
    lines: dict[int, list[HumanLine]] = {number: [] for number in requests}
    for line in session.exec(
        select(HumanLine).where(col(HumanLine.request_id).in_(lines)).order_by(col(HumanLine.id))
    ).all():
        lines[line.request_id].append(line)
    return lines


def _not_delivered(session: Session, row: HumanRequest) -> str | None:
    """Why the last message of staff in the thread has not arrived; None when it has, or is on its way."""
    last = session.exec(
        select(Outbox)
        .where(
            Outbox.chat_id == row.chat_id,
            col(Outbox.inbox_id).is_(None),
            col(Outbox.broadcast_id).is_(None),
            Outbox.priority == INTERACTIVE,
            Outbox.created_at >= row.opened_at,
        )
        .order_by(col(Outbox.id).desc())
        .limit(1)
    ).first()
    if last is None or last.status not in ("failed", HELD):
        return None
    reason = staff_texts()["reason_held"] if last.status == HELD else worded_reason(last.error)
    return staff_texts()["human_not_delivered"].format(reason=reason)


def _request(session: Session, ward_code: str, request_id: int) -> HumanRequest:
    row = session.get(HumanRequest, request_id)
    if row is None or row.ward_code != ward_code or row.closed_at is not None:
        raise web.HTTPNotFound
    return row
