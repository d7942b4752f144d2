"""The few statements that every answer of an open contest needs, over tables: tens of thousands come in ten days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session

from bot.store.contest_tables import Contest, ContestAnswer, ContestParticipant
from bot.store.contests import outages_of
from bot.store.sql import table_of
from bot.store.tables import Inbox, Outbox
from lessons.contest.rules import Outage

REMEMBERED_CONTESTS = 64  # whose outages are in memory, some KB each
_STOOD: dict[str, tuple[datetime | None, list[Outage]]] = {}


@dataclass(slots=True)
class SeatRow:
    """A participant as the dialogue needs it; the columns of ContestParticipant."""

    id: int
    contest_id: int
    code: str
    player: str
    attempt: int
    shown_as: str
    set_aside: bool
    joined_at: datetime
    position: int
    asked_at: datetime | None
    chat_id: int | None


_CONTEST, _SEAT, _ANSWER = table_of(Contest), table_of(ContestParticipant), table_of(ContestAnswer)
_OUTBOX, _INBOX = table_of(Outbox).c, table_of(Inbox).c
# The bank and the frozen file are long and seldom wanted.
_SHORT = [column for column in _CONTEST.c if column.name not in ("bank", "wanted", "result_file")]
_READ_CONTEST = select(*_SHORT).where(_CONTEST.c.id == bindparam("contest"))
_COLUMNS = [_SEAT.c[name] for name in SeatRow.__slots__]
_READ_SEATS = (
    select(*_COLUMNS)
    .where(_SEAT.c.contest_id == bindparam("contest"), _SEAT.c.person_id == bindparam("person"))
    .order_by(_SEAT.c.attempt)
)
_READ_SEAT = select(*_COLUMNS).where(_SEAT.c.id == bindparam("seat"))
# Two messages of one person may be in hand at once: who comes second finds the seat moved on.
_ADVANCE = (
    update(_SEAT)
    .where(
        _SEAT.c.id == bindparam("seat"),
        _SEAT.c.position == bindparam("was"),
        _SEAT.c.asked_at.is_not_distinct_from(bindparam("was_asked", type_=_SEAT.c.asked_at.type)),
    )
    .values(position=bindparam("to"), asked_at=bindparam("asked"))
)
_KEEP = {
    name: make(_ANSWER).on_conflict_do_nothing().returning(_ANSWER.c.id)
    for name, make in (("sqlite", sqlite.insert), ("postgresql", postgresql.insert))
}
_SENT = (
    select(func.max(_OUTBOX.sent_at))
    .join_from(table_of(Inbox), table_of(Outbox), _INBOX.id == _OUTBOX.inbox_id)
    .where(_INBOX.chat_id == bindparam("chat"), _INBOX.received_at == bindparam("at", type_=_INBOX.received_at.type))
)


def contest_row(session: Session, contest_id: int) -> Contest | None:
    """A contest to be read, without what was drawn from and without its frozen file."""
    row = session.connection().execute(_READ_CONTEST, {"contest": contest_id}).first()
    return cast("Contest | None", row)


def seats_of(session: Session, contest_id: int, person_id: int) -> Sequence[SeatRow]:
    """A person's attempts in a contest, the first first."""
    rows = session.connection().execute(_READ_SEATS, {"contest": contest_id, "person": person_id})
    return [SeatRow(*row) for row in rows]


def seat_of(session: Session, seat_id: int) -> SeatRow:
    """An attempt as it is now. Raises sqlalchemy.exc.NoResultFound."""
    return SeatRow(*session.connection().execute(_READ_SEAT, {"seat": seat_id}).one())


def advance(session: Session, seat: SeatRow, position: int, asked_at: datetime | None) -> bool:
    """Move a seat on; False when another message has done so since it was read."""
    if (position, asked_at) == (seat.position, seat.asked_at):
        return True
    values = {"seat": seat.id, "was": seat.position, "was_asked": seat.asked_at, "to": position, "asked": asked_at}
    if session.connection().execute(_ADVANCE, values).rowcount != 1:
        return False
    seat.position, seat.asked_at = position, asked_at
    return True


def keep(
    session: Session,
    seat: SeatRow | ContestParticipant,
    number: int,
    asked: datetime,
    received: datetime,
    chosen: str,
) -> bool:
    """Add an answer to the log; False when the question was answered before: the first answer stays."""
    values = {
        "contest_id": seat.contest_id, "participant_id": seat.id, "number": number,
        "asked_at": asked, "received_at": received, "chosen": chosen,
    }  # fmt: skip
    statement = _KEEP[session.get_bind().dialect.name]
    return session.connection().execute(statement, values).first() is not None


def reply_left(session: Session, chat_id: int, received_at: datetime) -> datetime | None:
    """When the reply to the message received then had left: pacing costs nobody a second."""
    values = {"chat": chat_id, "at": received_at}
    return cast("datetime | None", session.connection().execute(_SENT, values).scalar_one())


def stood(session: Session, contest: Contest) -> list[Outage]:
    """The outages of a contest; one is noted only where ``alive_at`` is written, so that they are read again only then."""
    known = _STOOD.get(contest.code)
    if known is None or known[0] != contest.alive_at:
        if len(_STOOD) >= REMEMBERED_CONTESTS:
            _STOOD.clear()
        known = _STOOD[contest.code] = (contest.alive_at, outages_of(session, contest.id or 0))
    return known[1]
