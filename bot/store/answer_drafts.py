"""Staff answers that are not in force yet: proposed by one, approved by another, taken into use on their day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from bot.store.answer_tables import StaffAnswerDraft
from bot.store.staff_answers import Draft, correct, locked, publish, settle_questions
from bot.store.tables import StaffAnswerRow, UnansweredQuestion

IN_FORCE, DROPPED, REPLACED = "in_force", "dropped", "replaced"


@dataclass(frozen=True, slots=True)
class Author:
    """Who writes or approves, as an account."""

    name: str
    staff_id: int


@dataclass(frozen=True, slots=True)
class Published:
    """The answer that a draft became, and the chats to be told of it."""

    row: StaffAnswerRow
    waiting: Sequence[int]


def propose(
    session: Session,
    ward_code: str,
    draft: Draft,
    author: Author,
    now: datetime,
    answer: StaffAnswerRow | None = None,
    questions: Sequence[UnansweredQuestion] = (),
) -> StaffAnswerDraft:
    """Keep an answer until it is approved; of an ``answer`` that is corrected one waits at a time: the newest."""
    if answer is not None:
        for other in waiting(session, ward_code):
            if other.answer_id == answer.id:
                end(other, REPLACED, now)
    row = StaffAnswerDraft(
        ward_code=ward_code,
        answer_id=answer.id if answer is not None else None,
        version=answer.version if answer is not None else 0,
        question=draft.question,
        text=draft.text,
        wordings=list(draft.wordings),
        valid_until=draft.valid_until,
        questions=[one.id for one in questions],
        author=author.name,
        author_id=author.staff_id,
        made_at=now,
    )
    session.add(row)
    session.flush()
    return row


def waiting(session: Session, ward_code: str) -> Sequence[StaffAnswerDraft]:
    """What waits in a ward for approval or for its day, the oldest first."""
    return session.exec(
        select(StaffAnswerDraft)
        .where(StaffAnswerDraft.ward_code == ward_code, col(StaffAnswerDraft.ended).is_(None))
        .order_by(col(StaffAnswerDraft.id))
    ).all()


def held(session: Session, draft_id: int, ward_code: str) -> StaffAnswerDraft | None:
    """A draft that still waits, held until the transaction ends: two taps must not tell twice."""
    return session.exec(
        select(StaffAnswerDraft)
        .where(
            StaffAnswerDraft.id == draft_id,
            StaffAnswerDraft.ward_code == ward_code,
            col(StaffAnswerDraft.ended).is_(None),
        )
        .with_for_update()
    ).first()


def approve(row: StaffAnswerDraft, approver: Author, start: datetime) -> None:
    """Let a draft come into force from a moment on."""
    row.approver, row.approver_id, row.effective_from = approver.name, approver.staff_id, start


def end(row: StaffAnswerDraft, how: str, now: datetime) -> None:
    """A draft waits no more."""
    row.ended, row.ended_at = how, now


def due(session: Session, now: datetime) -> Sequence[StaffAnswerDraft]:
    """The approved drafts whose day has come."""
    return session.exec(
        select(StaffAnswerDraft)
        .where(
            col(StaffAnswerDraft.ended).is_(None),
            col(StaffAnswerDraft.approver).is_not(None),
            col(StaffAnswerDraft.effective_from) <= now,
        )
        .order_by(col(StaffAnswerDraft.id))
    ).all()


def take_into_use(session: Session, row: StaffAnswerDraft, now: datetime) -> Published | None:
    """Put an approved draft in force and settle its questions; None, and it is dropped, when it has been overtaken:
    the answer it corrects was changed or withdrawn since, or its last day is over.
    """
    draft = Draft(row.question, row.text, tuple(row.wordings), row.valid_until)
    answer = None if row.answer_id is None else locked(session, row.answer_id)
    if row.answer_id is not None and (answer is None or answer.version != row.version):
        end(row, DROPPED, now)
        return None
    if answer is None:
        answer = publish(session, row.ward_code, draft, row.author, now)
    else:
        correct(answer, draft, row.author, now)
    end(row, IN_FORCE, now)
    return Published(answer, settle_questions(session, answer, _open_questions(session, row), now))


def _open_questions(session: Session, row: StaffAnswerDraft) -> Sequence[UnansweredQuestion]:
    if not row.questions:
        return ()
    return session.exec(
        select(UnansweredQuestion)
        .where(col(UnansweredQuestion.id).in_(row.questions), col(UnansweredQuestion.closed_at).is_(None))
        .order_by(col(UnansweredQuestion.id))
        .with_for_update()
    ).all()
