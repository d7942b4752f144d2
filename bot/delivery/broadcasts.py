"""Broadcasts: who gets one, feeding it to the outbox bit by bit, pausing, and the report. Units over a Session.

A broadcast is fed to the outbox some hundreds at a time, so that it can be paused or cancelled and no commit is long.
``status``: ``draft`` (shown, not confirmed), ``second`` (waits for a second person), ``scheduled``, ``running``,
``paused``, ``cancelled``, ``done``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

from sqlalchemy import exists, func, insert, update
from sqlmodel import Session, col, select

from bot.delivery.notices import PULLING_CHANNELS
from bot.delivery.outbox import BROADCAST
from bot.delivery.reach import STOPPED_KEY, Audience, recipients
from bot.store.tables import VIETNAM, Broadcast, Chat, Inbox, Outbox

QUIET_FROM, QUIET_UNTIL = time(21, 0), time(7, 0)  # nobody is woken by the ward; Zalo itself is shut from 22:00 to 6:00
SECOND_PERSON_ABOVE = 200  # recipients: above it a second person reads the text first
CHUNK = 200  # messages put into the outbox in one commit: some ten milliseconds
AHEAD = 400  # messages of one broadcast that wait in the outbox at most: every claim looks through them
TEXT_LIMIT = 1500  # characters: one message on every channel, with its signature
WAITING = ("waiting", "held")
OPEN = (*WAITING, "sending")


@dataclass(frozen=True, slots=True)
class Report:
    """What became of a broadcast; ``failed`` counts by reason."""

    recipients: int
    sent: int
    waiting: int
    unknown: int
    cancelled: int
    failed: dict[str, int]
    answered: int

    def to_json(self) -> dict[str, Any]:
        """For the table."""
        return asdict(self)


def is_quiet(now: datetime) -> bool:
    """Whether it is night in Vietnam."""
    local = now.astimezone(VIETNAM).time()
    return local >= QUIET_FROM or local < QUIET_UNTIL


def waking_hour(moment: datetime) -> datetime:
    """The moment itself, or in the quiet hours the morning after it."""
    if not is_quiet(moment):
        return moment
    local = moment.astimezone(VIETNAM)
    day = local.date() + timedelta(days=1) if local.time() >= QUIET_FROM else local.date()
    return datetime.combine(day, QUIET_UNTIL, VIETNAM).astimezone(UTC)


def confirm(session: Session, broadcast: Broadcast, who: str, now: datetime) -> None:
    """The confirming tap: of the author, or of the second person for a large audience."""
    if broadcast.status == "draft":
        broadcast.confirmed_by = who
        broadcast.status = "second" if broadcast.recipients > SECOND_PERSON_ABOVE else "scheduled"
    elif broadcast.status == "second" and who != broadcast.confirmed_by:
        broadcast.approved_by, broadcast.status = who, "scheduled"
    broadcast.start_at = waking_hour(max(broadcast.start_at, now))
    session.add(broadcast)


def pause(session: Session, broadcast: Broadcast) -> None:
    """Nothing more leaves until it is resumed."""
    if broadcast.status in ("running", "scheduled"):
        broadcast.status = "paused"
        _move(session, broadcast, ("waiting",), "held")


def resume(session: Session, broadcast: Broadcast) -> None:
    """Go on."""
    if broadcast.status == "paused":
        broadcast.status = "scheduled"


def cancel(session: Session, broadcast: Broadcast, now: datetime) -> None:
    """What has not left stays."""
    if broadcast.status in ("draft", "second", "scheduled", "running", "paused"):
        broadcast.status, broadcast.ended_at = "cancelled", now
        _move(session, broadcast, WAITING, "cancelled")


def advance(session: Session, broadcast: Broadcast, now: datetime) -> int:
    """One step of a broadcast under way; how many messages were put into the outbox."""
    if broadcast.status == "scheduled" and broadcast.start_at <= now and not is_quiet(now):
        broadcast.status, broadcast.started_at = "running", broadcast.started_at or now
    if broadcast.status != "running":
        return 0
    if is_quiet(now):
        _move(session, broadcast, ("waiting",), "held")
        return 0
    _move(session, broadcast, ("held",), "waiting")
    fed = _feed(session, broadcast, now)
    if not fed and broadcast.fed and not _count(session, broadcast, OPEN):
        broadcast.status, broadcast.ended_at = "done", now
    return fed


def advance_one(session: Session, number: int, now: datetime) -> int:
    """``advance`` of the broadcast with this number, as it is now."""
    broadcast = session.exec(select(Broadcast).where(Broadcast.id == number).with_for_update()).first()
    return 0 if broadcast is None else advance(session, broadcast, now)


def _feed(session: Session, broadcast: Broadcast, now: datetime) -> int:
    if broadcast.fed or _count(session, broadcast, ("waiting",)) > AHEAD - CHUNK:
        return 0
    audience = Audience.from_json(broadcast.audience)
    if broadcast.chats is None:
        broadcast.chats = recipients(session, broadcast.ward_code, audience, now)
        broadcast.recipients = len(broadcast.chats)
    chunk = broadcast.chats[broadcast.cursor : broadcast.cursor + CHUNK]
    found = session.exec(select(Chat.id, Chat.channel, Chat.state).where(col(Chat.id).in_(chunk))).all()
    channels = {chat: channel for chat, channel, state in found if not state.get(STOPPED_KEY)}
    rows = [_row(broadcast, chat, channels[chat], now) for chat in chunk if chat in channels]
    if rows:
        session.execute(insert(Outbox), rows)
    broadcast.cursor += len(chunk)
    broadcast.fed = broadcast.cursor >= len(broadcast.chats)
    return len(rows)


def _row(broadcast: Broadcast, chat_id: int, channel: str, now: datetime) -> dict[str, Any]:
    pulled = channel in PULLING_CHANNELS
    return {
        "chat_id": chat_id,
        "channel": channel,
        "body": broadcast.body,
        "priority": BROADCAST,
        "broadcast_id": broadcast.id,
        "status": "sent" if pulled else "waiting",
        "tries": 0,
        "not_before": now,
        "created_at": now,
        "sent_at": now if pulled else None,
    }


def drop_for(session: Session, chat_id: int) -> None:
    """The resident wants no messages: what waits for them does not leave."""
    session.execute(
        update(Outbox)
        .where(col(Outbox.chat_id) == chat_id, col(Outbox.broadcast_id).is_not(None), col(Outbox.status).in_(WAITING))
        .values(status="cancelled")
    )


def report(session: Session, broadcast: Broadcast) -> Report:
    """What became of it until now."""
    counted = select(Outbox.status, Outbox.error, func.count(col(Outbox.id))).where(Outbox.broadcast_id == broadcast.id)
    by: dict[str, int] = {}
    failed: dict[str, int] = {}
    for status, error, count in session.exec(counted.group_by(col(Outbox.status), col(Outbox.error))):
        by[status] = by.get(status, 0) + count
        if status == "failed":
            failed[error or "?"] = failed.get(error or "?", 0) + count
    answered = select(func.count(func.distinct(Outbox.chat_id))).where(
        Outbox.broadcast_id == broadcast.id, Outbox.status == "sent", _written_after()
    )
    return Report(
        recipients=broadcast.recipients,
        sent=by.get("sent", 0),
        waiting=sum(by.get(status, 0) for status in OPEN)
        + (0 if broadcast.fed or broadcast.status == "cancelled" else broadcast.recipients - broadcast.cursor),
        unknown=by.get("unknown", 0),
        cancelled=by.get("cancelled", 0)
        + (broadcast.recipients - broadcast.cursor if broadcast.status == "cancelled" else 0),
        failed=failed,
        answered=session.exec(answered).one(),
    )


def _written_after() -> Any:
    """Whether the chat wrote soon after the message."""
    return exists(
        select(Inbox.id).where(col(Inbox.chat_id) == col(Outbox.chat_id), col(Inbox.received_at) > col(Outbox.sent_at))
    )


def freeze_reports(session: Session, before: datetime) -> None:
    """Keep the figures of broadcasts that ended, before their messages are deleted; who got them is forgotten."""
    ended = select(Broadcast).where(col(Broadcast.ended_at) < before, col(Broadcast.report).is_(None))
    for broadcast in session.exec(ended):
        broadcast.report = report(session, broadcast).to_json()
        broadcast.chats = None


def under_way(session: Session) -> Sequence[int]:
    """The broadcasts that a leader must look after."""
    statement = select(Broadcast.id).where(col(Broadcast.status).in_(("scheduled", "running")))
    return [one or 0 for one in session.exec(statement.order_by(col(Broadcast.id)))]


def _count(session: Session, broadcast: Broadcast, statuses: Sequence[str]) -> int:
    counted = select(func.count(col(Outbox.id))).where(
        Outbox.broadcast_id == broadcast.id, col(Outbox.status).in_(statuses)
    )
    return session.exec(counted).one()


def _move(session: Session, broadcast: Broadcast, statuses: Sequence[str], to: str) -> None:
    session.execute(
        update(Outbox)
        .where(col(Outbox.broadcast_id) == broadcast.id, col(Outbox.status).in_(statuses))
        .values(status=to)
    )
