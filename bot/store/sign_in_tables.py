"""Tables of signing in on the staff site; tokens and names stand there as hashes."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field, SQLModel

from bot.store.columns import UtcDateTime


class StaffSession(SQLModel, table=True):
    """A signed-in browser; the cookie holds the token, the table only its hash.

    ``agent`` names browser and system for its owner's list. Not ``complete``: the second factor is still asked for.
    """

    __tablename__ = "staff_session"

    token_hash: str = Field(primary_key=True, max_length=64)
    staff_id: int = Field(foreign_key="staff_account.id", index=True)
    csrf: str
    created_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    seen_at: datetime = Field(sa_type=UtcDateTime)
    agent: str = Field(default="", max_length=60)
    complete: bool = True


class SignInLink(SQLModel, table=True):
    """A one-time link that sets a password; ``staff_id`` None makes the first administrator."""

    __tablename__ = "sign_in_link"

    token_hash: str = Field(primary_key=True, max_length=64)
    staff_id: int | None = Field(default=None, foreign_key="staff_account.id")
    expires_at: datetime = Field(sa_type=UtcDateTime)
    used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class SignInFailure(SQLModel, table=True):
    """A failed sign-in, kept to slow down guessing; the name is hashed."""

    __tablename__ = "sign_in_failure"

    id: int | None = Field(default=None, primary_key=True)
    name_hash: str = Field(index=True, max_length=64)
    at: datetime = Field(sa_type=UtcDateTime)
