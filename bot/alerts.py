"""What an administrator must know: a refused token, a silent channel, a stalled outbox, a near quota, no backup."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol

from sqlalchemy import func
from sqlmodel import Session, col, select

from bot.delivery.outbox import INTERACTIVE
from bot.store.database import Database
from bot.store.quotas import used_of
from bot.store.tables import BackupRun, ChannelQuota, Chat, Outbox, Ward, utc_now

NEAR_ITS_END = 0.8  # of a quota: at an even pace six days are left to order more or to write less
WITHOUT_BACKUP = timedelta(hours=48)  # one night may fail, or the computer be off; two are trouble
STALLED_AFTER = timedelta(minutes=5)  # a reply that old is not coming by itself: backoff begins at a second


@dataclass(frozen=True, slots=True)
class Alert:
    """``kind``: ``trouble``, ``stalled``, ``backup``, ``quota`` or ``people``; ``text`` is for an operator, in English.

    Of the last two ``used`` of ``most`` messages this month, or people, are reached. What concerns no channel has its
    kind as ``channel``.
    """

    kind: str
    channel: str
    text: str
    used: int = 0
    most: int = 0


class Troubled(Protocol):
    """A part of a channel; one that can be in trouble has ``trouble``, in English, None while all is well."""

    name: str


class Alerts:
    """The alerts of this moment; ``refresh`` looks again."""

    def __init__(self, database: Database, channels: Callable[[], Iterable[Any]], *, backups: bool = False) -> None:
        """``channels`` gives Troubled parts, perhaps several of one account: what receives and what sends.

        ``backups``: nightly ones are expected.
        """
        self._database = database
        self._backups = backups
        self._channels = channels
        self._stored: tuple[Alert, ...] = ()

    async def refresh(self) -> None:
        """Look at the outbox, the quotas and the backups. Raises SQLAlchemyError."""

        def unit(session: Session) -> tuple[Alert, ...]:
            return (*stalled(session), *near_quota(session), *(overdue_backup(session) if self._backups else ()))

        self._stored = await self._database.read(unit)

    def now(self) -> tuple[Alert, ...]:
        """Every alert."""
        found = {
            channel.name: trouble for channel in self._channels() if (trouble := getattr(channel, "trouble", None))
        }
        return (*(Alert("trouble", name, trouble) for name, trouble in found.items()), *self._stored)


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


def overdue_backup(session: Session) -> list[Alert]:
    """No backup for WITHOUT_BACKUP, counted from the day of installation where there was none yet."""
    made = session.exec(select(func.max(BackupRun.at)).where(BackupRun.problem == "")).one()
    since = made or session.exec(select(func.min(Ward.created_at))).one()
    if since is None or utc_now() - since <= WITHOUT_BACKUP:
        return []
    last = session.exec(select(BackupRun).order_by(col(BackupRun.id).desc()).limit(1)).first()
    why = f": {last.problem}" if last is not None and last.problem else ""
    return [Alert("backup", "backup", f"there has been no backup for {(utc_now() - since).days} days{why}")]


def near_quota(session: Session) -> list[Alert]:
    """Accounts that have sent most of their month's messages, or have most of the people they may have."""
    found: list[Alert] = []
    for row in session.exec(select(ChannelQuota).order_by(col(ChannelQuota.channel))):
        used = used_of(row, utc_now())
        if row.messages and used >= row.messages * NEAR_ITS_END:
            said = f"{used} of this month's {row.messages} messages were sent"
            found.append(Alert("quota", row.channel, said, used, row.messages))
        if row.people:
            people = session.exec(select(func.count(col(Chat.id))).where(Chat.channel == row.channel)).one()
            if people >= row.people * NEAR_ITS_END:
                said = f"{people} of the {row.people} people of the account's plan write to it"
                found.append(Alert("people", row.channel, said, people, row.people))
    return found
