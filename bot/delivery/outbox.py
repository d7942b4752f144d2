"""The outbox as senders share it: claiming what may leave, settling what came of it, and what a crash left."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, case, exists, func, or_, select, update
from sqlalchemy.orm import aliased
from sqlmodel import Session, col
from sqlmodel import select as select_rows

from bot.store.leases import REPLICA
from bot.store.tables import Chat, Lease, Outbox, utc_now

INTERACTIVE = 0  # priority of a reply somebody waits for; broadcasts come after
REMINDER = 3  # priority of a reminder the resident asked for
BROADCAST = 5
OPEN = ("waiting", "sending")


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


def claim(session: Session, channel: str, replica: str, limits: Limits) -> list[tuple[Outbox, str]]:
    """Mark the next messages ``sending``: the first of each chat, replies before broadcasts."""
    now = utc_now()
    rows: list[tuple[Outbox, str]] = []
    for interactive, limit in ((True, limits.replies), (False, limits.broadcasts)):
        if limit > 0:
            rows += _heads(session, channel, interactive, limit, limits.resting, now)
    for row, _address in rows:
        row.status, row.attempt = "sending", f"{replica}-{secrets.token_hex(8)}"
        row.tries += 1
    return rows


def _heads(
    session: Session, channel: str, interactive: bool, limit: int, resting: Collection[int], now: datetime
) -> list[tuple[Outbox, str]]:
    """Messages that are due and the first of their chat. Another program's claims are passed over, not waited for."""
    before = aliased(Outbox)
    kind = col(Outbox.priority) == INTERACTIVE if interactive else col(Outbox.priority) > INTERACTIVE
    overtaken = exists(
        select(col(before.id)).where(
            col(before.chat_id) == col(Outbox.chat_id),
            col(before.status).in_(OPEN),
            or_(
                col(before.priority) < col(Outbox.priority),
                and_(col(before.priority) == col(Outbox.priority), col(before.id) < col(Outbox.id)),
            ),
        )
    )
    # One written "later" than now means that the clock went back: it must not wait.
    due = or_(col(Outbox.not_before) <= now, col(Outbox.created_at) > now)
    statement = (
        select_rows(Outbox, Chat.address)
        .join(Chat, col(Chat.id) == col(Outbox.chat_id))
        .where(Outbox.channel == channel, Outbox.status == "waiting", kind, due, ~overtaken)
        .order_by(col(Outbox.priority), col(Outbox.id))
        .limit(limit)
        .with_for_update(skip_locked=True, of=Outbox)
    )
    if resting:
        statement = statement.where(col(Outbox.chat_id).not_in(resting))
    return list(session.exec(statement).all())


def settle(session: Session, outcomes: Sequence[Outcome]) -> None:
    """Write down what came of attempts; one that was taken over meanwhile is not ours to settle."""
    now = utc_now()
    for outcome in outcomes:
        blocked = outcome.status == "blocked"
        session.execute(
            update(Outbox)
            .where(col(Outbox.id) == outcome.outbox_id, col(Outbox.attempt) == outcome.attempt)
            .values(
                status="failed" if blocked else outcome.status,
                platform_id=outcome.platform_id,
                error=outcome.error,
                sent_at=now if outcome.status == "sent" else None,
                not_before=now + timedelta(seconds=outcome.wait),
            )
        )
        if blocked:
            session.execute(update(Chat).where(col(Chat.id) == outcome.chat_id).values(reachable=False))


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
