"""Posters of the ward's groups to print, one a page."""

from __future__ import annotations

import asyncio

from aiohttp import web
from sqlmodel import Session, col, select

from bot.conversation.buttons import in_sentence
from bot.staff.access import MEMBERSHIP, WARD, WARD_READERS, StaffRoute
from bot.staff.context import Context
from bot.store.naming import natural_key
from bot.store.tables import ResidentialGroup


def routes(context: Context) -> list[StaffRoute]:
    """The addresses of this file."""

    async def posters(request: web.Request) -> web.Response:
        """Every active group's poster, or that of one group (``group``); a leader gets the own group's."""
        from bot.papers.posters import Poster, posters_pdf  # 5 MB that most hours do without

        ward, membership = request[WARD], request[MEMBERSHIP]
        asked = request.query.get("group", "")
        only = membership.only_group
        if only is None and asked.isdecimal():
            only = int(asked)

        def unit(session: Session) -> list[ResidentialGroup]:
            statement = select(ResidentialGroup).where(
                ResidentialGroup.ward_code == ward.code, col(ResidentialGroup.active).is_(True)
            )
            rows = session.exec(statement).all()
            return sorted(
                (row for row in rows if only is None or row.id == only), key=lambda row: natural_key(row.name)
            )

        groups = await context.database.read(unit)
        if not groups:
            raise web.HTTPNotFound
        base, name = context.public_base(request), in_sentence(ward.superseded_by or ward.name)
        made = [Poster(row.name, name, f"{base}/?g={row.join_code}", row.join_code) for row in groups]
        body = await asyncio.to_thread(posters_pdf, made)
        headers = {"Content-Disposition": f'inline; filename="ap-phich-{ward.code}.pdf"'}
        return web.Response(body=body, content_type="application/pdf", headers=headers)

    return [StaffRoute("GET", "/w/{ward}/posters.pdf", posters, WARD_READERS)]
