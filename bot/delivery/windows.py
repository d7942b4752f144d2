"""When a platform lets an account write to somebody who does not write: windows after what the person did last."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from sqlmodel import Session

from bot.channels.account import kind_of
from bot.store.quotas import KEPT_FOR_REPLIES, left_for_pushes
from bot.store.tables import Chat

# A Zalo Official Account may write for nothing within 48 hours of what a person did last, for money within 7 days,
# and not at all later (error -230; Zalo's terms of consultation messages).
FREE_WINDOWS = {"zalo-oa": timedelta(hours=48)}
OPEN_WINDOWS = {"zalo-oa": timedelta(days=7)}


class Window(StrEnum):
    """Whether a message is free, costs money, or is refused."""

    FREE = "free"
    PAID = "paid"
    SHUT = "shut"


def has_windows(channel: str) -> bool:
    """Whether the account's platform shuts out who was silent for long."""
    return kind_of(channel) in FREE_WINDOWS


def window(channel: str, seen: datetime, now: datetime) -> Window:
    """The window of who was seen at that moment."""
    silent = now - seen
    if silent <= FREE_WINDOWS.get(kind_of(channel), timedelta.max):
        return Window.FREE
    return Window.PAID if silent <= OPEN_WINDOWS[kind_of(channel)] else Window.SHUT


def room_for_pushes(session: Session, channel: str, now: datetime) -> int | None:
    """How many messages nobody waits for may leave this month; None where nothing limits them.

    Of an account with windows only what costs money is counted, and replies never do: nothing is kept for them.
    """
    return left_for_pushes(session, channel, now, 0.0 if has_windows(channel) else KEPT_FOR_REPLIES)


def may_write(session: Session, chat: Chat, now: datetime) -> bool:
    """Whether a notice may leave for this chat now."""
    if not has_windows(chat.channel):
        return True
    state = window(chat.channel, chat.last_seen_at, now)
    return state is Window.FREE or (state is Window.PAID and room_for_pushes(session, chat.channel, now) != 0)
