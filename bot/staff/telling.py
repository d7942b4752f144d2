"""Tells residents who asked to be told, in the transaction of what they are told of."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from bot.channels.message import Reply
from bot.conversation.buttons import with_offered
from bot.conversation.fitting import fit
from bot.delivery.notices import queue_notice
from bot.store.staff_answers import chats_for_notice


def tell(session: Session, chat_ids: Sequence[int], reply: Reply, now: datetime) -> int:
    """Leave a notice for each chat; how many there were."""
    chats = chats_for_notice(session, chat_ids)
    replies = fit([reply])
    for chat in chats:
        queue_notice(session, chat, replies, now)
        if reply.buttons:
            chat.state = with_offered(chat.state, replies)
    return len(chats)
