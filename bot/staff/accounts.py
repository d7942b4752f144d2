"""Who may sign in to the staff site: passwords, sessions, one-time links, throttling.

Units of work over a Session; secrets are random, handed out once and stored hashed.
"""

from __future__ import annotations

import hashlib
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, func
from sqlmodel import Session, col, select

from bot.store.tables import (
    SignInFailure,
    SignInLink,
    StaffAccount,
    StaffMembership,
    StaffSession,
    Ward,
    utc_now,
)

LINK_HOURS = 24  # a one-time link is valid this long
SESSION_HOURS = 12  # a working day; ASVS 5.0 7.3.2 asks for an absolute limit
PASSWORD_SHORTEST = 10  # characters; ASVS 5.0 6.2.1 asks for at least 8
PASSWORD_LONGEST = 128  # ASVS 5.0 6.2.9: at least 64 must be allowed
THROTTLE_AFTER = 5  # failures of one name within the window before it must wait
THROTTLE_MINUTES = 15
TOKEN_BYTES = 32

# Argon2id with argon2-cffi's defaults, which follow RFC 9106's low-memory profile.
_hasher = PasswordHasher()
# Checked when the name is unknown, so that the answer takes as long as for a known one.
_NOBODY = _hasher.hash(secrets.token_hex(16))


class Role(StrEnum):
    """What a staff account may do in a ward."""

    ADMINISTRATOR = "administrator"
    STAFF = "staff"
    LEADER = "leader"
    READ_ONLY = "read_only"


class PasswordRefusedError(ValueError):
    """The password does not do; the key of the text that says why is the message."""


@dataclass(frozen=True, slots=True)
class Membership:
    """A role in a ward; ``group_id`` narrows a leader to one residential group."""

    ward_code: str
    role: Role
    group_id: int | None


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The account behind a request."""

    staff_id: int
    username: str
    name: str
    csrf: str
    memberships: tuple[Membership, ...]

    def membership(self, ward_code: str) -> Membership | None:
        """The role in a ward, or None: then the ward does not exist for this account."""
        return next((one for one in self.memberships if one.ward_code == ward_code), None)


def hashed(token: str) -> str:
    """A token as it is stored."""
    return hashlib.sha256(token.encode("utf-8")).hexdigest()


def normalised_name(username: str) -> str:
    """Names are compared without capitals and in one Unicode form."""
    return unicodedata.normalize("NFKC", username).strip().casefold()


def make_link(session: Session, staff_id: int | None) -> str:
    """A one-time link's token: for an account to set its password, or (None) to make the first administrator."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    session.add(
        SignInLink(token_hash=hashed(token), staff_id=staff_id, expires_at=utc_now() + timedelta(hours=LINK_HOURS))
    )
    return token


def first_sign_in_token(session: Session) -> str | None:
    """A fresh first sign-in link while nobody can sign in yet, else None; earlier first links stop working."""
    ready = session.exec(select(func.count()).where(col(StaffAccount.password_hash).is_not(None))).one()
    if ready:
        return None
    session.execute(delete(SignInLink).where(col(SignInLink.staff_id).is_(None)))
    return make_link(session, None)


def link_account(session: Session, token: str, now: datetime) -> tuple[bool, StaffAccount | None]:
    """(whether the link is good, its account; None for the first administrator)."""
    link = session.get(SignInLink, hashed(token))
    if link is None or link.used_at is not None or link.expires_at <= now:
        return False, None
    return True, session.get(StaffAccount, link.staff_id) if link.staff_id else None


def use_link(session: Session, token: str, username: str, name: str, password: str, now: datetime) -> str | None:
    """Set the password of a link's account (making the first administrator); a session token, None for a bad link."""
    good, account = link_account(session, token, now)
    if not good:
        return None
    check_password(password, username)
    if account is None:
        account = StaffAccount(username=normalised_name(username), name=name.strip() or username)
        session.add(account)
        session.flush()
        for ward_code in session.exec(select(Ward.code)).all():
            session.add(StaffMembership(staff_id=account.id or 0, ward_code=ward_code, role=Role.ADMINISTRATOR.value))
    account.password_hash = _hasher.hash(password)
    link = session.get_one(SignInLink, hashed(token))
    link.used_at = now
    session.execute(delete(StaffSession).where(col(StaffSession.staff_id) == account.id))
    session.flush()
    return start_session(session, account.id or 0, now)


