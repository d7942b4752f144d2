"""The second factor: six digits of an authenticator app (RFC 6238), or a recovery code when the phone is lost."""

from __future__ import annotations

import base64
import hmac
import io
import secrets
from datetime import datetime

import pyotp
import segno
from sqlalchemy import delete, func
from sqlmodel import Session, col, select

from bot.staff.accounts import hashed
from bot.store.tables import RecoveryCode, SecondFactor

ISSUER = "Bình dân học vụ số"  # what the app shows above the digits
STEP_SECONDS = 30  # RFC 6238; ASVS 5.0 6.5.5 allows no longer
STEPS_AROUND = 1  # a phone's clock may be half a minute off
RECOVERY_CODES = 8  # enough to lose a phone now and then before new ones are made
# 24 of 31 letters are 118 bits: enough for a plain hash (ASVS 5.0 6.5.2). None that is mistaken for another.
RECOVERY_LETTERS, RECOVERY_LENGTH, RECOVERY_PART = "abcdefghjkmnpqrstuvwxyz23456789", 24, 6


def begin(session: Session, staff_id: int) -> SecondFactor:
    """A fresh secret, not yet asked for at sign-in; one that was never confirmed is replaced."""
    row = session.get(SecondFactor, staff_id) or SecondFactor(staff_id=staff_id, secret="")
    if row.confirmed_at is None:
        row.secret, row.last_step = pyotp.random_base32(), 0
        session.add(row)
    return row


def confirm(session: Session, staff_id: int, code: str, now: datetime) -> list[str] | None:
    """Ask for it from now on: the app showed ``code``. Recovery codes, shown once; None for a wrong code."""
    row = session.get(SecondFactor, staff_id)
    if row is None or row.confirmed_at is not None or not _take(row, code, now):
        return None
    row.confirmed_at = now
    return new_recovery_codes(session, staff_id)


def new_recovery_codes(session: Session, staff_id: int) -> list[str]:
    """Fresh codes; earlier ones stop working."""
    session.execute(delete(RecoveryCode).where(col(RecoveryCode.staff_id) == staff_id))
    made = ["".join(secrets.choice(RECOVERY_LETTERS) for _ in range(RECOVERY_LENGTH)) for _ in range(RECOVERY_CODES)]
    session.add_all(RecoveryCode(code_hash=hashed(code), staff_id=staff_id) for code in made)
    parts = range(0, RECOVERY_LENGTH, RECOVERY_PART)
    return ["-".join(code[start : start + RECOVERY_PART] for start in parts) for code in made]


def remove(session: Session, staff_id: int) -> None:
    """Ask for it no more."""
    session.execute(delete(RecoveryCode).where(col(RecoveryCode.staff_id) == staff_id))
    session.execute(delete(SecondFactor).where(col(SecondFactor.staff_id) == staff_id))


def is_on(session: Session, staff_id: int) -> bool:
    """Whether sign-in asks for it."""
    row = session.get(SecondFactor, staff_id)
    return row is not None and row.confirmed_at is not None


def codes_left(session: Session, staff_id: int) -> int:
    """Recovery codes that were not used."""
    statement = select(func.count(col(RecoveryCode.code_hash)))
    unused = col(RecoveryCode.used_at).is_(None)
    return session.exec(statement.where(RecoveryCode.staff_id == staff_id, unused)).one()


def accepts(session: Session, staff_id: int, typed: str, now: datetime) -> str | None:
    """Take a code of the app or a recovery code, each once: ``app``, ``recovery``, or None for a wrong one."""
    row = session.get(SecondFactor, staff_id)
    if row is not None and row.confirmed_at is not None and _take(row, typed, now):
        return "app"
    plain = "".join(letter for letter in typed.casefold() if letter.isalnum())
    recovery = session.get(RecoveryCode, hashed(plain))
    if recovery is None or recovery.staff_id != staff_id or recovery.used_at is not None:
        return None
    recovery.used_at = now
    return "recovery"


def _take(row: SecondFactor, typed: str, now: datetime) -> bool:
    digits, present = "".join(typed.split()), int(now.timestamp()) // STEP_SECONDS
    app = pyotp.TOTP(row.secret, interval=STEP_SECONDS)
    for step in range(present - STEPS_AROUND, present + STEPS_AROUND + 1):
        right = hmac.compare_digest(app.generate_otp(step).encode(), digits.encode())
        if right and step > row.last_step:
            row.last_step = step
            return True
    return False


def qr_code(secret: str, username: str) -> str:
    """The QR code an authenticator app reads, as a data URI."""
    out = io.BytesIO()
    address = pyotp.TOTP(secret).provisioning_uri(name=username, issuer_name=ISSUER)
    segno.make(address, error="m").save(out, kind="svg", scale=5, border=3, svgclass=None, lineclass=None)
    return "data:image/svg+xml;base64," + base64.b64encode(out.getvalue()).decode("ascii")
