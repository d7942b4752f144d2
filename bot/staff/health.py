"""The system page: what ``bdhvs doctor`` says, of the running program; the last backups, and one made at once."""

from __future__ import annotations

import time
from collections.abc import Sequence

from aiohttp import web
from sqlmodel import Session, col, select

from bot.doctor import Finding
from bot.staff.access import WARD_ADMINISTRATORS, StaffRoute
from bot.staff.context import BACK_UP, FINDINGS, Context, audit, back_to, page, staff_texts
from bot.store.tables import BackupRun

FRESH_SECONDS = 60.0  # hashing the material takes a core for half a second
RUNS_SHOWN = 14  # two weeks of nights


def routes(context: Context) -> list[StaffRoute]:
    """The addresses of this file."""
    pages = SystemPages(context)
    return [
        StaffRoute("GET", "/w/{ward}/system", pages.system, WARD_ADMINISTRATORS),
        StaffRoute("POST", "/w/{ward}/system/backup", pages.back_up, WARD_ADMINISTRATORS),
    ]


class SystemPages:
    """Handlers. What concerns the whole installation; every ward's administrators see it."""

    def __init__(self, context: Context) -> None:
        self._database = context.database
        self._found: Sequence[Finding] = ()
        self._until = 0.0

    async def system(self, request: web.Request) -> web.Response:
        """Every finding, and the last backups."""
        return await self._page(request)

    async def back_up(self, request: web.Request) -> web.StreamResponse:
        """Make a backup now."""
        problem = await request.app[BACK_UP]()
        self._until = 0.0
        if problem:
            return await self._page(request, staff_texts()["system_backup_failed"].format(text=problem))
        await self._database.write(lambda session: audit(session, request, "backup"))
        raise back_to(request, "system", "system_backed_up")

    async def _page(self, request: web.Request, problem: str | None = None) -> web.Response:
        if time.monotonic() > self._until:
            self._found = await request.app[FINDINGS]()
            self._until = time.monotonic() + FRESH_SECONDS
        runs = await self._database.read(_runs)
        values = {"findings": self._found, "runs": runs, "problem": problem}
        return page(request, "system.html", values, status=503 if problem else 200)


def _runs(session: Session) -> Sequence[BackupRun]:
    return session.exec(select(BackupRun).order_by(col(BackupRun.id).desc()).limit(RUNS_SHOWN)).all()
