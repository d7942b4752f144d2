"""The last step: a message as a resident writes it, and whether its answer went out."""

from __future__ import annotations

from typing import Any

import segno
from aiohttp import web
from sqlmodel import Session

from bot.staff.access import WARD, WARD_ADMINISTRATORS, StaffRoute
from bot.staff.context import Context, staff_texts
from bot.staff.setup.steps import connected, step_page
from bot.store import setup
from bot.store.imports import groups_of
from bot.store.naming import natural_key
from bot.store.tables import WardPlan

STEP = "test"


def routes(context: Context) -> list[StaffRoute]:
    """The addresses of this file."""
    database = context.database

    async def form(request: web.Request) -> web.Response:
        """The link and QR code of the first group, what to ask, and what has been answered."""
        code = request[WARD].code

        def unit(session: Session) -> dict[str, Any]:
            plan = session.get(WardPlan, code)
            groups = sorted(groups_of(session, code), key=lambda row: natural_key(row.name))
            return {
                "group": groups[0] if groups else None,
                "has_deadline": bool(plan and (plan.confirmed or plan.found).get("deadline")),
                "traffic": setup.traffic(session, code),
            }

        values = await database.read(unit)
        group = values["group"]
        link = f"{context.public_base(request)}/" + (f"?g={group.join_code}" if group is not None else "")
        names = {"web": staff_texts()["channel_web"], **connected(request)}
        shown = [
            (names.get(name, name), values["traffic"].get(name, {"received": 0, "answered": 0}))
            for name in dict.fromkeys((*names, *values["traffic"]))
        ]
        values |= {
            "link": link,
            "qr": segno.make(link, error="m").svg_data_uri(scale=5, border=3),
            "channels": shown,
            "answered": sum(one["answered"] for _, one in shown),
        }
        return step_page(request, STEP, values)

    return [StaffRoute("GET", "/w/{ward}/setup/test", form, WARD_ADMINISTRATORS)]
