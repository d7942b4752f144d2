"""Who may sign in to the staff site: roles, passwords, one-time links, throttling.

Units of work over a Session; secrets are random, handed out once and stored hashed.
"""

from __future__ import annotations

import hashlib
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from pathlib import Path

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
PASSWORD_SHORTEST = 10  # characters; ASVS 5.0 6.2.1 asks for at least 8
PASSWORD_LONGEST = 128  # ASVS 5.0 6.2.9: at least 64 must be allowed
THROTTLE_AFTER = 5  # failures of one name within the window before it must wait
THROTTLE_MINUTES = 15
ADDRESS_AFTER = 50  # failures from one address within the window, whatever the names: a ward's office shares one
# What whoever guesses at this installation tries first; ASVS 5.0 6.2.11.
OWN_WORDS = ("bdhvs", "binhdanhocvuso", "bình dân học vụ số", "binh dan hoc vu so")
TOKEN_BYTES = 32
COMMON_PASSWORDS = Path(__file__).parent / "common_passwords.txt"

# Argon2id with argon2-cffi's defaults, which follow RFC 9106's low-memory profile.
_hasher = PasswordHasher()


@cache
def _nobody() -> str:
    """What is checked when the name is unknown, so that the answer takes as long as for a known one."""
    return _hasher.hash(secrets.token_hex(16))


class Role(StrEnum):
    """What a staff account may do in a ward; a city reader sees the figures of every ward and nothing else."""

    ADMINISTRATOR = "administrator"
    STAFF = "staff"
    LEADER = "leader"
    VOLUNTEER = "volunteer"
    READ_ONLY = "read_only"
    CITY_READER = "city_reader"


GROUP_ROLES = frozenset({Role.LEADER, Role.VOLUNTEER})  # see one residential group of the ward
WARD_ROLES = tuple(role for role in Role if role is not Role.CITY_READER)  # what a membership may say
NO_GROUP = 0  # no group bears this number


class PasswordRefusedError(ValueError):
    """The password does not do; the key of the text that says why is the message."""


@dataclass(frozen=True, slots=True)
class Membership:
    """A role in a ward; ``group_id`` narrows a leader or a volunteer to one residential group."""

    ward_code: str
    role: Role
    group_id: int | None

    @property
    def only_group(self) -> int | None:
        """The one group that is seen; None: all. Who should see one and was given none sees none."""
        return (self.group_id or NO_GROUP) if self.role in GROUP_ROLES else None


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The account behind a request; ``session`` is the hash of its browser's token."""

    staff_id: int
    username: str
    name: str
    csrf: str
    memberships: tuple[Membership, ...]
    reads_city: bool
    second_factor: bool
    session: str
    seen_at: datetime

    def membership(self, ward_code: str) -> Membership | None:
        """The role in a ward, or None: then the ward does not exist for this account."""
        own = next((one for one in self.memberships if one.ward_code == ward_code), None)
        return own or (Membership(ward_code, Role.CITY_READER, None) if self.reads_city else None)

    @property
    def administers(self) -> frozenset[str]:
        """The wards of which it is an administrator."""
        return frozenset(one.ward_code for one in self.memberships if one.role is Role.ADMINISTRATOR)


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


def use_link(session: Session, token: str, username: str, name: str, password: str, now: datetime) -> int | None:
    """Set the password of a link's account (making the first administrator); the account, None for a bad link."""
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
    return account.id


def set_password(session: Session, staff_id: int, password: str) -> None:
    """Change a password; checked by ``check_password`` before."""
    session.get_one(StaffAccount, staff_id).password_hash = _hasher.hash(password)


@cache
def common_passwords() -> frozenset[str]:
    """What guessing begins with; ASVS 5.0 6.2.4."""
    lines = COMMON_PASSWORDS.read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if not line.startswith("#"))


def check_password(password: str, username: str) -> None:
    """Raise PasswordRefusedError for one that is too short, too long, or made of the name."""
    if len(password) < PASSWORD_SHORTEST:
        raise PasswordRefusedError("password_short")
    if len(password) > PASSWORD_LONGEST:
        raise PasswordRefusedError("password_long")
    plain = password.casefold()
    named = any(word in plain for word in (normalised_name(username), *OWN_WORDS))
    if len(set(password)) < 4 or named or plain in common_passwords():
        raise PasswordRefusedError("password_easy")


def add_account(
    session: Session,
    username: str,
    name: str,
    roles: dict[str, Role],
    group_id: int | None = None,
    *,
    reads_city: bool = False,
) -> str:
    """Make an account with a role by ward, in one group where the role has one; the token of its password's link."""
    account = StaffAccount(username=normalised_name(username), name=name, reads_city=reads_city)
    session.add(account)
    session.flush()
    for ward_code, role in roles.items():
        only = group_id if role in GROUP_ROLES else None
        session.add(StaffMembership(staff_id=account.id or 0, ward_code=ward_code, role=role.value, group_id=only))
    return make_link(session, account.id)


def lock_password(session: Session, account: StaffAccount) -> str:
    """End an account's password, links and sessions; the token of the link that sets a new password."""
    account.password_hash = None
    for table in (StaffSession, SignInLink):
        session.execute(delete(table).where(col(table.staff_id) == account.id))
    return make_link(session, account.id)


def throttled(session: Session, username: str, address: str, now: datetime) -> bool:
    """Whether a name, or an address with any names, failed too often lately."""
    return (
        _failures(session, normalised_name(username), now) >= THROTTLE_AFTER
        or _failures(session, _as_key(address), now) >= ADDRESS_AFTER
    )


def note_failure(session: Session, username: str, address: str, now: datetime) -> None:
    """Count a failed sign-in."""
    for key in (normalised_name(username), _as_key(address)):
        session.add(SignInFailure(name_hash=hashed(key), at=now))


def _failures(session: Session, key: str, now: datetime) -> int:
    since = now - timedelta(minutes=THROTTLE_MINUTES)
    statement = select(func.count(col(SignInFailure.id)))
    return session.exec(statement.where(SignInFailure.name_hash == hashed(key), SignInFailure.at > since)).one()


def _as_key(address: str) -> str:
    """No name is written so: a name has no line break."""
    return f"address\n{address}"


def account_named(session: Session, username: str) -> StaffAccount | None:
    """The account of a name."""
    return session.exec(select(StaffAccount).where(StaffAccount.username == normalised_name(username))).first()


def password_hash_of(session: Session, username: str) -> tuple[int | None, str]:
    """(account, hash) to verify against; an unknown or inactive name gets a hash nobody can match."""
    nobody = _nobody()  # for a known name too: the first to sign in waits for it, whoever that is
    account = account_named(session, username)
    if account is None or not account.active or account.password_hash is None:
        return None, nobody
    return account.id, account.password_hash


def verify(stored: str, password: str) -> bool:
    """Whether the password is the one; slow on purpose: call it outside a transaction."""
    try:
        return _hasher.verify(stored, password[: PASSWORD_LONGEST * 2])
    except (VerificationError, InvalidHashError):
        return False
