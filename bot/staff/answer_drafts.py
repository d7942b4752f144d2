"""Answers by staff on their way into force: proposed, approved by a second person, used from a day on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web
from sqlmodel import Session

from bot.conversation import notices
from bot.settings import Settings
from bot.staff.access import ACCOUNT, WARD
from bot.staff.approval import decides_alone, require_second, start_of
from bot.staff.content.diff import Line, changes
from bot.staff.context import FormProblemError, audit
from bot.staff.telling import tell
from bot.store import answer_drafts
from bot.store.answer_drafts import Author
from bot.store.answer_tables import StaffAnswerDraft
from bot.store.database import Database
from bot.store.staff_answers import Draft, as_staff_answer
from bot.store.tables import StaffAnswerRow, UnansweredQuestion
from lessons.progress import local_day

PROPOSED, SCHEDULED = "answer_proposed", "answer_scheduled"  # texts that say what became of a form


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a form: the text that says so ("" for: in force), how many were told, the draft's number."""

    said: str
    told: int
    number: int

    def __str__(self) -> str:
        return f"{self.number}: {self.told} told"


@dataclass(frozen=True, slots=True)
class Waiting:
    """A draft on the page. ``lines``: what it changes of the answer it corrects; ``own``: of who looks."""

    row: StaffAnswerDraft
    lines: list[Line]
    own: bool


def submit(
    session: Session,
    request: web.Request,
    settings: Settings,
    draft: Draft,
    from_day: str,
    now: datetime,
    answer: StaffAnswerRow | None = None,
    questions: Sequence[UnansweredQuestion] = (),
) -> Outcome:
    """Keep what was written; who decides alone has it in force at once, or from the day of the form on.

    Raises FormProblemError.
    """
    account, ward = request[ACCOUNT], request[WARD]
    author = Author(account.name, account.staff_id)
    start = start_of(from_day, now)
    row = answer_drafts.propose(session, ward.code, draft, author, now, answer, questions)
    if not decides_alone(session, settings, account.staff_id, ward.code):
        row.effective_from = start if start > now else None
        return Outcome(PROPOSED, 0, row.id or 0)
    return _approved(session, request, row, start, now)


def _approved(session: Session, request: web.Request, row: StaffAnswerDraft, start: datetime, now: datetime) -> Outcome:
    account = request[ACCOUNT]
    answer_drafts.approve(row, Author(account.name, account.staff_id), start)
    if start > now:
        return Outcome(SCHEDULED, 0, row.id or 0)
    told = into_use(session, row, now)
    if told is None:
        raise FormProblemError("answer_changed_meanwhile")
    return Outcome("", told, row.id or 0)


def approve(session: Session, request: web.Request, settings: Settings, form: dict[str, str], now: datetime) -> str:
    """A second person approves; the text that says what became of it. Raises FormProblemError."""
    row = _named(session, request)
    require_second(session, settings, row, request[ACCOUNT].staff_id, request[WARD].code)
    outcome = _approved(session, request, row, start_of(form.get("from_day", ""), now), now)
    audit(session, request, "answer_approve", str(outcome))
    return outcome.said


def drop(session: Session, request: web.Request, now: datetime) -> None:
    """Put a draft aside, approved or not. Raises FormProblemError."""
    row = _named(session, request)
    answer_drafts.end(row, answer_drafts.DROPPED, now)
    audit(session, request, "answer_drop", str(row.id))


def _named(session: Session, request: web.Request) -> StaffAnswerDraft:
    row = answer_drafts.held(session, int(request.match_info["draft"]), request[WARD].code)
    if row is None:
        raise FormProblemError("content_gone")
    return row


def shown(session: Session, ward_code: str, staff_id: int) -> list[Waiting]:
    """What waits in a ward, for its page."""
    found = []
    for row in answer_drafts.waiting(session, ward_code):
        answer = None if row.answer_id is None else session.get(StaffAnswerRow, row.answer_id)
        lines = [] if answer is None else changes(answer.text, row.text)
        found.append(Waiting(row, lines, row.author_id == staff_id))
    return found


def into_use(session: Session, row: StaffAnswerDraft, now: datetime) -> int | None:
    """Put an approved draft in force and tell who asked to be told; how many, None when it was overtaken."""
    published = answer_drafts.take_into_use(session, row, now)
    if published is None:
        return None
    return tell(session, published.waiting, notices.answered(as_staff_answer(published.row), local_day(now)), now)


async def take_due_into_use(database: Database, now: datetime) -> int:
    """What was approved for a day that has come; how many drafts there were, so that answers are read again."""
    numbers = await database.read(
        lambda session: [(row.id or 0, row.ward_code) for row in answer_drafts.due(session, now)]
    )

    def unit(session: Session) -> None:
        for number, ward_code in numbers:
            row = answer_drafts.held(session, number, ward_code)
            if row is not None and row.approver is not None:
                into_use(session, row, now)

    if numbers:
        await database.write(unit)
    return len(numbers)
