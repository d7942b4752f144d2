"""How many messages a month an account may send, and how many it has sent."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Any

from sqlalchemy import case, update
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, col

from bot.store.database import Database, DatabaseClosedError
from bot.store.sql import insert_ignoring, insert_into
from bot.store.tables import ChannelQuota, utc_now
from lessons.progress import VIETNAM

log = logging.getLogger(__name__)

# Of a month's messages, kept for replies: who asks must still be answered at the end of the month.
KEPT_FOR_REPLIES = 0.2


def month_of(now: datetime) -> str:
    """The month in Vietnam as YYYY-MM."""
    return now.astimezone(VIETNAM).strftime("%Y-%m")


def set_limits(session: Session, channel: str, messages: int | None, people: int | None, now: datetime) -> None:
    """What the settings say of an account: messages a month and people; None for no limit."""
    values = {"messages": messages, "people": people}
    _upsert(session, {"channel": channel, "month": month_of(now), "used": 0, **values}, values)


def add_limits(session: Session, channel: str, messages: int | None, people: int | None, now: datetime) -> None:
    """Begin to count what an account sends; one that is counted keeps its limits."""
    insert_ignoring(
        session,
        ChannelQuota,
        {"channel": channel, "month": month_of(now), "used": 0, "messages": messages, "people": people},
    )


def limits_of(session: Session, channel: str) -> tuple[int | None, int | None]:
    """Messages a month and people of an account; None for no limit."""
    row = session.get(ChannelQuota, channel)
    return (None, None) if row is None else (row.messages, row.people)


def count(session: Session, channel: str, messages: int, now: datetime) -> None:
    """So many messages were sent; a new month begins at nothing."""
    month = month_of(now)
    used = case((col(ChannelQuota.month) == month, col(ChannelQuota.used) + messages), else_=messages)
    session.execute(
        update(ChannelQuota).where(col(ChannelQuota.channel) == channel).values({"month": month, "used": used})
    )


def used_of(row: ChannelQuota, now: datetime) -> int:
    """How many messages of this month's were sent."""
    return row.used if row.month == month_of(now) else 0


def left_for_pushes(session: Session, channel: str, now: datetime, kept: float = KEPT_FOR_REPLIES) -> int | None:
    """How many messages nobody waits for may still be sent this month; None where nothing limits them.

    ``kept`` is the share of the month that is kept for replies.
    """
    row = session.get(ChannelQuota, channel)
    if row is None or row.messages is None:
        return None
    return max(0, int(row.messages * (1 - kept)) - used_of(row, now))


class TableMeter:
    """A Meter (bot/channels/meter.py) in the database, for every program on it."""

    def __init__(self, database: Database, channel: str) -> None:
        self._database = database
        self._channel = channel

    async def sent(self, messages: int) -> None:
        """As Meter.sent."""
        try:
            await self._database.write(lambda session: count(session, self._channel, messages, utc_now()))
        except (SQLAlchemyError, DatabaseClosedError) as error:
            # The message is with the platform: failing now would make it look as if it were not.
            log.warning("a message of %s was not counted: %s", self._channel, type(error).__name__)


def _upsert(session: Session, values: dict[str, Any], changed: dict[str, Any]) -> None:
    session.execute(
        insert_into(session, ChannelQuota)
        .values(values)
        .on_conflict_do_update(index_elements=["channel"], set_=changed)
    )
