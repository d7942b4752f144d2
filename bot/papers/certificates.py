"""Certificates as papers, and the public page that says whether one is valid."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from sqlmodel import Session, select

from bot.conversation.buttons import in_sentence
from bot.store.database import Database
from bot.store.tables import Certificate, Ward
from lessons.certificate_data import PATH, CertificateData, certificate_path, read_code

TEMPLATES = Path(__file__).with_name("templates")
MEDIA_TYPES = {".pdf": "application/pdf", ".png": "image/png"}
FILE_NAME = "giay-hoan-thanh-{code}"
# A file is only made for a platform that takes uploads; the name on it must not stay on the disk.
FILE_MINUTES = 10
# What a page shows about a person is for who holds the code: no search engine, no cache.
PRIVATE = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex"}


@dataclass(frozen=True, slots=True)
class Verified:
    """What the verification page says; ``data`` only of a paper that is valid, ``revoked`` of one taken back."""

    data: CertificateData | None = None
    revoked: bool = False


class CertificatePapers:
    """Draws certificates from the store: of a deleted person there is none."""

    prefix = PATH

    def __init__(self, database: Database, public_url: str | None, folder: Path) -> None:
        """``folder`` is where files lie while a platform takes them."""
        self._database = database
        self._public_url = public_url
        self._folder = folder

    def verify(self, code: str) -> Verified:
        """Look a code up."""
        return self._database.read_now(lambda session: self._verified(session, code))

    def file(self, path: str) -> Path | None:
        """The paper at a path such as ``/chung-nhan/K7QMA-2RTPX.pdf``; gone again after FILE_MINUTES."""
        where = Path(path.removeprefix(PATH))
        drawn = self._drawn(where.stem, where.suffix)
        if drawn is None:
            return None
        code, body = drawn
        self._folder.mkdir(parents=True, exist_ok=True)
        self.forget_files()
        kept = self._folder / (FILE_NAME.format(code=code) + where.suffix)
        kept.write_bytes(body)
        return kept

    def forget_files(self) -> None:
        """Remove the files that every platform has taken by now."""
        limit = time.time() - FILE_MINUTES * 60
        for file in self._folder.glob(FILE_NAME.format(code="*")):
            if file.stat().st_mtime < limit:
                file.unlink(missing_ok=True)

    def routes(self) -> list[web.RouteDef]:
        """The page that asks for a code, the page of a code, and its paper."""
        return [
            web.get(PATH, self._ask),
            web.get(f"{PATH}giay.css", self._style),
            web.get(f"{PATH}{{code:[^/.]+}}{{ending:\\.pdf|\\.png}}", self._paper),
            web.get(f"{PATH}{{code:[^/]+}}", self._page),
        ]

    def _verified(self, session: Session, code: str) -> Verified:
        row = session.exec(select(Certificate).where(Certificate.code == code)).first()
        if row is None or row.revoked_at is not None:
            return Verified(revoked=row is not None)
        ward = session.get_one(Ward, row.ward_code)
        address = "" if self._public_url is None else self._public_url + certificate_path(code)
        name = in_sentence(ward.superseded_by or ward.name)
        return Verified(CertificateData(row.name, row.course_title, name, row.lessons, row.finished_on, code, address))

    def _drawn(self, typed: str, ending: str) -> tuple[str, bytes] | None:
        code = read_code(typed)
        data = self.verify(code).data if code is not None and ending in MEDIA_TYPES else None
        if code is None or data is None:
            return None
        from lessons.certificate import certificate_pdf, certificate_png  # 5 MB that most hours do without

        return code, (certificate_pdf if ending == ".pdf" else certificate_png)(data)

    async def _ask(self, request: web.Request) -> web.Response:
        typed = request.query.get("ma")
        if typed is None:
            return page("ask.html", 200)
        code = read_code(typed)
        if code is None:
            return page("ask.html", 400, typed=typed)
        raise web.HTTPSeeOther(certificate_path(code))

    async def _page(self, request: web.Request) -> web.Response:
        code = read_code(request.match_info["code"])
        verified = Verified() if code is None else await asyncio.to_thread(self.verify, code)
        return page("certificate.html", 200 if verified.data else 404, data=verified.data, revoked=verified.revoked)

    async def _paper(self, request: web.Request) -> web.Response:
        ending = request.match_info["ending"]
        drawn = await asyncio.to_thread(self._drawn, request.match_info["code"], ending)
        if drawn is None:
            return page("certificate.html", 404, data=None, revoked=False)
        code, body = drawn
        # A phone keeps the document where its owner finds it; the picture is shown.
        disposition = "attachment" if ending == ".pdf" else "inline"
        name = FILE_NAME.format(code=code) + ending
        headers = {**PRIVATE, "Content-Disposition": f'{disposition}; filename="{name}"'}
        return web.Response(body=body, content_type=MEDIA_TYPES[ending], headers=headers)

    async def _style(self, _request: web.Request) -> web.FileResponse:
        return web.FileResponse(TEMPLATES / "giay.css", headers={"Cache-Control": "no-cache"})


@cache
def _templates() -> Environment:
    return Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True)


def page(template: str, status: int, **values: object) -> web.Response:
    """A page of this room, for whoever holds its address alone."""
    shown = _templates().get_template(template).render({"typed": None, **values})
    return web.Response(text=shown, content_type="text/html", status=status, headers=PRIVATE)
