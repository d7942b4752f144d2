"""Questions the assistant could not answer: staff answer a group of them once, the assistant from then on."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from typing import Any

from aiohttp import web
from sqlmodel import Session, col, or_, select

from bot.staff.access import ACCOUNT, WARD, WARD_EDITORS, StaffRoute
from bot.staff.answer_drafts import Outcome, submit
from bot.staff.answer_form import QUESTION_LIMIT, TEXT_LIMIT, read_answer
from bot.staff.approval import decides_alone
from bot.staff.context import Context, FormProblemError, audit, back_to, form_of, page, staff_texts
from bot.staff.question_groups import QuestionGroup, grouped, questions_of
from bot.store.answer_drafts import waiting
from bot.store.tables import StaffAnswerDraft, UnansweredQuestion, utc_now
from knowledge.grouping import QuestionGrouper
from lessons.progress import local_day

SHOWN = 40  # groups of the ward on the page, the most asked first
SHOWN_OF_ALL = 20  # of people without a ward, which every ward's staff see
_CHOSEN = re.compile(r"q([0-9]{1,18})")


def routes(context: Context) -> list[StaffRoute]:
    """The addresses of this file."""
    pages = QuestionPages(context)
    return [
        StaffRoute("GET", "/w/{ward}/questions", pages.questions, WARD_EDITORS),
        StaffRoute("POST", "/w/{ward}/questions/answer", pages.answer, WARD_EDITORS),
        StaffRoute("POST", "/w/{ward}/questions/close", pages.close, WARD_EDITORS),
    ]


class QuestionPages:
    """Handlers."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._database = context.database
        self._grouper = QuestionGrouper(context.encoder)

    async def questions(self, request: web.Request) -> web.Response:
        """The open questions in groups."""
        return await self._page(request)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Answer the chosen questions, and tell who asked to be told; at once where a second person need not approve.

        The assistant gives the answer from now on to everyone in the ward who asks alike, and to residents without a
        ward when one of them asked.
        """
        form, ward, settings = await form_of(request), request[WARD], self._context.settings

        def unit(session: Session) -> Outcome:
            now = utc_now()
            questions = _chosen(session, ward.code, form)
            draft = read_answer(form, local_day(now), tuple(question.text for question in questions))
            outcome = submit(session, request, settings, draft, form.get("from_day", ""), now, questions=questions)
            audit(session, request, "answer", f"{outcome}, {len(questions)} questions")
            return outcome

        try:
            outcome = await self._database.write(unit)
        except FormProblemError as problem:
            return await self._page(request, str(problem), form)
        await asyncio.to_thread(self._context.answers_changed)
        done = outcome.said or ("answered_and_told" if outcome.told else "answered")
        raise back_to(request, "questions", done)

    async def close(self, request: web.Request) -> web.StreamResponse:
        """Put the chosen questions aside without an answer."""
        form, ward = await form_of(request), request[WARD]

        def unit(session: Session) -> None:
            questions = _chosen(session, ward.code, form)
            for question in questions:
                question.closed_at, question.tell_chat_id = utc_now(), None
            audit(session, request, "question_close", ", ".join(str(question.id) for question in questions))

        try:
            await self._database.write(unit)
        except FormProblemError as problem:
            return await self._page(request, str(problem), form)
        raise back_to(request, "questions", "closed")

    async def _page(
        self, request: web.Request, problem: str | None = None, form: dict[str, str] | None = None
    ) -> web.Response:
        """The page; ``form`` is what was typed into a form that was refused."""
        code = request[WARD].code
        staff_id, settings = request[ACCOUNT].staff_id, self._context.settings

        def unit(session: Session) -> tuple[list[Any], list[StaffAnswerDraft], bool]:
            found = [questions_of(session, owner) for owner in (code, None)]
            return found, list(waiting(session, code)), decides_alone(session, settings, staff_id, code)

        found, drafts, alone = await self._database.read(unit)
        sections = [await asyncio.to_thread(grouped, rows, names, self._grouper) for rows, names in found]
        values: dict[str, Any] = {
            "own": sections[0][:SHOWN],
            "without_ward": sections[1][:SHOWN_OF_ALL],
            "left_out": len(sections[0][SHOWN:]) + len(sections[1][SHOWN_OF_ALL:]),
            "drafted": {question: row.id for row in drafts for question in row.questions},
            "alone": alone,
            "typed": form or {},
            "typed_group": _typed_group([group for section in sections for group in section], form or {}),
            "limit": TEXT_LIMIT,
            "question_limit": QUESTION_LIMIT,
            "today": local_day(utc_now()).isoformat(),
            "problem": problem and staff_texts()[problem],
        }
        return page(request, "questions.html", values, status=400 if problem else 200)


def _chosen_ids(form: dict[str, str]) -> list[int]:
    return [int(found.group(1)) for name in form if (found := _CHOSEN.fullmatch(name))]


def _typed_group(groups: Sequence[QuestionGroup], form: dict[str, str]) -> int | None:
    """The first question of the group whose form was refused."""
    ids = set(_chosen_ids(form))
    return next((one.questions[0].id for one in groups if ids.intersection(q.id or 0 for q in one.questions)), None)


def _chosen(session: Session, ward_code: str, form: dict[str, str]) -> Sequence[UnansweredQuestion]:
    """The questions ticked that still wait, held until the transaction ends: two answers must not tell twice.

    Those of residents without a ward are everybody's. Raises FormProblemError when none is left, HTTPNotFound for
    another ward's.
    """
    ids = _chosen_ids(form)
    if not ids:
        raise FormProblemError("question_none_chosen")
    mine = or_(UnansweredQuestion.ward_code == ward_code, col(UnansweredQuestion.ward_code).is_(None))
    found = session.exec(
        select(UnansweredQuestion)
        .where(col(UnansweredQuestion.id).in_(ids), mine)
        .order_by(col(UnansweredQuestion.id))
        .with_for_update()
    ).all()
    if not found:
        raise web.HTTPNotFound
    waiting = [question for question in found if question.closed_at is None]
    if not waiting:
        raise FormProblemError("question_gone")
    return waiting
