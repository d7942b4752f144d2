"""Paper contests: sheets to print, and what is ticked on them entered by two people who must agree."""

from __future__ import annotations

import asyncio

from aiohttp import web
from sqlmodel import Session, col, select

from bot.staff.access import ACCOUNT, WARD, WARD_EDITORS, StaffRoute
from bot.staff.contests import contest_of, to_contest
from bot.staff.context import Context, audit, form_of
from bot.store.contest_play import NICKNAMED
from bot.store.contest_rows import keep
from bot.store.contest_tables import Contest, ContestPaper, ContestParticipant
from bot.store.contests import OPEN, new_code, questions_of
from bot.store.tables import ResidentialGroup, utc_now
from lessons.contest.draw import options_for
from lessons.models import Question

SHEETS_LIMIT = 200  # at once: a hall
NOT_TICKED = "-"
LETTERS = "ABCDEFGH"


def routes(context: Context) -> list[StaffRoute]:
    """The addresses of this file."""
    pages = PaperPages(context)
    one = "/w/{ward}/contests/{contest:[0-9]+}"
    return [
        StaffRoute("POST", f"{one}/papers", pages.make, WARD_EDITORS),
        StaffRoute("GET", f"{one}/papers.pdf", pages.pdf, WARD_EDITORS),
        StaffRoute("POST", f"{one}/papers/enter", pages.enter, WARD_EDITORS),
    ]


def read_letters(written: str, questions: list[Question]) -> str | None:
    """``ACB-`` of what was typed, a letter a question and - for none; None when it does not fit the sheet."""
    letters = "".join(letter for letter in written.upper() if letter not in " ,.;")
    if len(letters) != len(questions):
        return None
    for letter, question in zip(letters, questions, strict=True):
        if letter != NOT_TICKED and letter not in LETTERS[: len(question.options)]:
            return None
    return letters


class PaperPages:
    """Handlers."""

    def __init__(self, context: Context) -> None:
        self._database = context.database

    async def make(self, request: web.Request) -> web.StreamResponse:
        """Make sheets for a group, each with a code of its own."""
        form = await form_of(request)

        def unit(session: Session) -> str:
            contest = contest_of(session, request)
            group = session.get(ResidentialGroup, int(form["group"])) if form.get("group", "").isdecimal() else None
            count = int(form["count"]) if form.get("count", "").isdecimal() else 0
            if group is None or group.ward_code != contest.ward_code or not 1 <= count <= SHEETS_LIMIT:
                return "contest_paper_wrong"
            if contest.groups and group.id not in contest.groups:
                return "contest_who_wrong"
            for _ in range(count):
                session.add(ContestPaper(contest_id=contest.id or 0, code=new_code(), group_id=group.id))
            audit(session, request, "contest_papers", f"{contest.code} {count}")
            return "contest_papers_made"

        raise to_contest(request, request.match_info["contest"], await self._database.write(unit))

    async def pdf(self, request: web.Request) -> web.Response:
        """The sheets that are not entered yet, to print."""
        from bot.papers.contest_sheets import Sheet, sheets_pdf  # 5 MB that most hours do without

        def unit(session: Session) -> tuple[Contest, list[Sheet]]:
            contest = contest_of(session, request)
            questions = [question for _row, question in questions_of(session, contest.id or 0).values()]
            names = {row.id: row.name for row in session.exec(select(ResidentialGroup))}
            rows = session.exec(
                select(ContestPaper)
                .where(ContestPaper.contest_id == contest.id, col(ContestPaper.participant_id).is_(None))
                .order_by(col(ContestPaper.id))
            ).all()
            made = [
                Sheet(
                    row.code,
                    names.get(row.group_id, ""),
                    [(one.text, [o.text for o in options_for(one, contest.seed, row.code)]) for one in questions],
                )
                for row in rows
            ]
            return contest, made

        contest, made = await self._database.read(unit)
        if not made:
            raise web.HTTPNotFound
        body = await asyncio.to_thread(sheets_pdf, contest.name, request[WARD].name, made)
        headers = {"Content-Disposition": f'inline; filename="phieu-thi-{contest.code}.pdf"'}
        return web.Response(body=body, content_type="application/pdf", headers=headers)

    async def enter(self, request: web.Request) -> web.StreamResponse:
        """What is ticked on a sheet; it counts when a second person has entered the same."""
        form, account = await form_of(request), request[ACCOUNT]

        def unit(session: Session) -> str:
            contest = contest_of(session, request)
            code = "".join(form.get("code", "").upper().split())
            paper = session.exec(
                select(ContestPaper)
                .where(ContestPaper.contest_id == contest.id, ContestPaper.code == code)
                .with_for_update()
            ).first()
            questions = [question for _row, question in questions_of(session, contest.id or 0).values()]
            letters = read_letters(form.get("answers", ""), questions)
            if contest.status != OPEN:
                return "contest_state_wrong"
            if paper is None or paper.participant_id is not None:
                return "contest_paper_unknown"
            if letters is None:
                return "contest_letters_wrong"
            audit(session, request, "contest_paper", f"{contest.code} {code}")
            return enter_sheet(session, contest, paper, letters, account.username, questions)

        raise to_contest(request, request.match_info["contest"], await self._database.write(unit))


def enter_sheet(
    session: Session, contest: Contest, paper: ContestPaper, letters: str, by: str, questions: list[Question]
) -> str:
    """Note one person's reading of a sheet; the key of the text that says what became of it."""
    if paper.first_by in (None, by):
        paper.first, paper.first_by = letters, by
        return "contest_paper_first"
    paper.second, paper.second_by = letters, by
    if paper.first != paper.second:
        # Neither is trusted more than the other: both look at the sheet again.
        paper.first = paper.first_by = paper.second = paper.second_by = None
        return "contest_paper_differs"
    seat = ContestParticipant(
        contest_id=contest.id or 0, code=paper.code, player=paper.code, group_id=paper.group_id,
        shown_as=NICKNAMED, channel="paper", paper=True, joined_at=utc_now(), position=len(questions),
    )  # fmt: skip
    session.add(seat)
    session.flush()
    paper.participant_id = seat.id
    for number, (letter, question) in enumerate(zip(letters, questions, strict=True), 1):
        if letter != NOT_TICKED:
            chosen = options_for(question, contest.seed, paper.code)[LETTERS.index(letter)].id
            keep(session, seat, number, contest.starts_at, contest.starts_at, chosen)
    return "contest_paper_counted"
