"""The article of an Official Account that goes to all its followers with a broadcast: nobody's window shuts it out."""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable, Collection

from sqlmodel import Session, col, select

from bot.channels.account import ward_of
from bot.channels.base import AmbiguousError, ChannelError, PermanentError, RetryAfterError
from bot.store.database import Database
from bot.store.tables import Broadcast

log = logging.getLogger(__name__)

TRY_AGAIN_SECONDS = 300.0  # after trouble on the line, or while the platform still reads the article
BEGUN = ("running", "done")


class Articles:
    """Sends each article once; the program that leads calls ``step``."""

    def __init__(self, database: Database, send: Callable[[str], Awaitable[str]], account: str = "zalo-oa") -> None:
        """``send`` hands an article's id to the platform. Raises a ChannelError.

        A ward's own account sends that ward's articles, the shared one those of wards that have none.
        """
        self._database = database
        self._account = account
        self._send = send
        self._rest_until = 0.0

    async def step(self, others: Collection[str] = ()) -> None:
        """Send the next one, if one is due; ``others`` are the wards with accounts of their own.

        Raises SQLAlchemyError.
        """
        if time.monotonic() < self._rest_until:
            return
        found = await self._database.write(lambda session: _claim(session, self._account, others))
        if found is None:
            return
        number, article = found
        status, error = "sent", None
        try:
            await self._send(article)
        except AmbiguousError as broken:
            status, error = "unknown", str(broken)
        except PermanentError as refused:
            status, error = "failed", str(refused)
        except ChannelError as trouble:
            self._rest_until = time.monotonic() + max(TRY_AGAIN_SECONDS, getattr(trouble, "seconds", 0.0))
            status, error = "waiting", None if isinstance(trouble, RetryAfterError) else str(trouble)
        await self._database.write(lambda session: _settle(session, number, status, error))


def article_waits(session: Session) -> bool:
    """Whether there is anything to do for any account."""
    open_ones = col(Broadcast.article_status).in_(("waiting", "sending"))
    return (
        session.exec(select(Broadcast.id).where(open_ones, col(Broadcast.status).in_(BEGUN)).limit(1)).first()
        is not None
    )


def _claim(session: Session, account: str, others: Collection[str]) -> tuple[int, str] | None:
    """The next article, marked ``sending``; one that is so marked already was in hand when a program died."""
    ward = ward_of(account)
    its_own = col(Broadcast.ward_code).not_in(others) if ward is None else col(Broadcast.ward_code) == ward
    for left in session.exec(select(Broadcast).where(Broadcast.article_status == "sending", its_own)).all():
        left.article_status = "unknown"
    row = session.exec(
        select(Broadcast)
        .where(Broadcast.article_status == "waiting", col(Broadcast.status).in_(BEGUN), its_own)
        .order_by(col(Broadcast.id))
        .with_for_update(skip_locked=True)
        .limit(1)
    ).first()
    if row is None or row.article_id is None:
        return None
    row.article_status = "sending"
    return row.id or 0, row.article_id


def _settle(session: Session, number: int, status: str, error: str | None) -> None:
    row = session.get_one(Broadcast, number)
    row.article_status, row.article_error = status, error
