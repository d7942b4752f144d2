"""The answers of staff: adding, correcting, letting them expire, withdrawing, and telling who received the old one."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from aiohttp import web
from sqlmodel import Session, col, func, select

from bot.channels.message import Reply
from bot.conversation import notices
from bot.conversation.notes import citation_notes
from bot.conversation.typed import plain
from bot.preview.walk import Exchange
from bot.staff.access import ACCOUNT, WARD, WARD_EDITORS, StaffRoute
from bot.staff.answer_drafts import approve, drop, shown, submit
from bot.staff.answer_form import QUESTION_LIMIT, TEXT_LIMIT, read_answer
from bot.staff.approval import decides_alone
from bot.staff.content.diff import Line, changes
from bot.staff.content.preview import screens
from bot.staff.context import Context, FormProblemError, audit, back_to, form_of, page, staff_texts
from bot.staff.question_groups import RIGHT, WRONG
from bot.staff.telling import tell
from bot.store.staff_answers import (
    FOLLOWED_DAYS,
    as_staff_answer,
    behind,
    catch_up,
    locked,
    withdraw,
)
from bot.store.tables import StaffAnswerRow, UnansweredQuestion, utc_now
from knowledge.answer_types import StaffAnswer
from knowledge.overrides import staff_citation
from lessons.progress import local_day

SHOWN = 100  # answers on the page, the newest; the others are found by their words


def routes(context: Context) -> list[StaffRoute]:
    """The addresses of this file."""
    pages = AnswerPages(context)
    return [
        StaffRoute("GET", "/w/{ward}/answers", pages.answers, WARD_EDITORS),
        StaffRoute("POST", "/w/{ward}/answers", pages.add, WARD_EDITORS),
        StaffRoute("POST", "/w/{ward}/answers/preview", pages.preview, WARD_EDITORS),
        StaffRoute("POST", "/w/{ward}/answers/drafts/{draft:[0-9]+}/approve", pages.approve, WARD_EDITORS),
        StaffRoute("POST", "/w/{ward}/answers/drafts/{draft:[0-9]+}/drop", pages.drop, WARD_EDITORS),
        StaffRoute("POST", "/w/{ward}/answers/{answer:[0-9]+}", pages.change, WARD_EDITORS),
        StaffRoute("POST", "/w/{ward}/answers/{answer:[0-9]+}/withdraw", pages.withdraw, WARD_EDITORS),
        StaffRoute("POST", "/w/{ward}/answers/{answer:[0-9]+}/tell", pages.tell, WARD_EDITORS),
    ]


@dataclass(frozen=True, slots=True)
class ShownAnswer:
    """An answer with what its list shows: marks by residents, and who is still to hear of the last change."""

    row: StaffAnswerRow
    right: int
    wrong: int
    behind: int
    expired: bool

    @property
    def earlier(self) -> list[tuple[dict[str, Any], list[Line]]]:
        """The versions before, newest first, each with what the one after it changed."""
        texts = [self.row.text, *(one["text"] for one in self.row.earlier)]
        return [(one, changes(one["text"], texts[place])) for place, one in enumerate(self.row.earlier)]


class AnswerPages:
    """Handlers."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._database = context.database

    async def answers(self, request: web.Request) -> web.Response:
        """The answers in force, those that ended, and those withdrawn lately."""
        return await self._page(request)

    async def add(self, request: web.Request) -> web.StreamResponse:
        """Write an answer before anybody asked."""
        form, settings, now = await form_of(request), self._context.settings, utc_now()

        def unit(session: Session) -> str:
            draft = read_answer(form, local_day(now))
            outcome = submit(session, request, settings, draft, form.get("from_day", ""), now)
            audit(session, request, "answer", f"{outcome}, before anybody asked")
            return outcome.said

        return await self._apply(request, unit, "answered", {"new": form})

    async def preview(self, request: web.Request) -> web.Response:
        """What was typed as each channel shows it; nothing is kept."""
        form, ward, account, now = await form_of(request), request[WARD], request[ACCOUNT], utc_now()
        try:
            draft = read_answer(form, local_day(now))
        except FormProblemError as problem:
            return await self._page(request, str(problem), {form.get("answer") or "new": form})
        until = draft.valid_until.isoformat() if draft.valid_until else None
        answer = StaffAnswer("", ward.code, draft.question, draft.text, account.name, local_day(now).isoformat(), until)
        reply = Reply(draft.text, (), citation_notes((staff_citation(answer),), local_day(now)))
        shown = screens([Exchange(draft.question, (reply,))])
        return page(request, "answer_preview.html", {"question": draft.question, "screens": shown})

    async def change(self, request: web.Request) -> web.StreamResponse:
        """Correct an answer, or put a withdrawn one back in force."""
        form, settings, answer_id = await form_of(request), self._context.settings, int(request.match_info["answer"])

        def unit(session: Session) -> str:
            now = utc_now()
            row = _answer(session, request)
            if form.get("version") != str(row.version):
                raise FormProblemError("answer_changed_meanwhile")
            draft = read_answer(form, local_day(now))
            outcome = submit(session, request, settings, draft, form.get("from_day", ""), now, answer=row)
            audit(session, request, "answer_change", f"{answer_id}, {outcome}")
            return outcome.said

        return await self._apply(request, unit, "answer_changed", {str(answer_id): form})

    async def approve(self, request: web.Request) -> web.StreamResponse:
        """A second person lets what waits come into force."""
        form, settings, now = await form_of(request), self._context.settings, utc_now()
        return await self._apply(
            request, lambda session: approve(session, request, settings, form, now), "answer_approved", {}
        )

    async def drop(self, request: web.Request) -> web.StreamResponse:
        """Put what waits aside."""
        return await self._apply(request, lambda session: drop(session, request, utc_now()), "content_drop", {})

    async def withdraw(self, request: web.Request) -> web.StreamResponse:
        """Take an answer back."""

        def unit(session: Session) -> None:
            withdraw(_answer(session, request), utc_now())
            audit(session, request, "answer_withdraw", request.match_info["answer"])

        return await self._apply(request, unit, "withdrawn", {})

    async def tell(self, request: web.Request) -> web.StreamResponse:
        """Send the correction to everyone who received the answer before it and asked to be told."""

        def unit(session: Session) -> None:
            now = utc_now()
            row = _answer(session, request)
            answer = as_staff_answer(row)
            reply = notices.corrected(answer, local_day(now)) if row.active else notices.withdrawn(answer)
            told = tell(session, catch_up(session, row, now), reply, now)
            audit(session, request, "answer_tell", f"{row.id}: {told} told")

        return await self._apply(request, unit, "correction_told", {})

    async def _apply(
        self, request: web.Request, unit: Callable[[Session], str | None], done: str, typed: dict[str, dict[str, str]]
    ) -> web.StreamResponse:
        """``unit`` says what became of the form, where that is not ``done``."""
        try:
            said = await self._database.write(unit)
        except FormProblemError as problem:
            return await self._page(request, str(problem), typed)
        await asyncio.to_thread(self._context.answers_changed)
        raise back_to(request, "answers", said or done)

    async def _page(
        self, request: web.Request, problem: str | None = None, typed: dict[str, dict[str, str]] | None = None
    ) -> web.Response:
        """The page; ``typed`` are the fields of a refused form, by answer."""
        code, now, asked = request[WARD].code, utc_now(), " ".join(request.query.get("q", "").split())[:QUESTION_LIMIT]
        found = await self._database.read(lambda session: _rows(session, code, now))
        staff_id, settings = request[ACCOUNT].staff_id, self._context.settings
        drafts, alone = await self._database.read(
            lambda session: (shown(session, code, staff_id), decides_alone(session, settings, staff_id, code))
        )
        words = plain(asked).split()
        wanted = [row for row in found if all(word in plain(f"{row.question} {row.text}") for word in words)]
        refused = [row for row in wanted[SHOWN:] if str(row.id) in (typed or {})]
        cards = await self._database.read(lambda session: _shown(session, [*wanted[:SHOWN], *refused], now))
        values = {
            "drafts": drafts,
            "alone": alone,
            "asked": asked,
            "left_out": len(wanted) - len(cards),
            "in_force": [one for one in cards if one.row.active and not one.expired],
            "ended": [one for one in cards if one.row.active and one.expired],
            "withdrawn": [one for one in cards if not one.row.active],
            "followed_days": FOLLOWED_DAYS,
            "typed": typed or {},
            "limit": TEXT_LIMIT,
            "question_limit": QUESTION_LIMIT,
            "today": local_day(now).isoformat(),
            "problem": problem and staff_texts()[problem],
        }
        return page(request, "answers.html", values, status=400 if problem else 200)


