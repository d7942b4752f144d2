"""What needs staff today: how much waits on each page, the most urgent first."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import func
from sqlmodel import Session, col, select

from bot.checking import STALE_DAYS, stale_material
from bot.settings import Settings
from bot.staff.content.state import what_is_open
from bot.staff.context import Context, staff_texts
from bot.staff.duplicates import kept_pairs
from bot.staff.kept import Kept
from bot.store.answer_drafts import waiting
from bot.store.rights import answer_due
from bot.store.tables import Broadcast, HumanLine, HumanRequest, MaterialEdit, RightsRequest, UnansweredQuestion
from knowledge.facts import MaterialError
from lessons.progress import local_day


@dataclass(frozen=True, slots=True)
class Need:
    """Something that waits: in words, and the page where it is done."""

    says: str
    path: str
    urgent: bool = False


class Needs:
    """Counts what waits; the counts that take long are kept for some minutes."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._slow: Kept[int] = Kept()

    async def of(self, ward_code: str, now: datetime) -> list[Need]:
        """Everything that waits in a ward, urgent things first."""
        settings, root, database = self._context.settings, self._context.material.root, self._context.database
        quick = await database.read(lambda session: _quick(session, settings, ward_code, now))
        pairs = len(await kept_pairs(self._context.pairs, database, ward_code, now))
        stale = await self._slow.get(root, now, lambda: asyncio.to_thread(_stale, root / "knowledge", local_day(now)))
        slow = [_need("duplicates", pairs, "duplicates"), _need("stale", stale, "stale")]
        return sorted((one for one in [*quick, *slow] if one is not None), key=lambda one: not one.urgent)


def _stale(knowledge: Path, today: date) -> int:
    try:
        found = stale_material(knowledge, STALE_DAYS, today)
    except (OSError, MaterialError):
        return 0  # edits are taking another folder's place: it is counted with the next look
    return len(found.facts) + len(found.guides)


def _quick(session: Session, settings: Settings, ward_code: str, now: datetime) -> list[Need | None]:
    found = [
        _need("questions", _count(session, UnansweredQuestion, ward_code), "questions"),
        _need("people", _waiting_people(session, ward_code), "people", urgent=True),
        _need("answer_drafts", sum(row.approver is None for row in waiting(session, ward_code)), "answers"),
        *_rights(session, ward_code, local_day(now)),
        _need("broadcasts", _drafts(session, ward_code), "broadcasts"),
    ]
    if session.exec(select(MaterialEdit.id).limit(1)).first() is not None:
        edits = what_is_open(session, settings, now)
        found += [
            _need("drafts", len(edits.drafts), "content"),
            _need("conflicts", len(edits.conflicts), "content", urgent=True),
        ]
    return found


def _need(name: str, count: int, path: str, urgent: bool = False) -> Need | None:
    return Need(staff_texts()[f"need_{name}"].format(count=count), path, urgent) if count else None


def _count(session: Session, table: type[UnansweredQuestion], ward_code: str) -> int:
    statement = select(func.count(col(table.id))).where(table.ward_code == ward_code, col(table.closed_at).is_(None))
    return session.exec(statement).one()


def _waiting_people(session: Session, ward_code: str) -> int:
    """Open talks in which the resident spoke last, or nobody has."""
    last = (
        select(HumanLine.request_id, func.max(col(HumanLine.id)).label("id"))
        .group_by(col(HumanLine.request_id))
        .subquery()
    )
    statement = (
        select(func.count(col(HumanRequest.id)))
        .outerjoin(last, last.c.request_id == col(HumanRequest.id))
        .outerjoin(HumanLine, col(HumanLine.id) == last.c.id)
        .where(
            HumanRequest.ward_code == ward_code,
            col(HumanRequest.closed_at).is_(None),
            col(HumanLine.author).is_(None),
        )
    )
    return session.exec(statement).one()


def _rights(session: Session, ward_code: str, today: date) -> list[Need | None]:
    """Requests about personal data whose clock runs, those that are late apart."""
    rows = session.exec(
        select(RightsRequest).where(
            RightsRequest.ward_code == ward_code,
            RightsRequest.source == "office",
            col(RightsRequest.done_at).is_(None),
        )
    ).all()
    late = sum(
        row.due_on < today or (row.acknowledged_at is None and answer_due(local_day(row.received_at)) < today)
        for row in rows
    )
    return [_need("rights_late", late, "rights", urgent=True), _need("rights", len(rows) - late, "rights")]


def _drafts(session: Session, ward_code: str) -> int:
    waiting = col(Broadcast.status).in_(("draft", "second"))
    return session.exec(select(func.count(col(Broadcast.id))).where(Broadcast.ward_code == ward_code, waiting)).one()
