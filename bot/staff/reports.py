"""Reports: the words staff edit, a preview, freezing, what was frozen, and the files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from aiohttp import web
from sqlmodel import Session

from bot.api.bodies import report_line
from bot.indicators.daily import bring_up
from bot.reports.deadlines import deadlines_of, read_addressee, read_deadlines
from bot.reports.figures import bring_up_whole, snapshot_of
from bot.reports.freezing import content, freeze, frozen_reports
from bot.reports.pdf import converter
from bot.reports.periods import Period, offered, period_of
from bot.reports.snapshot import Snapshot
from bot.reports.tables import notes, report_tables, sentences
from bot.reports.words import BLOCK_LIMIT, blocks, defaults, edit, unfilled, words_of
from bot.staff.access import ACCOUNT, WARD, WARD_EDITORS, WARD_OVERSEERS, StaffRoute
from bot.staff.context import Context, audit, back_to, form_of, page, staff_texts, worded_moment
from bot.staff.report_files import download, report_file
from bot.store.tables import FrozenReport, utc_now
from bot.store.webhooks import REPORT_FROZEN, announce
from lessons.progress import local_day

FORM_LIMIT = 1024 * 1024  # bytes: every block full, each of its letters nine bytes of a form
FILES = "{kind:docx|xlsx|pdf}"


def routes(context: Context) -> list[StaffRoute]:
    """The addresses of this file."""
    pages = ReportPages(context)
    one, frozen = "/w/{ward}/reports/{period:[0-9H-]+}", "/w/{ward}/reports/frozen/{report:[0-9]+}"
    return [
        StaffRoute("GET", "/w/{ward}/reports", pages.all, WARD_OVERSEERS),
        StaffRoute("GET", one, pages.draft, WARD_EDITORS),
        StaffRoute("POST", one, pages.save, WARD_EDITORS, FORM_LIMIT),
        StaffRoute("POST", f"{one}/freeze", pages.freeze, WARD_EDITORS, FORM_LIMIT),
        StaffRoute("GET", f"{one}/file.{FILES}", pages.draft_file, WARD_EDITORS),
        StaffRoute("GET", frozen, pages.frozen, WARD_OVERSEERS),
        StaffRoute("GET", f"{frozen}/file.{FILES}", pages.frozen_file, WARD_OVERSEERS),
    ]


@dataclass(frozen=True, slots=True)
class Draft:
    """A report that is not frozen yet: the words and figures of this moment."""

    period: Period
    snapshot: Snapshot
    words: dict[str, str]


class ReportPages:
    """Handlers."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._database = context.database

    async def all(self, request: web.Request) -> web.Response:
        """The periods, when they are due, and what was frozen."""
        code, today = request[WARD].code, local_day(utc_now())
        read = read_deadlines(self._context.settings, self._context.material)
        own = await self._database.read(lambda session: deadlines_of(session, read, code))
        due = [(one, one.next_due(today)) for one in own]
        values = {
            "periods": offered(today),
            "deadlines": [(one, day, (day - today).days) for one, day in sorted(due, key=lambda pair: pair[1])],
            "addressee": read_addressee(self._context.settings, self._context.material, code),
            "frozen": await self._database.read(lambda session: _listed(session, code)),
        }
        return page(request, "reports.html", values)

    async def draft(self, request: web.Request) -> web.Response:
        """The blocks to edit, with the figures as they are now."""
        return await self._show(request, await self._draft(request))

    async def save(self, request: web.Request) -> web.StreamResponse:
        """Keep the words."""
        draft = await self._draft(request)
        await self._keep(request, draft)
        raise back_to(request, f"reports/{draft.period.key}", "report_saved")

    async def freeze(self, request: web.Request) -> web.StreamResponse:
        """Keep the words as they are in the form, then figures and words for good."""
        await bring_up_whole(self._database, request[WARD].code, utc_now())
        draft, by = await self._draft(request), request[ACCOUNT].name
        words = await self._keep(request, draft)
        if unfilled(words):
            return await self._show(request, Draft(draft.period, draft.snapshot, words), "report_unfilled")

        def unit(session: Session) -> int:
            row = freeze(session, draft.snapshot, words, by, utc_now())
            audit(session, request, "report_freeze", f"{draft.period.key} {row.sha256[:16]}")
            announce(session, row.ward_code, REPORT_FROZEN, report_line(row), utc_now())
            return row.id or 0

        number = await self._database.write(unit)
        raise back_to(request, f"reports/frozen/{number}", "report_frozen")

    async def draft_file(self, request: web.Request) -> web.Response:
        """The draft as a file."""
        draft, kind = await self._draft(request), request.match_info["kind"]
        made = await report_file(kind, draft.snapshot, draft.words, None, local_day(utc_now()))
        await self._database.write(lambda session: audit(session, request, "export", f"report {kind} draft"))
        return download(f"du-thao-bao-cao-{request[WARD].code}-{draft.period.key}", kind, made)

    async def frozen(self, request: web.Request) -> web.Response:
        """What was frozen, by whom, with its digest."""
        row = await self._frozen(request)
        snapshot, words, _ = content(row)
        period = period_of(row.period)
        assert period is not None
        values = {"report": row, "snapshot": snapshot, "period": period, "words": words, **_shown(snapshot)}
        return page(request, "report_frozen.html", {**values, "has_pdf": converter() is not None})

    async def frozen_file(self, request: web.Request) -> web.Response:
        """A frozen report as a file: the figures are those that were frozen."""
        row, kind = await self._frozen(request), request.match_info["kind"]
        made = await report_file(kind, *content(row), local_day(row.frozen_at))
        await self._database.write(lambda session: audit(session, request, "export", f"report {kind} {row.id}"))
        return download(f"bao-cao-{row.ward_code}-{row.period}-{row.sha256[:8]}", kind, made)

    async def _draft(self, request: web.Request) -> Draft:
        ward, today = request[WARD], local_day(utc_now())
        period = period_of(request.match_info["period"])
        if period is None or period.first > today:
            raise web.HTTPNotFound
        addressee = read_addressee(self._context.settings, self._context.material, ward.code)
        await bring_up(self._database, ward.code, utc_now())
        given = defaults(ward.name, period, worded_moment(period.until(today)), addressee)

        def unit(session: Session) -> tuple[Snapshot, dict[str, str]]:
            return snapshot_of(session, ward, period, today), words_of(session, ward.code, period, given)

        return Draft(period, *await self._database.read(unit))

    async def _keep(self, request: web.Request, draft: Draft) -> dict[str, str]:
        """Store the blocks of the form that differ; the words as they are now."""
        form, code, by = await form_of(request), request[WARD].code, request[ACCOUNT].name
        given = {
            block.id: "\n".join(line.rstrip() for line in form[block.id].splitlines())[:BLOCK_LIMIT]
            for block in blocks()
            if block.id in form
        }
        changed = {name: text for name, text in given.items() if text != draft.words[name]}
        if changed:
            await self._database.write(lambda session: edit(session, code, draft.period, changed, by))
        return {**draft.words, **changed}

    async def _show(self, request: web.Request, draft: Draft, problem: str | None = None) -> web.Response:
        values = {
            "period": draft.period,
            "blocks": [(block, draft.words[block.id]) for block in blocks()],
            "unfilled": {block.id for block in unfilled(draft.words)},
            "limit": BLOCK_LIMIT,
            "until": draft.period.until(local_day(utc_now())),
            "has_pdf": converter() is not None,
            "problem": problem and staff_texts()[problem],
            **_shown(draft.snapshot),
        }
        return page(request, "report_draft.html", values, status=400 if problem else 200)

    async def _frozen(self, request: web.Request) -> FrozenReport:
        number, code = int(request.match_info["report"]), request[WARD].code
        row = await self._database.read(lambda session: session.get(FrozenReport, number))
        if row is None or row.ward_code != code:
            raise web.HTTPNotFound
        return row


def _shown(snapshot: Snapshot) -> dict[str, Any]:
    return {"sentences": sentences(snapshot), "tables": report_tables(snapshot), "notes": notes(snapshot)}


def _listed(session: Session, ward_code: str) -> list[tuple[FrozenReport, Period | None]]:
    return [(row, period_of(row.period)) for row in frozen_reports(session, ward_code)]
