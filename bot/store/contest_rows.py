"""The few statements that every answer of an open contest needs, over tables: tens of thousands come in ten days."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import Integer, String, bindparam, case, func, select, true, update
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
    select(*_COLUMNS, *(column.label(f"contest_{column.name}") for column in _SHORT))
    .join_from(_SEAT, _CONTEST, _CONTEST.c.id == _SEAT.c.contest_id)
    .where(_SEAT.c.contest_id == bindparam("contest"), _SEAT.c.person_id == bindparam("person"))
    .order_by(_SEAT.c.attempt)
)
_CONTEST_ROW = namedtuple("_CONTEST_ROW", [column.name for column in _SHORT])  # type: ignore[misc]
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
# When the reply to the message that asked for the question had left: pacing costs nobody a second.
_TIME = _ANSWER.c.asked_at.type
_LEFT = (
    select(func.max(_OUTBOX.sent_at))
    .join_from(table_of(Inbox), table_of(Outbox), _INBOX.id == _OUTBOX.inbox_id)
    .where(_INBOX.chat_id == bindparam("chat"), _INBOX.received_at == bindparam("asked", type_=_TIME))
    .scalar_subquery()
)
_ASKED = case((bindparam("asked", type_=_TIME) < _LEFT, _LEFT), else_=bindparam("asked", type_=_TIME))
_VALUES = {
    "contest_id": bindparam("contest", type_=Integer),
    "participant_id": bindparam("seat", type_=Integer),
    "number": bindparam("place", type_=Integer),
    "asked_at": _ASKED,
    "received_at": bindparam("received", type_=_TIME),
    "chosen": bindparam("option", type_=String),
}
# "WHERE true": without it SQLite takes the ON of the conflict for that of a join.
_KEEP = {
    name: make(_ANSWER)
    .from_select(list(_VALUES), select(*_VALUES.values()).where(true()))
    .on_conflict_do_nothing()
    .returning(_ANSWER.c.asked_at)
    for name, make in (("sqlite", sqlite.insert), ("postgresql", postgresql.insert))
}


def contest_row(session: Session, contest_id: int) -> Contest | None:
    """A contest to be read, without what was drawn from and without its frozen file."""
    row = session.connection().execute(_READ_CONTEST, {"contest": contest_id}).first()
    return cast("Contest | None", row)


def seats_of(session: Session, contest_id: int, person_id: int) -> tuple[Sequence[SeatRow], Contest | None]:
    """A person's attempts in a contest, the first first, and the contest itself where there is one."""
    rows = session.connection().execute(_READ_SEATS, {"contest": contest_id, "person": person_id}).all()
    if not rows:
        return [], None
    width = len(_COLUMNS)
    return [SeatRow(*row[:width]) for row in rows], cast(Contest, _CONTEST_ROW(*rows[0][width:]))


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
    chat_id: int | None = None,
) -> datetime | None:
    """Add an answer to the log; None when the question was answered before: the first answer stays.

    Else when its clock began: as ``asked`` says, or later, when the message received then in ``chat_id`` was answered.
    """
    values = {
        "contest": seat.contest_id, "seat": seat.id, "place": number, "asked": asked, "received": received,
        "option": chosen, "chat": chat_id,
    }  # fmt: skip
    statement = _KEEP[session.get_bind().dialect.name]
    return cast("datetime | None", session.connection().execute(statement, values).scalar())


def stood(session: Session, contest: Contest) -> list[Outage]:
    """The outages of a contest, read again when ``alive_at`` has changed: nothing else notes one."""
    known = _STOOD.get(contest.code)
    if known is None or known[0] != contest.alive_at:
        if len(_STOOD) >= REMEMBERED_CONTESTS:
            _STOOD.clear()
        known = _STOOD[contest.code] = (contest.alive_at, outages_of(session, contest.id or 0))
    return known[1]
