"""The worker's statements: a chat's next message, and what became of it. Over tables, as they run for every message."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import bindparam, insert, select, update
from sqlmodel import Session

from bot.channels.message import Message, Reply
from bot.channels.message_json import message_from_body, reply_to_json
from bot.store.sql import table_of
from bot.store.tables import Chat, Inbox, Outbox, utc_now

_CHATS, _INBOX = table_of(Chat).c, table_of(Inbox).c
# Locked against other programs; its messages are read by the next statement, which sees what the last owner of the
# lock has done.
_CHAT = (
    select(*(_CHATS[name] for name in (
        "id", "channel", "address", "person_id", "ward_code", "group_id", "reachable", "state",
    )))
    .where(_CHATS.id == bindparam("chat_id"))
    .with_for_update(skip_locked=True)
)  # fmt: skip
_NEXT_TWO = (
    select(_INBOX.id, _INBOX.message_id, _INBOX.body, _INBOX.received_at, _INBOX.tries)
    .where(_INBOX.chat_id == bindparam("chat_id"), _INBOX.status == "new")
    .order_by(_INBOX.id)
    .limit(2)
)
_CHANGE = update(table_of(Inbox)).where(_INBOX.id == bindparam("inbox_id"))
_REPLY = insert(table_of(Outbox))


class Taken(NamedTuple):
    """A message in hand: the rows of its chat and of the inbox, and whether more wait in the chat."""

    chat: Any
    inbox: Any
    more: bool

    def message(self) -> Message:
        """The message as it was received."""
        row = self.inbox
        return message_from_body(self.chat.channel, self.chat.address, row.message_id, row.received_at, row.body)


def take(session: Session, chat_id: int) -> Taken | None:
    """The oldest message of a chat that waits; None when there is none or another program has the chat."""
    connection = session.connection()
    chat = connection.execute(_CHAT, {"chat_id": chat_id}).first()
    if chat is None:
        return None
    rows = connection.execute(_NEXT_TWO, {"chat_id": chat_id}).all()
    return Taken(chat, rows[0], len(rows) > 1) if rows else None


def count_try(session: Session, taken: Taken) -> None:
    """Note that handling failed once more."""
    session.connection().execute(_CHANGE, {"inbox_id": taken.inbox.id, "tries": taken.inbox.tries + 1})


def finish(
    session: Session, taken: Taken, replies: Sequence[Reply], status: str, edits: str | None, *, sent: bool
) -> None:
    """Leave the replies in the outbox (``sent``: nothing is to be sent, who wrote fetches them) and close the row."""
    now = utc_now()
    connection = session.connection()
    if replies:
        common = {
            "inbox_id": taken.inbox.id,
            "chat_id": taken.chat.id,
            "channel": taken.chat.channel,
            "priority": 0,
            "status": "sent" if sent else "waiting",
            "tries": 0,
            "not_before": now,
            "created_at": now,
            "sent_at": now if sent else None,
        }
        rows = [{**common, "body": reply_to_json(reply), "edits": edits if reply.edit else None} for reply in replies]
        connection.execute(_REPLY, rows)
    tries = taken.inbox.tries + (status == "poison")
    connection.execute(_CHANGE, {"inbox_id": taken.inbox.id, "status": status, "done_at": now, "tries": tries})
