"""What of the material is to be compared with its source again."""

from __future__ import annotations

import asyncio

from aiohttp import web

from bot.checking import STALE_DAYS, stale_material, today
from bot.staff.access import WARD_EDITORS, StaffRoute
from bot.staff.context import Context, page

DAYS_OFFERED = (30, 90, 180, 365)


def routes(context: Context) -> list[StaffRoute]:
    """The addresses of this file."""

    async def stale(request: web.Request) -> web.Response:
        """Facts and guides not checked for a while, the oldest first."""
        asked = request.query.get("days", "")
        days = int(asked) if asked in map(str, DAYS_OFFERED) else STALE_DAYS
        knowledge = context.material.root / "knowledge"
        found = await asyncio.to_thread(stale_material, knowledge, days, today())
        return page(request, "stale.html", {"found": found, "days": days, "offered": DAYS_OFFERED})

    return [StaffRoute("GET", "/w/{ward}/stale", stale, WARD_EDITORS)]
