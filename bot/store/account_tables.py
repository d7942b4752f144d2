"""The tables of accounts on messaging platforms. Times are UTC."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field, SQLModel

from bot.channels.account import NAME_LIMIT
from bot.store.columns import UtcDateTime


class ChannelAccount(SQLModel, table=True):
    """An account connected on the staff site: ``sealed`` are its tokens, readable with BDHVS_TOKEN_KEY only.

    In no backup (bot/store/archive.py).
    """

    __tablename__ = "channel_account"

    account: str = Field(primary_key=True, max_length=NAME_LIMIT)
    sealed: str
    saved_at: datetime = Field(sa_type=UtcDateTime)


class OaToken(SQLModel, table=True):
    """The rotating tokens of a Zalo Official Account, given by its app; ``expires_at`` is the access token's end."""

    __tablename__ = "oa_token"

    account: str = Field(primary_key=True, max_length=NAME_LIMIT)
    app_id: str = Field(max_length=64)
    access: str
    refresh: str
    expires_at: datetime = Field(sa_type=UtcDateTime)
