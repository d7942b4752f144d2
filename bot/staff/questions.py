"""Questions the assistant could not answer: staff answer them once, the assistant uses the answer from then on."""

from __future__ import annotations

from aiohttp import web
from sqlmodel import Session, col, select

from bot.staff.access import ACCOUNT, WARD, WARD_EDITORS, StaffRoute
from bot.staff.context import Context, audit, form_of, page, staff_texts
from bot.store.tables import StaffAnswerRow, UnansweredQuestion, utc_now

SHOWN = 200  # questions on the page, newest first
ANSWER_LIMIT = 700  # characters: what one answer may show (knowledge.answer_types.ANSWER_LIMIT)


def routes(context: Context) -> list[StaffRoute]:
    """The addresses of this file."""
    pages = QuestionPages(context)
    return [
        StaffRoute("GET", "/w/{ward}/questions", pages.questions, WARD_EDITORS),
        StaffRoute("POST", "/w/{ward}/questions/{question:[0-9]+}/answer", pages.answer, WARD_EDITORS),
        StaffRoute("POST", "/w/{ward}/questions/{question:[0-9]+}/close", pages.close, WARD_EDITORS),
        StaffRoute("POST", "/w/{ward}/answers/{answer:[0-9]+}/withdraw", pages.withdraw, WARD_EDITORS),
    ]


class QuestionPages:
    """Handlers."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._database = context.database

    async def questions(self, request: web.Request) -> web.Response:
        """Open questions and the answers in force."""
        return await self._page(request)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Answer a question; the assistant gives this answer to everyone in the ward who asks alike."""
        form, ward, account = await form_of(request), request[WARD], request[ACCOUNT]
        text, question_id = form.get("text", ""), int(request.match_info["question"])
        if not text or len(text) > ANSWER_LIMIT:
            return await self._page(request, "answer_length")

        def unit(session: Session) -> None:
            question = _question(session, ward.code, question_id)
            question.closed_at = utc_now()
            session.add(
                StaffAnswerRow(
                    ward_code=ward.code,
                    question=question.text,
                    text=text,
                    author=account.name,
                    answered_at=utc_now(),
                )
            )
            audit(session, request, "answer", str(question_id))

        await self._database.write(unit)
        self._context.answers_changed()
        raise web.HTTPSeeOther(f"/staff/w/{ward.code}/questions?done=answered")

    async def close(self, request: web.Request) -> web.StreamResponse:
        """Put a question aside without an answer."""
        ward, question_id = request[WARD], int(request.match_info["question"])

        def unit(session: Session) -> None:
            _question(session, ward.code, question_id).closed_at = utc_now()
            audit(session, request, "question_close", str(question_id))

        await self._database.write(unit)
        raise web.HTTPSeeOther(f"/staff/w/{ward.code}/questions?done=closed")

    async def withdraw(self, request: web.Request) -> web.StreamResponse:
        """Take an answer back."""
        ward, answer_id = request[WARD], int(request.match_info["answer"])

        def unit(session: Session) -> None:
            row = session.get(StaffAnswerRow, answer_id)
            if row is None or row.ward_code != ward.code:
                raise web.HTTPNotFound
            row.active = False
            audit(session, request, "answer_withdraw", str(answer_id))

        await self._database.write(unit)
        self._context.answers_changed()
        raise web.HTTPSeeOther(f"/staff/w/{ward.code}/questions?done=withdrawn")

    async def _page(self, request: web.Request, problem: str | None = None) -> web.Response:
        code = request[WARD].code
        opened = (
            select(UnansweredQuestion)
            .where(UnansweredQuestion.ward_code == code, col(UnansweredQuestion.closed_at).is_(None))
            .order_by(col(UnansweredQuestion.id).desc())
            .limit(SHOWN)
        )
        answered = (
            select(StaffAnswerRow)
            .where(StaffAnswerRow.ward_code == code, col(StaffAnswerRow.active).is_(True))
            .order_by(col(StaffAnswerRow.id).desc())
        )
        values = await self._database.read(
            lambda session: {"questions": session.exec(opened).all(), "answers": session.exec(answered).all()}
        )
        shown = {**values, "limit": ANSWER_LIMIT, "problem": problem and staff_texts()[problem]}
        return page(request, "questions.html", shown, status=400 if problem else 200)


def _question(session: Session, ward_code: str, question_id: int) -> UnansweredQuestion:
    row = session.get(UnansweredQuestion, question_id)
    if row is None or row.ward_code != ward_code:
        raise web.HTTPNotFound
    return row
