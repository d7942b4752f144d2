"""Certificates of a ward: looking one up by its code, printing it, taking it back."""

from __future__ import annotations

from datetime import datetime

from aiohttp import web
from sqlmodel import Session, col, select

from bot.staff.access import WARD, WARD_EDITORS, StaffRoute
from bot.staff.context import Context, audit, back_to, page, staff_texts
from bot.store.tables import Certificate, utc_now
from lessons.certificate_data import read_code

SHOWN = 200  # certificates on the page, newest first; an older one is found by its code


def routes(context: Context) -> list[StaffRoute]:
    """The addresses of this file."""
    pages = CertificatePages(context)
    return [
        StaffRoute("GET", "/w/{ward}/certificates", pages.certificates, WARD_EDITORS),
        StaffRoute("POST", "/w/{ward}/certificates/{certificate:[0-9]+}/revoke", pages.revoke, WARD_EDITORS),
        StaffRoute("POST", "/w/{ward}/certificates/{certificate:[0-9]+}/restore", pages.restore, WARD_EDITORS),
    ]


class CertificatePages:
    """Handlers."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._database = context.database

    async def certificates(self, request: web.Request) -> web.Response:
        """The newest certificates, or the one whose code was typed."""
        typed = request.query.get("ma", "").strip()
        code = read_code(typed) if typed else None
        wanted = [Certificate.ward_code == request[WARD].code]
        if code is not None:
            wanted.append(Certificate.code == code)
        statement = select(Certificate).where(*wanted).order_by(col(Certificate.id).desc()).limit(SHOWN)
        rows = await self._database.read(lambda session: session.exec(statement).all())
        missing = bool(typed) and (code is None or not rows)
        shown = {
            "certificates": [] if missing else rows,
            "typed": typed,
            "public_url_missing": self._context.settings.public_url is None,
            "problem": staff_texts()["certificate_code_wrong"] if missing else None,
        }
        return page(request, "certificates.html", shown)

    async def revoke(self, request: web.Request) -> web.StreamResponse:
        """Take a certificate back: its page says so from now on."""
        return await self._mark(request, utc_now(), "certificate_revoke", "certificate_revoked")

    async def restore(self, request: web.Request) -> web.StreamResponse:
        """Make a certificate that was taken back valid again."""
        return await self._mark(request, None, "certificate_restore", "certificate_restored")

    async def _mark(self, request: web.Request, revoked: datetime | None, action: str, done: str) -> web.StreamResponse:
        ward, certificate_id = request[WARD], int(request.match_info["certificate"])

        def unit(session: Session) -> None:
            row = session.get(Certificate, certificate_id)
            if row is None or row.ward_code != ward.code:
                raise web.HTTPNotFound
            row.revoked_at = revoked
            audit(session, request, action, row.code)

        await self._database.write(unit)
        raise back_to(request, "certificates", done)
