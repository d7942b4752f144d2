"""The projector of a live contest: what the hall sees, and the two buttons of who leads it."""

from __future__ import annotations

import segno
from aiohttp import web
from sqlmodel import Session

from bot.contest.hub import Hub
from bot.contest.player_pages import stream
from bot.contest.rounds import finish, open_next
from bot.contest.views import host_view
from bot.conversation.offers import LINK_PREFIX
from bot.staff.access import WARD_EDITORS, StaffRoute
from bot.staff.contests import contest_of
from bot.staff.context import Context, audit, page, staff_texts
from bot.store.contest_tables import Contest
from bot.store.contests import LIVE_KIND, OPEN, REHEARSAL
from bot.store.tables import utc_now

HUB: web.AppKey[Hub] = web.AppKey("live contests")
DEEDS = {"next": open_next, "finish": finish}


def routes(context: Context) -> list[StaffRoute]:
    """The addresses of this file."""
    pages = HostPages(context)
    one = "/w/{ward}/contests/{contest:[0-9]+}/host"
    return [
        StaffRoute("GET", one, pages.host, WARD_EDITORS),
        StaffRoute("GET", f"{one}/events", pages.events, WARD_EDITORS),
        *(StaffRoute("POST", f"{one}/{deed}", pages.act, WARD_EDITORS) for deed in DEEDS),
    ]


class HostPages:
    """Handlers."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._database = context.database

    async def _live(self, request: web.Request) -> Contest:
        contest = await self._database.read(lambda session: contest_of(session, request))
        if contest.kind != LIVE_KIND or contest.status not in (OPEN, REHEARSAL):
            raise web.HTTPNotFound
        return contest

    async def host(self, request: web.Request) -> web.Response:
        """The page for the projector."""
        contest = await self._live(request)
        link = f"{self._context.public_base(request)}/?g={LINK_PREFIX}{contest.code}"
        code = segno.make(link, error="m", micro=False).svg_data_uri(scale=8, border=4)
        return page(request, "contest_host.html", {"contest": contest, "link": link, "qr": code})

    async def events(self, request: web.Request) -> web.StreamResponse:
        """What happens, as server-sent events."""
        contest, hub = await self._live(request), request.config_dict[HUB]
        await hub.refresh(contest.id or 0)
        return await stream(request, hub, contest.id or 0, lambda live: host_view(live, utc_now()), False)

    async def act(self, request: web.Request) -> web.Response:
        """The next question, or the end."""
        deed = request.path.rsplit("/", 1)[1]

        def unit(session: Session) -> tuple[int, str]:
            contest = contest_of(session, request)
            done = DEEDS[deed](session, contest, utc_now())
            audit(session, request, "contest_round" if deed == "next" else "contest_finish", contest.code)
            return contest.id or 0, done

        contest_id, done = await self._database.write(unit, urgent=True)
        await request.config_dict[HUB].refresh(contest_id)
        good = done in ("contest_round_opened", "contest_finished")
        return web.json_response({"said": "" if good else staff_texts()[done]}, status=200 if good else 409)
