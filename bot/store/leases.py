"""Leases: which running programs share the database, and which of them does what only one may do.

The programs' clocks must agree within a few seconds (NTP does that).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, or_, update
from sqlmodel import Session, col, select

from bot.store.sql import insert_ignoring
from bot.store.tables import Lease

# A program silent for so long is taken for dead: long beside a pause of a busy machine, short for who waits.
LEASE_SECONDS = 15.0
RENEW_SECONDS = LEASE_SECONDS / 6
REPLICA = "replica:"


def hold(session: Session, name: str, holder: str, now: datetime, seconds: float = LEASE_SECONDS) -> bool:
    """Take a lease or go on holding it; False while another holds it."""
    values: dict[str, Any] = {"name": name, "holder": holder, "expires_at": now + timedelta(seconds=seconds)}
    free = or_(col(Lease.holder) == holder, col(Lease.expires_at) <= now)
    taken: Any = session.execute(update(Lease).where(col(Lease.name) == name, free).values(values))
    if taken.rowcount:
        return True
    return insert_ignoring(session, Lease, values) is not None


def release(session: Session, name: str, holder: str) -> None:
    """Give a lease back."""
    session.execute(delete(Lease).where(col(Lease.name) == name, col(Lease.holder) == holder))


def release_all(session: Session, holder: str) -> None:
    """Give back what a program that ends held."""
    session.execute(delete(Lease).where(col(Lease.holder) == holder))


def live_replicas(session: Session, now: datetime) -> set[str]:
    """The programs that run now."""
    statement = select(Lease.holder).where(col(Lease.name).startswith(REPLICA), col(Lease.expires_at) > now)
    return set(session.exec(statement))
