"""The outbox as senders share it: claiming what may leave, settling what came of it, and what a crash left."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Integer, Select, bindparam, case, exists, func, or_, select, true, update
from sqlmodel import Session, col

from bot.store.leases import REPLICA
from bot.store.sql import table_of
from bot.store.tables import Chat, Lease, Outbox, UtcDateTime, utc_now

INTERACTIVE = 0  # priority of a reply somebody waits for; broadcasts come after
CONTEST = 1  # of a live contest's questions: their clocks run; never sent twice, as all above 0
NOTICE = 2  # after replies and contests, before broadcasts
REMINDER = 3  # priority of a reminder the resident asked for
BROADCAST = 5
OPEN = ("waiting", "sending")
SPARE = 4  # times as many are looked at as are claimed: other programs may be claiming the first of them
BLOCKED = "blocked"  # an outcome: the message failed and its chat is marked

_TABLE = table_of(Outbox)
_OUTBOX = _TABLE.c


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message this program is about to send to ``address``; ``tries`` counts this attempt."""

    outbox_id: int
    chat_id: int
    address: str
    body: dict[str, Any]
    edits: str | None
    priority: int
    tries: int
    attempt: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one attempt; ``wait`` is seconds until the next one."""

    outbox_id: int
    chat_id: int
    attempt: str
    status: str
    platform_id: str | None = None
    error: str | None = None
    wait: float = 0.0


@dataclass(frozen=True, slots=True)
class Limits:
    """How many replies and broadcast messages may be claimed, and the chats that must rest."""

    replies: int
    broadcasts: int
    resting: frozenset[int]


def _heads(interactive: bool) -> Select[Any]:
    """The numbers of messages that are due and the first of their chat.

    All that is open is numbered in one pass: looking back from each message takes seconds where many chats are blocked.
    Nothing but a reply comes before a reply.
    """
    place = func.row_number().over(partition_by=_OUTBOX.chat_id, order_by=(_OUTBOX.priority, _OUTBOX.id))
    columns = (_OUTBOX.id, _OUTBOX.chat_id, _OUTBOX.priority, _OUTBOX.status, _OUTBOX.not_before, _OUTBOX.created_at)
    is_open = [_OUTBOX.channel == bindparam("channel"), _OUTBOX.status.in_(OPEN)]
    if interactive:
        is_open.append(_OUTBOX.priority == INTERACTIVE)
    row = select(*columns, place.label("place")).where(*is_open).subquery().c
    kind = true() if interactive else row.priority > INTERACTIVE
    # One written "later" than now means that the clock went back: it must not wait.
    now = bindparam("now", type_=UtcDateTime)
    due = or_(row.not_before <= now, row.created_at > now)
    resting = row.chat_id.in_(bindparam("resting", expanding=True))
    return (
        select(row.id)
        .where(row.place == 1, row.status == "waiting", kind, due, ~resting)
        .order_by(row.priority, row.id)
        .limit(bindparam("limit", type_=Integer))
    )


_HEADS = {interactive: _heads(interactive) for interactive in (True, False)}
# Another program's claims are passed over, not waited for.
_TAKE = (
    select(
        *(_OUTBOX[name] for name in ("id", "chat_id", "body", "edits", "priority", "tries")), table_of(Chat).c.address
    )
    .join(table_of(Chat), table_of(Chat).c.id == _OUTBOX.chat_id)
    .where(_OUTBOX.id.in_(bindparam("heads", expanding=True)), _OUTBOX.status == "waiting")
    .order_by(_OUTBOX.priority, _OUTBOX.id)
    .limit(bindparam("limit", type_=Integer))
    .with_for_update(skip_locked=True, of=_TABLE)
)
_SENDING = update(_TABLE).where(_OUTBOX.id == bindparam("outbox_id"))
_SETTLE = update(_TABLE).where(_OUTBOX.id == bindparam("outbox_id"), _OUTBOX.attempt == bindparam("by"))


def claim(session: Session, channel: str, replica: str, limits: Limits) -> list[Claimed]:
    """Mark the next messages ``sending``: the first of each chat, replies before broadcasts."""
    connection = session.connection()
    claimed: list[Claimed] = []
    for interactive, limit in ((True, limits.replies), (False, limits.broadcasts)):
        if limit <= 0:
            continue
        values = {"channel": channel, "now": utc_now(), "limit": limit * SPARE, "resting": list(limits.resting)}
        heads = list(connection.execute(_HEADS[interactive], values).scalars())
        rows = connection.execute(_TAKE, {"heads": heads, "limit": limit}) if heads else ()
        for row in rows:
            attempt = f"{replica}-{secrets.token_hex(8)}"
            claimed.append(
                Claimed(row.id, row.chat_id, row.address, row.body, row.edits, row.priority, row.tries + 1, attempt)
            )
    marks = [
        {"outbox_id": one.outbox_id, "status": "sending", "attempt": one.attempt, "tries": one.tries} for one in claimed
    ]
    if marks:
        connection.execute(_SENDING, marks)
    return claimed


def due_channels(session: Session, channels: Sequence[str]) -> list[str]:
    """Those of the channels that have a message which may leave."""
    due = (_OUTBOX.status == "waiting", or_(_OUTBOX.not_before <= utc_now(), _OUTBOX.created_at > utc_now()))
    found = select(_OUTBOX.channel).where(_OUTBOX.channel.in_(channels), *due).distinct()
    return list(session.connection().execute(found).scalars())


def settle(session: Session, outcomes: Sequence[Outcome]) -> None:
    """Write down what came of attempts; one that was taken over meanwhile is not ours to settle."""
    now = utc_now()
    values = [
        {
            "outbox_id": one.outbox_id,
            "by": one.attempt,
            "status": "failed" if one.status == BLOCKED else one.status,
            "platform_id": one.platform_id,
            "error": one.error,
            "sent_at": now if one.status == "sent" else None,
            "not_before": now + timedelta(seconds=one.wait),
        }
        # In one order everywhere, so that programs that change the same rows wait for each other, not in a circle.
        for one in sorted(outcomes, key=lambda outcome: outcome.outbox_id)
    ]
    session.connection().execute(_SETTLE, values)
    if blocked := [one.chat_id for one in outcomes if one.status == BLOCKED]:
        session.execute(update(Chat).where(col(Chat.id).in_(blocked)).values(reachable=False))


def recover(session: Session, channel: str, replica: str) -> int:
    """What a dead program left ``sending`` is ambiguous: a reply is sent again, a broadcast is not.

    One statement looks at messages and leases: a program that has just started must not be taken for dead.
    """
    lives = exists(
        select(col(Lease.name)).where(
            col(Lease.name).startswith(REPLICA),
            col(Lease.expires_at) > utc_now(),
            col(Outbox.attempt).startswith(col(Lease.holder)),
        )
    )
    mine = func.coalesce(Outbox.attempt, "").startswith(replica)
    statement = (
        update(Outbox)
        .where(col(Outbox.channel) == channel, col(Outbox.status) == "sending", ~mine, ~lives)
        .values(status=case((col(Outbox.priority) == INTERACTIVE, "waiting"), else_="unknown"))
        .execution_options(synchronize_session=False)
    )
    changed: Any = session.execute(statement)
    return int(changed.rowcount)
