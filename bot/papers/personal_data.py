"""Everything held about a resident as a JSON file: for platforms that take files, and behind a link of one day."""

from __future__ import annotations

import asyncio
import json
import re
import secrets
import time
from pathlib import Path

from aiohttp import web
from sqlmodel import Session

from bot.papers.certificates import FILE_MINUTES, PRIVATE, page
from bot.store.database import Database
from bot.store.held import everything
from bot.store.linking import hashed
from bot.store.rights import EXPORT_ENDING, EXPORT_PATH
from bot.store.tables import DataExport, utc_now

FILE_NAME = "du-lieu-cua-toi"
_PATH = re.compile(re.escape(EXPORT_PATH) + r"(?P<token>[0-9a-f]{32})" + re.escape(EXPORT_ENDING))


class PersonalDataPapers:
    """Reads the store when the file is asked for; nothing but the address is kept."""

    prefix = EXPORT_PATH

    def __init__(self, database: Database, folder: Path) -> None:
        """``folder`` is where files lie while a platform takes them."""
        self._database = database
        self._folder = folder

    def file(self, path: str) -> Path | None:
        """The file at an address of ``bot.store.rights``; gone again after FILE_MINUTES."""
        body = self._body(path)
        if body is None:
            return None
        self._folder.mkdir(parents=True, exist_ok=True)
        self.forget_files()
        kept = self._folder / f"{FILE_NAME}-{secrets.token_hex(4)}{EXPORT_ENDING}"
        kept.write_bytes(body)
        return kept

    def forget_files(self) -> None:
        """Remove the files that every platform has taken by now."""
        limit = time.time() - FILE_MINUTES * 60
        for file in self._folder.glob(f"{FILE_NAME}-*{EXPORT_ENDING}"):
            if file.stat().st_mtime < limit:
                file.unlink(missing_ok=True)

    def routes(self) -> list[web.RouteDef]:
        """A page with a button, so that a platform that looks at links fetches nothing, and the file."""
        return [web.get(f"{EXPORT_PATH}{{name}}", self._page), web.post(f"{EXPORT_PATH}{{name}}", self._download)]

    def _body(self, path: str) -> bytes | None:
        found = _PATH.fullmatch(path)
        told = None if found is None else self._database.read_now(lambda session: _told(session, found["token"]))
        return None if told is None else json.dumps(told, ensure_ascii=False, indent=2).encode("utf-8")

    async def _page(self, request: web.Request) -> web.Response:
        body = await asyncio.to_thread(self._body, request.path)
        return page("my_data.html", 404 if body is None else 200, found=body is not None)

    async def _download(self, request: web.Request) -> web.Response:
        body = await asyncio.to_thread(self._body, request.path)
        if body is None:
            return page("my_data.html", 404, found=False)
        headers = {**PRIVATE, "Content-Disposition": f'attachment; filename="{FILE_NAME}{EXPORT_ENDING}"'}
        return web.Response(body=body, content_type="application/json", charset="utf-8", headers=headers)


def _told(session: Session, token: str) -> dict[str, object] | None:
    row, now = session.get(DataExport, hashed(token)), utc_now()
    return None if row is None or row.expires_at <= now else everything(session, row.chat_id, now)
