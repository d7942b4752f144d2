"""Signed-in browsers: begun, looked up at each request, listed for their owner, ended."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlmodel import Session, col, select

from bot.staff.accounts import TOKEN_BYTES, Membership, Role, SignedIn, hashed
from bot.store.tables import SecondFactor, StaffAccount, StaffMembership, StaffSession

SESSION_HOURS = 12  # a working day; ASVS 5.0 7.3.2 asks for an absolute limit
IDLE_HOURS = 2  # a browser left alone over lunch; ASVS 5.0 7.3.1
SEEN_AGAIN = timedelta(minutes=5)  # how exact seen_at is: not every page needs a write
CODE_MINUTES = 10  # to type the second factor after the password
SHORT_ID = 16  # letters of a session's hash that name it in a form: no token follows from them
# What a User-Agent header says, first match wins: Edge and Chrome also call themselves Safari.
BROWSERS = (("Edg", "Edge"), ("coc_coc", "Cốc Cốc"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))
SYSTEMS = (
    ("Windows", "Windows"),
    ("Android", "Android"),
    ("iPhone|iPad", "iPhone, iPad"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)


def agent_name(header: str) -> str:
    """A browser and system by name; the rest of the header, which tells people apart, is not kept."""
    found = [next((name for sign, name in known if re.search(sign, header)), None) for known in (BROWSERS, SYSTEMS)]
    return ", ".join(name for name in found if name)


def start_session(session: Session, staff_id: int, now: datetime, agent: str = "", *, complete: bool = True) -> str:
    """A new signed-in browser, or one that has yet to give the second factor; the token for its cookie."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    lasts = timedelta(hours=SESSION_HOURS) if complete else timedelta(minutes=CODE_MINUTES)
    session.add(
        StaffSession(
            token_hash=hashed(token),
            staff_id=staff_id,
            csrf=secrets.token_urlsafe(TOKEN_BYTES),
            created_at=now,
            expires_at=now + lasts,
            seen_at=now,
            agent=agent_name(agent),
            complete=complete,
        )
    )
    return token


def end_session(session: Session, token: str) -> None:
    """Sign a browser out."""
    session.execute(delete(StaffSession).where(col(StaffSession.token_hash) == hashed(token)))


def end_sessions(session: Session, staff_id: int, but: str | None = None) -> None:
    """Sign every browser of an account out, except the one with the hash ``but``."""
    session.execute(
        delete(StaffSession).where(col(StaffSession.staff_id) == staff_id, col(StaffSession.token_hash) != (but or ""))
    )


def end_listed(session: Session, staff_id: int, short: str) -> bool:
    """Sign out the browser of an account that the list names ``short``; whether there was one."""
    for row in _rows(session, staff_id):
        if row.token_hash[:SHORT_ID] == short:
            session.delete(row)
            return True
    return False


def open_sessions(session: Session, staff_id: int, now: datetime) -> list[StaffSession]:
    """The browsers an account is signed in on, last seen first."""
    return [row for row in _rows(session, staff_id) if row.complete and not is_over(row, now)]


def _rows(session: Session, staff_id: int) -> Sequence[StaffSession]:
    statement = select(StaffSession).where(StaffSession.staff_id == staff_id)
    return session.exec(statement.order_by(col(StaffSession.seen_at).desc())).all()


def is_over(row: StaffSession, now: datetime) -> bool:
    """Whether a session has lasted or idled too long."""
    return row.expires_at <= now or row.seen_at <= now - timedelta(hours=IDLE_HOURS)


def halfway_in(session: Session, token: str, now: datetime) -> StaffAccount | None:
    """The account of a browser that gave the password and has yet to give the second factor."""
    row = session.get(StaffSession, hashed(token))
    if row is None or row.complete or is_over(row, now):
        return None
    account = session.get(StaffAccount, row.staff_id)
    return account if account is not None and account.active else None


def signed_in(session: Session, token: str, now: datetime) -> SignedIn | None:
    """The account of a cookie's token while its session lasts."""
    row = session.get(StaffSession, hashed(token))
    if row is None or not row.complete or is_over(row, now):
        return None
    account = session.get(StaffAccount, row.staff_id)
    if account is None or not account.active:
        return None
    memberships = session.exec(
        select(StaffMembership).where(StaffMembership.staff_id == row.staff_id).order_by(StaffMembership.ward_code)
    ).all()
    factor = session.get(SecondFactor, row.staff_id)
    return SignedIn(
        staff_id=row.staff_id,
        username=account.username,
        name=account.name,
        csrf=row.csrf,
        memberships=tuple(Membership(one.ward_code, Role(one.role), one.group_id) for one in memberships),
        reads_city=account.reads_city,
        second_factor=factor is not None and factor.confirmed_at is not None,
        session=row.token_hash,
        seen_at=row.seen_at,
    )


def touch(session: Session, token_hash: str, now: datetime) -> None:
    """The browser was seen."""
    row = session.get(StaffSession, token_hash)
    if row is not None:
        row.seen_at = now
