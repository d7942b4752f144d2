"""Chats whose answer takes longer than usual: their platform may show that one is being written."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from bot.store.tables import Chat, Inbox

AFTER = timedelta(seconds=1)  # an answer takes some milliseconds: most people never see it
GIVE_UP = timedelta(seconds=30)  # something is wrong by then: an alert says so, typing on would be a lie
AT_ONCE = 10  # a flood waits for the worker; each call would take a place from a reply


def slow_chats(session: Session, channels: Collection[str], now: datetime) -> list[tuple[str, str]]:
    """(channel, address) of chats that have waited for some time; none in a flood."""
    statement = (
        select(Chat.channel, Chat.address)
        .join(Inbox, col(Inbox.chat_id) == col(Chat.id))
        .where(
            Inbox.status == "new",
            col(Chat.channel).in_(channels),
            col(Inbox.received_at) <= now - AFTER,
            col(Inbox.received_at) > now - GIVE_UP,
        )
        .distinct()
        .limit(AT_ONCE + 1)
    )
    found = [(channel, address) for channel, address in session.exec(statement)]
    return [] if len(found) > AT_ONCE else found
