"""What an administrator must know at once: a token that is refused, a channel that is silent, an outbox that stalls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func
from sqlmodel import Session, col, select

from bot.channels.base import Channel
from bot.delivery.outbox import INTERACTIVE
from bot.store.database import Database
from bot.store.tables import Outbox, utc_now

STALLED_AFTER = timedelta(minutes=5)  # a reply that old is not coming by itself: backoff begins at a second


@dataclass(frozen=True, slots=True)
class Alert:
    """``kind``: ``trouble`` or ``stalled``; ``text`` says in English what an operator is to do or look at."""

    kind: str
    channel: str
    text: str


class Alerts:
    """The alerts of this moment; ``refresh`` looks again."""

    def __init__(self, database: Database, channels: Sequence[Channel]) -> None:
        self._database = database
        self._channels = channels
        self._stalled: tuple[Alert, ...] = ()

    async def refresh(self) -> None:
        """Look at the outbox. Raises SQLAlchemyError."""
        self._stalled = tuple(await self._database.read(stalled))

    def now(self) -> tuple[Alert, ...]:
        """Every alert."""
        found = [(channel.name, getattr(channel, "trouble", None)) for channel in self._channels]
        return (*(Alert("trouble", name, trouble) for name, trouble in found if trouble), *self._stalled)


def stalled(session: Session) -> list[Alert]:
    """Channels with replies that wait for too long."""
    statement = (
        select(Outbox.channel, func.count(col(Outbox.id)))
        .where(
            col(Outbox.status).in_(("waiting", "sending")),
            Outbox.priority == INTERACTIVE,
            col(Outbox.created_at) < utc_now() - STALLED_AFTER,
        )
        .group_by(col(Outbox.channel))
        .order_by(col(Outbox.channel))
    )
    minutes = STALLED_AFTER.seconds // 60
    return [
        Alert("stalled", channel, f"{count} replies have waited for more than {minutes} minutes")
        for channel, count in session.exec(statement)
    ]
