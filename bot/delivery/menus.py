"""The numbered menu a chat shows: the buttons of the last message sent there, so it survives a restart."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func
from sqlmodel import Session, col, select

from bot.channels.message import Button
from bot.channels.message_json import reply_from_json
from bot.store.database import Database
from bot.store.tables import Chat, Outbox


class SentMenus:
    """What a channel without buttons asks when somebody types a number (bot/channels/menus.py)."""

    def __init__(self, database: Database, channel: str) -> None:
        self._database = database
        self._channel = channel

    async def show(self, chat: str, buttons: Sequence[Button]) -> None:
        """Nothing to keep: the outbox holds what was sent."""

    async def shown(self, chat: str) -> Sequence[Button]:
        """The buttons of the last message sent to a chat."""
        return await self._database.read(lambda session: self._last(session, chat))

    def _last(self, session: Session, address: str) -> Sequence[Button]:
        # One in "sending" may be read already: its "sent" is committed after the platform's answer.
        statement = (
            select(Outbox.body)
            .join(Chat, col(Chat.id) == col(Outbox.chat_id))
            .where(
                Chat.channel == self._channel,
                Chat.address == address,
                col(Outbox.status).in_(("sent", "sending")),
            )
            .order_by(func.coalesce(Outbox.sent_at, Outbox.created_at).desc(), col(Outbox.id).desc())
            .limit(1)
        )
        body = session.exec(statement).first()
        return () if body is None else reply_from_json(dict(body)).buttons
