"""The result of a contest: files of it, certificates, protests and the recount."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from aiohttp import web
from sqlmodel import Session, col, select

from bot.conversation.buttons import in_sentence
from bot.indicators.export import shown
from bot.staff.access import ACCOUNT, WARD, WARD_EDITORS, WARD_READERS, StaffRoute
from bot.staff.contests import contest_of, to_contest
from bot.staff.context import Context, audit, form_of, staff_texts
from bot.store.contest_board import NamedBoards, named_boards
from bot.store.contest_setup import GROUP_BOARD, PEOPLE_BOARD
from bot.store.contest_tables import Contest, ContestProtest, ContestQuestion
from bot.store.contests import FROZEN, file_of, freeze, settle
from bot.store.tables import utc_now

NOTE_LIMIT = 600  # characters of a protest and of its answer
AWARDED = 3  # places that get a certificate unless more prizes are listed
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def routes(context: Context) -> list[StaffRoute]:
    """The addresses of this file."""
    pages = ResultPages(context)
    one = "/w/{ward}/contests/{contest:[0-9]+}"
    return [
        StaffRoute("GET", f"{one}/log.jsonl", pages.log, WARD_EDITORS),
        StaffRoute("GET", f"{one}/result.xlsx", pages.xlsx, WARD_EDITORS),
        StaffRoute("GET", f"{one}/result.docx", pages.docx, WARD_EDITORS),
        StaffRoute("GET", f"{one}/certificates.pdf", pages.certificates, WARD_READERS),
        StaffRoute("POST", f"{one}/protest", pages.protest, WARD_EDITORS),
        StaffRoute("POST", f"{one}/protest/{{protest:[0-9]+}}", pages.decide, WARD_EDITORS),
        StaffRoute("POST", f"{one}/settle", pages.settle, WARD_EDITORS),
    ]


class ResultPages:
    """Handlers."""

    def __init__(self, context: Context) -> None:
        self._database = context.database

    async def log(self, request: web.Request) -> web.Response:
        """The log under random ids; before it is frozen as it is now."""

        def unit(session: Session) -> tuple[str, str]:
            contest = contest_of(session, request)
            return contest.code, contest.result_file or file_of(session, contest)

        code, body = await self._database.read(unit)
        return _download(body.encode("utf-8"), "application/jsonl", f"cuoc-thi-{code}.jsonl")

    async def xlsx(self, request: web.Request) -> web.Response:
        """Both boards as a workbook."""
        from bot.papers.contest_report import as_xlsx  # loaded when a file is asked for, as in bot.indicators.export

        return await self._file(request, as_xlsx, XLSX, "xlsx")

    async def docx(self, request: web.Request) -> web.Response:
        """The report as a document."""
        from bot.papers.contest_report import as_docx

        return await self._file(request, as_docx, DOCX, "docx")

    async def certificates(self, request: web.Request) -> web.Response:
        """Certificates of the first places, one a page."""
        from bot.papers.contest_certificates import Award, awards_pdf

        contest, boards = await self._boards(request)
        places = max(AWARDED, len(contest.prizes))
        awards: list[Award] = []
        if PEOPLE_BOARD in contest.boards:
            awards += [
                Award(row.place, row.name, shown(row.points), row.code)
                for row in boards.people
                if row.place <= places and row.points
            ]
        if GROUP_BOARD in contest.boards:
            awards += [
                Award(row.place, row.group.name, shown(row.average / 100))
                for row in boards.groups
                if row.place is not None and row.place <= AWARDED
            ]
        if not awards or contest.result_hash is None:
            raise web.HTTPNotFound
        ward = in_sentence(request[WARD].name)
        body = await asyncio.to_thread(awards_pdf, contest.name, ward, contest.result_hash, awards)
        return _download(body, "application/pdf", f"giay-ghi-nhan-{contest.code}.pdf", "inline")

    async def protest(self, request: web.Request) -> web.StreamResponse:
        """Note what somebody objects to."""
        form, account = await form_of(request), request[ACCOUNT]
        note, number = form.get("note", ""), form.get("number", "")

        def unit(session: Session) -> str:
            contest = contest_of(session, request)
            if contest.status != FROZEN or contest.settled_at is not None:
                return "contest_state_wrong"
            if not 0 < len(note) <= NOTE_LIMIT:
                return "contest_note_wrong"
            about = int(number) if number.isdecimal() and _question(session, contest, int(number)) else None
            session.add(
                ContestProtest(contest_id=contest.id or 0, number=about, note=note, at=utc_now(), noted_by=account.name)
            )
            audit(session, request, "contest_protest", contest.code)
            return "contest_protest_noted"

        raise to_contest(request, request.match_info["contest"], await self._database.write(unit))

    async def decide(self, request: web.Request) -> web.StreamResponse:
        """Refuse a protest, or let its question count for nobody and count again."""
        form, account = await form_of(request), request[ACCOUNT]

        def unit(session: Session) -> str:
            contest = contest_of(session, request)
            row = session.get(ContestProtest, int(request.match_info["protest"]))
            if row is None or row.contest_id != contest.id or row.decision or contest.settled_at is not None:
                return "contest_state_wrong"
            reason, voids = form.get("reason", ""), form.get("decision") == "voided"
            if not 0 < len(reason) <= NOTE_LIMIT:
                return "contest_note_wrong"
            question = _question(session, contest, row.number) if voids and row.number else None
            if voids and question is None:
                return "contest_protest_without_question"
            row.decision, row.reason, row.decided_by = "voided" if voids else "refused", reason, account.name
            row.hash_before = contest.result_hash
            if question is not None:
                question.voided = True
                session.flush()
                freeze(session, contest, utc_now())
            row.hash_after = contest.result_hash
            audit(session, request, f"contest_{row.decision}", f"{contest.code} {row.number or ''}")
            return f"contest_protest_{row.decision}"

        raise to_contest(request, request.match_info["contest"], await self._database.write(unit))

    async def settle(self, request: web.Request) -> web.StreamResponse:
        """Close the protests: the result stays, what could tell who played is erased."""

        def unit(session: Session) -> str:
            contest = contest_of(session, request)
            waiting = select(ContestProtest.id).where(
                ContestProtest.contest_id == contest.id, col(ContestProtest.decision).is_(None)
            )
            if contest.status != FROZEN or contest.settled_at is not None:
                return "contest_state_wrong"
            if session.exec(waiting).first() is not None:
                return "contest_protest_waits"
            settle(session, contest, utc_now())
            audit(session, request, "contest_settle", contest.code)
            return "contest_settled"

        raise to_contest(request, request.match_info["contest"], await self._database.write(unit))

    async def _boards(self, request: web.Request) -> tuple[Contest, NamedBoards]:
        def unit(session: Session) -> tuple[Contest, NamedBoards]:
            contest = contest_of(session, request)
            return contest, named_boards(session, contest)

        return await self._database.read(unit)

    async def _file(
        self, request: web.Request, make: Callable[[Contest, str, NamedBoards, Any], bytes], kind: str, ending: str
    ) -> web.Response:
        contest, boards = await self._boards(request)
        await self._database.write(lambda session: audit(session, request, "export", f"contest {contest.code}"))
        body = await asyncio.to_thread(make, contest, request[WARD].name, boards, staff_texts())
        return _download(body, kind, f"ket-qua-{contest.code}.{ending}")


def _question(session: Session, contest: Contest, number: int) -> ContestQuestion | None:
    return session.exec(
        select(ContestQuestion).where(
            ContestQuestion.contest_id == contest.id, ContestQuestion.number == number, ContestQuestion.number > 0
        )
    ).first()


def _download(body: bytes, kind: str, name: str, disposition: str = "attachment") -> web.Response:
    headers = {"Content-Disposition": f'{disposition}; filename="{name}"'}
    return web.Response(body=body, content_type=kind, headers=headers)
