"""Messages nobody waits for: written into the outbox in the transaction of what they tell of."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from bot.channels.message import Reply
from bot.channels.message_json import reply_to_json
from bot.store.tables import Chat, Outbox

PULLING_CHANNELS = frozenset({"web"})  # they fetch their replies from the outbox: nothing is to be sent
# After replies somebody waits for, before broadcasts. Above 0 a message that may have arrived is not sent again.
NOTICE_PRIORITY = 1


def queue_notice(
    session: Session, chat: Chat, replies: Sequence[Reply], now: datetime, priority: int = NOTICE_PRIORITY
) -> None:
    """Leave replies for a chat that did not just write. Sent once: a caller must not queue the same again."""
    pulled = chat.channel in PULLING_CHANNELS
    for reply in replies:
        session.add(
            Outbox(
                chat_id=chat.id or 0,
                channel=chat.channel,
                body=reply_to_json(reply),
                priority=priority,
                status="sent" if pulled else "waiting",
                not_before=now,
                created_at=now,
                sent_at=now if pulled else None,
            )
        )
