"""Messages nobody waits for: written into the outbox in the transaction of what they tell of."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import update
from sqlmodel import Session, col

from bot.channels.message import Reply
from bot.channels.message_json import reply_to_json
from bot.delivery.outbox import NOTICE
from bot.delivery.windows import has_windows, may_write
from bot.store.tables import Chat, Outbox

PULLING_CHANNELS = frozenset({"web"})  # they fetch their replies from the outbox: nothing is to be sent
HELD = "held"
WINDOW_SHUT = "the person wrote nothing for too long"  # as the platform would refuse it


def queue_notice(session: Session, chat: Chat, replies: Sequence[Reply], now: datetime, priority: int = NOTICE) -> None:
    """Leave replies for a chat that did not just write. Sent once: a caller must not queue the same again.

    Where the platform's window is shut they are held until the resident writes again.
    """
    pulled = chat.channel in PULLING_CHANNELS
    status = "sent" if pulled else "waiting" if may_write(session, chat, now) else HELD
    for reply in replies:
        session.add(
            Outbox(
                chat_id=chat.id or 0,
                channel=chat.channel,
                body=reply_to_json(reply),
                priority=priority,
                status=status,
                error=WINDOW_SHUT if status == HELD else None,
                not_before=now,
                created_at=now,
                sent_at=now if pulled else None,
            )
        )


def release_held(session: Session, chat: Chat, now: datetime) -> None:
    """The resident wrote: what the window held back may leave. Broadcasts have their own times."""
    if has_windows(chat.channel):
        held = (col(Outbox.chat_id) == chat.id, col(Outbox.status) == HELD, col(Outbox.broadcast_id).is_(None))
        session.execute(update(Outbox).where(*held).values(status="waiting", not_before=now, error=None))
