"""Tokens of the JSON API: shown once, kept as a hash, revoked by the ward."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, select

from bot.store.tables import ApiToken

PREFIX = "bdhvs_"  # secret scanners and people see by it what it is
TOKEN_BYTES = 32
ENDS = 4  # letters that are kept in the open: to tell tokens by, far too few to guess the rest
FIGURES, REPORTS = "figures", "reports"
SCOPES = (FIGURES, REPORTS)


@dataclass(frozen=True, slots=True)
class Reader:
    """Whom a token lets in: one ward, and what of it."""

    token_id: int
    ward_code: str
    scopes: frozenset[str]


def make_token(session: Session, ward_code: str, name: str, scopes: Iterable[str], by: str, now: datetime) -> str:
    """A new token; this is the only time that it can be read."""
    token = PREFIX + secrets.token_urlsafe(TOKEN_BYTES)
    session.add(
        ApiToken(
            ward_code=ward_code,
            name=name,
            token_hash=_hashed(token),
            ends=token[-ENDS:],
            scopes=[scope for scope in SCOPES if scope in set(scopes)],
            made_by=by,
            made_at=now,
        )
    )
    return token


def reader_of(session: Session, token: str, today: date) -> tuple[Reader, bool] | None:
    """Whom a token lets in, and whether it is used for the first time today; None for one unknown or revoked."""
    row = session.exec(select(ApiToken).where(ApiToken.token_hash == _hashed(token))).first()
    if row is None or row.revoked_at is not None:
        return None
    return Reader(row.id or 0, row.ward_code, frozenset(row.scopes)), row.used_on != today


def note_use(session: Session, token_id: int, today: date) -> None:
    """Write down on which day a token was used last: an unused one can be revoked."""
    row = session.get(ApiToken, token_id)
    if row is not None:
        row.used_on = today


def tokens_of(session: Session, ward_code: str) -> Sequence[ApiToken]:
    """The tokens of a ward, the newest first."""
    return session.exec(select(ApiToken).where(ApiToken.ward_code == ward_code).order_by(col(ApiToken.id).desc())).all()


def revoke_token(session: Session, ward_code: str, token_id: int, now: datetime) -> bool:
    """End a token; False when the ward has none with this number."""
    row = session.get(ApiToken, token_id)
    if row is None or row.ward_code != ward_code:
        return False
    row.revoked_at = row.revoked_at or now
    return True


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
