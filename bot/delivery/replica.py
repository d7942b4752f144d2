"""This running program among those that share the database."""

from __future__ import annotations

import logging
import secrets

from sqlalchemy import delete, or_
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, col

from bot.store.database import Database
from bot.store.leases import REPLICA, hold, live_replicas, release_all
from bot.store.tables import Lease, utc_now

log = logging.getLogger(__name__)

SCHEDULES = "schedules"  # broadcasts and reminders: one program does them


class Replica:
    """Its id, who else lives, and whether it leads. ``renew`` is called every RENEW_SECONDS."""

    def __init__(self, database: Database) -> None:
        self.id = secrets.token_hex(6)
        self.live = {self.id}
        self.leads = False
        self._database = database

    async def renew(self) -> None:
        """Say that this program lives, and learn who else does. Raises SQLAlchemyError."""
        self.live, self.leads = await self._database.write(self._renewed, urgent=True)

    async def stop(self) -> None:
        """Give back every lease; where the database is gone they end by themselves."""
        try:
            await self._database.write(lambda session: release_all(session, self.id))
        except SQLAlchemyError as error:
            log.warning("leases not given back: %s", type(error).__name__)

    def _renewed(self, session: Session) -> tuple[set[str], bool]:
        now = utc_now()
        if self._database.is_sqlite:
            # One process has the file (its lock says so): whoever held a lease is gone.
            mine = col(Lease.holder) == self.id
            session.execute(
                delete(Lease).where(or_(col(Lease.name) == SCHEDULES, col(Lease.name).startswith(REPLICA)), ~mine)
            )
        hold(session, REPLICA + self.id, self.id, now)
        leads = hold(session, SCHEDULES, self.id, now)
        return live_replicas(session, now) | {self.id}, leads
