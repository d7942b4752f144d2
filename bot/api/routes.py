"""The read-only JSON API, version 1. openapi.yaml describes every address; the tests compare."""

from __future__ import annotations

import json
import time
from collections.abc import Awaitable, Callable
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from aiohttp import web
from sqlmodel import Session

from bot.api.bodies import figures_body, report_body, report_line
from bot.api.limits import RateLimit
from bot.http import json_error
from bot.indicators.daily import bring_up
from bot.reports.figures import snapshot_of
from bot.reports.freezing import content, frozen_reports
from bot.reports.periods import Period
from bot.reports.snapshot import Snapshot
from bot.settings import Settings
from bot.staff.access import is_safe_transport
from bot.store.api_tokens import FIGURES, REPORTS, Reader, note_use, reader_of
from bot.store.database import Database
from bot.store.tables import FrozenReport, Ward, utc_now
from knowledge.yaml_loader import load_yaml
from lessons.progress import local_day

BASE = "/api/v1"
DOCUMENT = Path(__file__).with_name("openapi.yaml")
BEARER = "Bearer "
LONGEST_TOKEN = 200  # letters; ours have 49
LONGEST_NUMBER = 9  # digits of an id: a larger one is no row of any database
FIRST_DAY = date(2020, 1, 1)  # before it there is nothing, and days of the year 1 break calendars

Read = Callable[[web.Request, Reader], Awaitable[web.Response]]


def _json(body: dict[str, Any]) -> web.Response:
    """An answer in which Vietnamese stays readable, and half as long as with every letter escaped."""
    return web.json_response(text=json.dumps(body, ensure_ascii=False, separators=(",", ":")))


@cache
def openapi() -> dict[str, Any]:
    """The OpenAPI 3.1 document."""
    loaded: dict[str, Any] = load_yaml(DOCUMENT.read_text(encoding="utf-8"))
    return loaded


class Api:
    """Handlers. Every answer but the document needs a token; another ward's address is 404."""

    def __init__(self, settings: Settings, database: Database, limit: RateLimit | None = None) -> None:
        self._settings = settings
        self._database = database
        self._limit = limit or RateLimit()

    def routes(self) -> list[web.RouteDef]:
        """Every address."""
        ward = BASE + "/wards/{ward}"
        return [
            web.get(f"{BASE}/openapi.json", self._document),
            web.get(ward, self._read(None, self._ward)),
            web.get(f"{ward}/figures", self._read(FIGURES, self._figures)),
            web.get(f"{ward}/reports", self._read(REPORTS, self._reports)),
            web.get(f"{ward}/reports/{{report}}", self._read(REPORTS, self._report)),
        ]

    def _read(self, scope: str | None, read: Read) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def handle(request: web.Request) -> web.Response:
            if not is_safe_transport(request, self._settings):
                return json_error(403, "https_only", "Use HTTPS: a token must not travel in the open.")
            reader = await self._reader(request)
            if reader is None:
                refused = json_error(401, "unauthorized", "Send a valid token: Authorization: Bearer bdhvs_…")
                refused.headers["WWW-Authenticate"] = 'Bearer realm="bdhvs"'
                return refused
            if seconds := self._limit.wait(reader.token_id, time.monotonic()):
                late = json_error(429, "too_many_requests", f"At most {self._limit.most} requests a minute.")
                late.headers["Retry-After"] = str(seconds)
                return late
            if request.match_info["ward"] != reader.ward_code:
                return json_error(404, "not_found", "This token reads no such ward.")
            if scope is not None and scope not in reader.scopes:
                return json_error(403, "forbidden", f"This token has no scope {scope!r}.")
            answer = await read(request, reader)
            answer.headers["Cache-Control"] = "no-store"
            return answer

        return handle

    async def _reader(self, request: web.Request) -> Reader | None:
        given = request.headers.get("Authorization", "")
        token = given.removeprefix(BEARER).strip()
        if not given.startswith(BEARER) or not token or len(token) > LONGEST_TOKEN:
            return None
        today = local_day(utc_now())
        found = await self._database.read(lambda session: reader_of(session, token, today))
        if found is None:
            return None
        reader, new_day = found
        if new_day:
            await self._database.write(lambda session: note_use(session, reader.token_id, today))
        return reader

    async def _document(self, _request: web.Request) -> web.Response:
        return _json(openapi())

    async def _ward(self, _request: web.Request, reader: Reader) -> web.Response:
        ward = await self._database.read(lambda session: session.get_one(Ward, reader.ward_code))
        return _json({"code": ward.code, "name": ward.name, "scopes": sorted(reader.scopes)})

    async def _figures(self, request: web.Request, reader: Reader) -> web.Response:
        today = local_day(utc_now())
        try:
            last = date.fromisoformat(request.query.get("last", today.isoformat()))
            first = date.fromisoformat(request.query.get("first", date(last.year, 1, 1).isoformat()))
        except ValueError:
            return json_error(400, "bad_request", "first and last are days such as 2026-12-31.")
        if not FIRST_DAY <= first <= last <= today:
            return json_error(400, "bad_request", "first must not be after last, nor last in the future.")

        def unit(session: Session) -> Snapshot:
            ward = session.get_one(Ward, reader.ward_code)
            return snapshot_of(session, ward, Period("", first, last), today)

        await bring_up(self._database, reader.ward_code, utc_now())
        return _json(figures_body(await self._database.read(unit)))

    async def _reports(self, _request: web.Request, reader: Reader) -> web.Response:
        rows = await self._database.read(lambda session: frozen_reports(session, reader.ward_code))
        return _json({"reports": [report_line(row) for row in rows]})

    async def _report(self, request: web.Request, reader: Reader) -> web.Response:
        number = request.match_info["report"]
        row = None
        if number.isascii() and number.isdecimal() and len(number) <= LONGEST_NUMBER:
            row = await self._database.read(lambda session: session.get(FrozenReport, int(number)))
        if row is None or row.ward_code != reader.ward_code:
            return json_error(404, "not_found", "This ward has no such report.")
        snapshot, words, _ = content(row)
        return _json(report_body(row, snapshot, words))