def _answer(session: Session, request: web.Request) -> StaffAnswerRow:
    row = locked(session, int(request.match_info["answer"]))
    if row is None or row.ward_code != request[WARD].code:
        raise web.HTTPNotFound
    return row


def _rows(session: Session, ward_code: str, now: datetime) -> Sequence[StaffAnswerRow]:
    """Those in force and those withdrawn lately, the newest first."""
    lately = now - timedelta(days=FOLLOWED_DAYS)
    kept = col(StaffAnswerRow.active).is_(True) | (col(StaffAnswerRow.answered_at) >= lately)
    return session.exec(
        select(StaffAnswerRow)
        .where(StaffAnswerRow.ward_code == ward_code, kept)
        .order_by(col(StaffAnswerRow.answered_at).desc(), col(StaffAnswerRow.id).desc())
    ).all()


def _shown(session: Session, rows: Sequence[StaffAnswerRow], now: datetime) -> list[ShownAnswer]:
    marks = _marks(session, [row.id or 0 for row in rows])
    return [
        ShownAnswer(
            row,
            marks[row.id or 0, RIGHT],
            marks[row.id or 0, WRONG],
            len(behind(session, row, now)),
            _expired(row, local_day(now)),
        )
        for row in rows
    ]


def _marks(session: Session, answer_ids: list[int]) -> Counter[tuple[int, str]]:
    """How often each answer was marked, by answer and reason."""
    counted = session.exec(
        select(UnansweredQuestion.staff_answer_id, UnansweredQuestion.reason, func.count())
        .where(col(UnansweredQuestion.staff_answer_id).in_(answer_ids))
        .group_by(col(UnansweredQuestion.staff_answer_id), UnansweredQuestion.reason)
    )
    return Counter({(answer_id or 0, reason): count for answer_id, reason, count in counted})


def _expired(row: StaffAnswerRow, today: date) -> bool:
    return row.valid_until is not None and row.valid_until < today
