"""The public page of a contest: its rules, and once published the result with what each agreed to."""

from __future__ import annotations

from typing import Any

from aiohttp import web
from sqlmodel import Session, select

from bot.conversation.offers import LINK_PREFIX
from bot.papers.certificates import page
from bot.store.contest_board import named_boards
from bot.store.contest_setup import GROUP_BOARD, PEOPLE_BOARD
from bot.store.contest_tables import Contest
from bot.store.contests import DRAFT, REHEARSAL, closing_time, rules_of
from bot.store.database import Database
from bot.store.tables import Ward
from lessons.progress import VIETNAM

PATH = "/thi/"
SHOWN = 50  # of the people's board in public: who came later need not be listed


class ContestPages:
    """Two addresses: the page, and the frozen log that anybody may recompute."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def routes(self) -> list[web.RouteDef]:
        """The addresses."""
        return [
            web.get(f"{PATH}{{code:[A-Za-z0-9]{{8}}}}", self._page),
            web.get(f"{PATH}{{code:[A-Za-z0-9]{{8}}}}.jsonl", self._log),
        ]

    async def _page(self, request: web.Request) -> web.Response:
        code = request.match_info["code"].upper()
        shown = await self._database.read(lambda session: _shown(session, code))
        if shown is None:
            raise web.HTTPNotFound
        return page("contest.html", 200, **shown)

    async def _log(self, request: web.Request) -> web.Response:
        code = request.match_info["code"].upper()
        body = await self._database.read(lambda session: _published_log(session, code))
        if body is None:
            raise web.HTTPNotFound
        headers = {"Content-Disposition": f'attachment; filename="cuoc-thi-{code}.jsonl"'}
        return web.Response(body=body.encode("utf-8"), content_type="application/jsonl", headers=headers)


def _opened(session: Session, code: str) -> Contest | None:
    row = session.exec(select(Contest).where(Contest.code == code)).first()
    return None if row is None or row.status in (DRAFT, REHEARSAL) else row


def _published_log(session: Session, code: str) -> str | None:
    row = _opened(session, code)
    return None if row is None or not row.published else row.result_file


def _shown(session: Session, code: str) -> dict[str, Any] | None:
    row = _opened(session, code)
    if row is None:
        return None
    boards = named_boards(session, row) if row.published else None
    named = [one for one in boards.people if one.name is not None][:SHOWN] if boards else []
    return {
        "contest": row,
        "rules": rules_of(row),
        "ward": session.get_one(Ward, row.ward_code).name,
        "starts": row.starts_at.astimezone(VIETNAM),
        "ends": closing_time(session, row).astimezone(VIETNAM),
        "people": named if PEOPLE_BOARD in row.boards else [],
        "groups": boards.groups if boards and GROUP_BOARD in row.boards else (),
        "players": len(boards.people) if boards else 0,
        "chat": f"/?g={LINK_PREFIX}{row.code}",
    }