def check_password(password: str, username: str) -> None:
    """Raise PasswordRefusedError for one that is too short, too long, or made of the name."""
    if len(password) < PASSWORD_SHORTEST:
        raise PasswordRefusedError("password_short")
    if len(password) > PASSWORD_LONGEST:
        raise PasswordRefusedError("password_long")
    if len(set(password)) < 4 or normalised_name(username) in password.casefold():
        raise PasswordRefusedError("password_easy")


def add_account(session: Session, username: str, name: str, roles: dict[str, Role]) -> str:
    """Make an account with a role by ward; the token of the link that sets its password."""
    account = StaffAccount(username=normalised_name(username), name=name)
    session.add(account)
    session.flush()
    for ward_code, role in roles.items():
        session.add(StaffMembership(staff_id=account.id or 0, ward_code=ward_code, role=role.value))
    return make_link(session, account.id)


def reset_account(session: Session, username: str) -> str | None:
    """End an account's password, links and sessions; a new link's token, None when there is no such account."""
    account = session.exec(select(StaffAccount).where(StaffAccount.username == normalised_name(username))).first()
    if account is None:
        return None
    account.password_hash = None
    for table in (StaffSession, SignInLink):
        session.execute(delete(table).where(col(table.staff_id) == account.id))
    return make_link(session, account.id)


def throttled(session: Session, username: str, now: datetime) -> bool:
    """Whether a name failed too often lately."""
    since = now - timedelta(minutes=THROTTLE_MINUTES)
    statement = select(func.count(col(SignInFailure.id))).where(
        SignInFailure.name_hash == hashed(normalised_name(username)), SignInFailure.at > since
    )
    return session.exec(statement).one() >= THROTTLE_AFTER


def note_failure(session: Session, username: str, now: datetime) -> None:
    """Count a failed sign-in."""
    session.add(SignInFailure(name_hash=hashed(normalised_name(username)), at=now))


def password_hash_of(session: Session, username: str) -> tuple[int | None, str]:
    """(account, hash) to verify against; an unknown or inactive name gets a hash nobody can match."""
    account = session.exec(select(StaffAccount).where(StaffAccount.username == normalised_name(username))).first()
    if account is None or not account.active or account.password_hash is None:
        return None, _NOBODY
    return account.id, account.password_hash


def verify(stored: str, password: str) -> bool:
    """Whether the password is the one; slow on purpose: call it outside a transaction."""
    try:
        return _hasher.verify(stored, password[: PASSWORD_LONGEST * 2])
    except (VerificationError, InvalidHashError):
        return False


def start_session(session: Session, staff_id: int, now: datetime) -> str:
    """A new signed-in browser; the token for its cookie."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    session.add(
        StaffSession(
            token_hash=hashed(token),
            staff_id=staff_id,
            csrf=secrets.token_urlsafe(TOKEN_BYTES),
            created_at=now,
            expires_at=now + timedelta(hours=SESSION_HOURS),
        )
    )
    return token


def end_session(session: Session, token: str) -> None:
    """Sign a browser out."""
    session.execute(delete(StaffSession).where(col(StaffSession.token_hash) == hashed(token)))


def signed_in(session: Session, token: str, now: datetime) -> SignedIn | None:
    """The account of a cookie's token while its session lasts."""
    row = session.get(StaffSession, hashed(token))
    if row is None or row.expires_at <= now:
        return None
    account = session.get(StaffAccount, row.staff_id)
    if account is None or not account.active:
        return None
    memberships = session.exec(
        select(StaffMembership).where(StaffMembership.staff_id == row.staff_id).order_by(StaffMembership.ward_code)
    ).all()
    return SignedIn(
        row.staff_id,
        account.username,
        account.name,
        row.csrf,
        tuple(Membership(one.ward_code, Role(one.role), one.group_id) for one in memberships),
    )
