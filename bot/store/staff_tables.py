"""The tables of staff's second factor and of backups. Times are UTC."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field, SQLModel

from bot.store.columns import UtcDateTime


class SecondFactor(SQLModel, table=True):
    """The secret of an account's authenticator app (RFC 6238); asked for at sign-in once ``confirmed_at`` is set.

    ``last_step`` is the 30-second step of the last code taken: a code works once.
    """

    __tablename__ = "second_factor"

    staff_id: int = Field(primary_key=True, foreign_key="staff_account.id")
    secret: str = Field(max_length=64)
    confirmed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    last_step: int = 0


class RecoveryCode(SQLModel, table=True):
    """A code that replaces the authenticator app once; the table holds its hash."""

    __tablename__ = "recovery_code"

    code_hash: str = Field(primary_key=True, max_length=64)
    staff_id: int = Field(foreign_key="staff_account.id", index=True)
    used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class BackupRun(SQLModel, table=True):
    """One run of the nightly backup: its file, or in ``problem``, in English, why there is none."""

    __tablename__ = "backup_run"

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(sa_type=UtcDateTime, index=True)
    file: str = ""
    size: int = 0
    problem: str = ""
