"""What needs staff today: how much waits on each page, the most urgent first."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func
from sqlmodel import Session, col, select

from bot.checking import STALE_DAYS, stale_material
from bot.settings import Settings
from bot.staff.content.state import what_is_open
from bot.staff.context import Context, staff_texts
from bot.store.duplicates import suggestions
from bot.store.rights import answer_due, local_day
from bot.store.tables import Broadcast, HumanLine, HumanRequest, MaterialEdit, RightsRequest, UnansweredQuestion
from knowledge.facts import MaterialError

KEPT = timedelta(minutes=10)  # how long a count is kept that takes longer than a page may


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
        self._slow: dict[str, tuple[datetime, int]] = {}

    async def of(self, ward_code: str, now: datetime) -> list[Need]:
        """Everything that waits in a ward, urgent things first."""
        settings = self._context.settings
        quick = await self._context.database.read(lambda session: _quick(session, settings, ward_code, now))
        pairs = await self._pairs(ward_code, now)
        stale = await self._stale(local_day(now), now)
        slow = [_need("duplicates", pairs, "duplicates"), _need("stale", stale, "stale")]
        return sorted((one for one in [*quick, *slow] if one is not None), key=lambda one: not one.urgent)

    async def _pairs(self, ward_code: str, now: datetime) -> int:
        key = f"pairs {ward_code}"
        if not self._is_fresh(key, now):
            pairs = await self._context.database.read(lambda session: len(suggestions(session, ward_code)))
            self._slow[key] = now, pairs
        return self._slow[key][1]

    async def _stale(self, today: date, now: datetime) -> int:
        root = self._context.material.root
        key = f"stale {root}"
        if not self._is_fresh(key, now):
            try:
                found = await asyncio.to_thread(stale_material, root / "knowledge", STALE_DAYS, today)
                count = len(found.facts) + len(found.guides)
            except (OSError, MaterialError):
                count = 0  # edits are taking another folder's place: it is counted with the next look
            self._slow[key] = now, count
        return self._slow[key][1]

    def _is_fresh(self, key: str, now: datetime) -> bool:
        return key in self._slow and now - self._slow[key][0] < KEPT


def _quick(session: Session, settings: Settings, ward_code: str, now: datetime) -> list[Need | None]:
    found = [
        _need("questions", _count(session, UnansweredQuestion, ward_code), "questions"),
        _need("people", _waiting_people(session, ward_code), "people", urgent=True),
        *_rights(session, ward_code, local_day(now)),
        _need("broadcasts", _drafts(session, ward_code), "broadcasts"),
    ]
    if session.exec(select(MaterialEdit.id).limit(1)).first() is not None:
        waiting = what_is_open(session, settings, now)
        found += [
            _need("drafts", len(waiting.drafts), "content"),
            _need("conflicts", len(waiting.conflicts), "content", urgent=True),
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
