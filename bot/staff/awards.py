"""Proposing awards: the criteria staff state, who meets them, and the list as a document."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from aiohttp import web
from sqlmodel import Session

from bot.indicators.daily import bring_up
from bot.reports.award_list import award_docx, award_lines, papers_line, papers_of
from bot.reports.awards import Criteria, Proposal, propose
from bot.reports.deadlines import read_addressee
from bot.reports.figures import snapshot_of
from bot.reports.periods import Period, period_of
from bot.reports.words import defaults, loaded, words_of
from bot.staff.access import WARD, WARD_EDITORS, StaffRoute
from bot.staff.context import Context, audit, page, worded_moment
from bot.staff.report_files import download
from bot.store.tables import utc_now
from lessons.progress import local_day, local_midnight

# What may be asked for: (least, most). A list longer than these is no proposal but a register.
LIMITS = {"groups": (1, 50), "residents": (1, 100), "lessons": (1, 100), "right_percent": (0, 100)}


def routes(context: Context) -> list[StaffRoute]:
    """The addresses of this file."""
    pages = AwardPages(context)
    one = "/w/{ward}/reports/{period:[0-9H-]+}"
    return [
        StaffRoute("GET", f"{one}/awards", pages.awards, WARD_EDITORS),
        StaffRoute("GET", f"{one}/awards.docx", pages.document, WARD_EDITORS),
    ]


class AwardPages:
    """Handlers. Nothing is stored: the list is made anew each time, so that a withdrawn consent counts at once."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._database = context.database

    async def awards(self, request: web.Request) -> web.Response:
        """The criteria and who meets them."""
        return page(request, "awards.html", await self._values(request))

    async def document(self, request: web.Request) -> web.Response:
        """The list as DOCX."""
        values, ward, today = await self._values(request), request[WARD], local_day(utc_now())
        period: Period = values["period"]
        addressee = read_addressee(self._context.settings, self._context.material, ward.code)
        given = defaults(ward.name, period, "", addressee)
        words = await self._database.read(lambda session: words_of(session, ward.code, period, given))
        subject = loaded()["awards"]["subject"].format(period=period.name, ward=ward.name[:1].lower() + ward.name[1:])
        proposal, lines, papers = values["proposal"], values["lines"], values["papers"]
        made = award_docx(proposal, lines, papers, words, ward.name, subject, today)
        await self._database.write(lambda session: audit(session, request, "export", f"awards {period.key}"))
        return download(f"de-nghi-khen-thuong-{ward.code}-{period.key}", "docx", made)

    async def _values(self, request: web.Request) -> dict[str, Any]:
        ward, today = request[WARD], local_day(utc_now())
        period, criteria = period_of(request.match_info["period"]), _criteria(request)
        if period is None or period.first > today:
            raise web.HTTPNotFound

        def unit(session: Session) -> Proposal:
            snapshot = snapshot_of(session, ward, period, today)
            return propose(
                session, snapshot, local_midnight(period.first), local_midnight(period.last + _DAY), criteria
            )

        await bring_up(self._database, ward.code, utc_now())
        proposal = await self._database.read(unit)
        papers = papers_of(self._context.settings, self._context.material, ward.code)
        return {
            "period": period,
            "criteria": criteria,
            "limits": LIMITS,
            "proposal": proposal,
            "papers": papers,
            "papers_line": papers_line(papers, ward.name),
            "lines": award_lines(criteria, proposal, worded_moment(period.until(today))),
            "texts": loaded()["awards"],
            "query": request.query_string,
        }


_DAY = timedelta(days=1)


def _criteria(request: web.Request) -> Criteria:
    """The criteria of the form; what is no number or out of bounds stays as it is by default."""
    given: dict[str, int] = {}
    for name, (least, most) in LIMITS.items():
        text = request.query.get(name, "")
        if text.isascii() and text.isdecimal() and least <= int(text) <= most:
            given[name] = int(text)
    return Criteria(**given)
