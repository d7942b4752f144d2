"""What a member of staff is told: alerts, the plan's report deadlines, and in which chats."""

from __future__ import annotations

from aiohttp import web
from sqlmodel import Session

from bot.conversation.linking import channel_name
from bot.reports.deadlines import deadlines_of, read_deadlines
from bot.staff.access import ACCOUNT, WARD, WARD_EDITORS, StaffRoute
from bot.staff.context import Context, audit, back_to, page
from bot.store.staff_chats import CODE_MINUTES, chats_of, make_code
from bot.store.tables import StaffChat, utc_now
from lessons.progress import local_day


def routes(context: Context) -> list[StaffRoute]:
    """The addresses of this file."""
    pages = MyAlertPages(context)
    return [
        StaffRoute("GET", "/w/{ward}/my-alerts", pages.all, WARD_EDITORS),
        StaffRoute("POST", "/w/{ward}/my-alerts", pages.code, WARD_EDITORS),
        StaffRoute("POST", "/w/{ward}/my-alerts/{link:[0-9]+}/end", pages.end, WARD_EDITORS),
    ]


class MyAlertPages:
    """Handlers."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._database = context.database

    async def all(self, request: web.Request) -> web.Response:
        """The deadlines, and my chats."""
        return await self._page(request)

    async def code(self, request: web.Request) -> web.Response:
        """Make a code; it is shown once, on the page that answers."""
        account = request[ACCOUNT]

        def unit(session: Session) -> str:
            audit(session, request, "staff_chat_code")
            return make_code(session, account.staff_id, utc_now())

        return await self._page(request, await self._database.write(unit))

    async def end(self, request: web.Request) -> web.StreamResponse:
        """Tell me in this chat no more."""
        account, number = request[ACCOUNT], int(request.match_info["link"])

        def unit(session: Session) -> None:
            row = session.get(StaffChat, number)
            if row is None or row.staff_id != account.staff_id:
                raise web.HTTPNotFound
            session.delete(row)
            audit(session, request, "staff_chat_end", str(number))

        await self._database.write(unit)
        raise back_to(request, "my-alerts", "staff_chat_left")

    async def _page(self, request: web.Request, code: str | None = None) -> web.Response:
        account, ward = request[ACCOUNT], request[WARD]
        chats = await self._database.read(lambda session: chats_of(session, account.staff_id))
        today = local_day(utc_now())
        read = read_deadlines(self._context.settings, self._context.material)
        own = await self._database.read(lambda session: deadlines_of(session, read, ward.code))
        due = [(one, one.next_due(today), (one.next_due(today) - today).days) for one in own]
        values = {
            "chats": [(link, channel_name(chat.channel), chat.reachable) for link, chat in chats],
            "code": code,
            "minutes": CODE_MINUTES,
            "deadlines": sorted(due, key=lambda one: one[1]),
        }
        return page(request, "my_alerts.html", values)
