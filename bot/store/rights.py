"""Requests about personal data: the clocks of Decree 356/2025/NĐ-CP, article 5, and the log that shows they were kept.

The ward runs the program itself, so the shorter terms apply, those without a processor. Days are calendar days, counted
from the day after the request in Vietnam; the answer that it came is due within working days. Public holidays are not
known here: a day due early is safe.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlmodel import Session

from bot.conversation.ports import ChatContext
from bot.store.linking import hashed
from bot.store.tables import DataExport, RightsRequest
from lessons.progress import local_day

ANSWER_WORKING_DAYS = 2
SATURDAY = 5
EXPORT_HOURS = 24  # of an address that shows everything held: long enough to be fetched, short if it is passed on
EXPORT_PATH = "/du-lieu-cua-toi/"
EXPORT_ENDING = ".json"


@dataclass(frozen=True, slots=True)
class Clock:
    """Days to fulfil a kind of request, and by how many it may be put off, once."""

    days: int
    extension: int


CLOCKS = {
    "access": Clock(10, 10),
    "correct": Clock(10, 10),
    "withdraw": Clock(15, 15),
    "delete": Clock(20, 20),
    "protect": Clock(15, 15),
}


def answer_due(received: date) -> date:
    """The day by which it must be answered that a request came."""
    day, left = received, ANSWER_WORKING_DAYS
    while left:
        day += timedelta(days=1)
        left -= day.weekday() < SATURDAY
    return day


def new_request(ward_code: str, kind: str, source: str, received_at: datetime, reference: str = "") -> RightsRequest:
    """A request with its day due. Raises KeyError for an unknown kind."""
    due = local_day(received_at) + timedelta(days=CLOCKS[kind].days)
    return RightsRequest(
        ward_code=ward_code, kind=kind, source=source, reference=reference, received_at=received_at, due_on=due
    )


def extend(row: RightsRequest) -> bool:
    """Put the day due off; False when it was put off before or is done."""
    if row.extended or row.done_at is not None:
        return False
    row.extended = True
    row.due_on += timedelta(days=CLOCKS[row.kind].extension)
    return True


class RightsRepository:
    """bot/conversation/ports.py says what it promises."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def note(self, ward_code: str | None, kind: str, at: datetime) -> None:
        if ward_code is None:
            return
        row = new_request(ward_code, kind, "chat", at)
        row.acknowledged_at = row.done_at = at
        self._session.add(row)

    def export(self, chat: ChatContext, at: datetime) -> str:
        token = secrets.token_hex(16)
        expires_at = at + timedelta(hours=EXPORT_HOURS)
        self._session.add(DataExport(token_hash=hashed(token), chat_id=chat.id, expires_at=expires_at))
        return f"{EXPORT_PATH}{token}{EXPORT_ENDING}"
