"""The Zalo Official Account's tokens in the database, where every replica finds them."""

from __future__ import annotations

import asyncio
import json
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlmodel import Session

from bot.channels.base import TemporaryError
from bot.channels.zalo_oa_tokens import LOCK_SECONDS, TokenPair
from bot.store.database import Database
from bot.store.leases import hold, release
from bot.store.tables import OaToken, utc_now

LOCK = "oa-tokens:"
LOOK_SECONDS = 0.1  # how often a program that waits for another's renewal looks again


class TokenTable:
    """A TokenStore (bot/channels/zalo_oa_tokens.py) of one account, for every program on this database.

    Tokens that another app gave are none of its own.
    """

    def __init__(self, database: Database, account: str, app_id: str, earlier: Path | None = None) -> None:
        """``earlier`` is the file that held the shared account's tokens before they moved here."""
        self._database = database
        self._account = account
        self._app_id = app_id
        self._earlier = earlier

    @asynccontextmanager
    async def lock(self) -> AsyncIterator[None]:
        """As TokenStore.lock, across programs. Raises TemporaryError when another holds it all the time."""
        holder, end = secrets.token_hex(8), time.monotonic() + LOCK_SECONDS
        name = LOCK + self._app_id
        while not await self._database.write(lambda session: hold(session, name, holder, utc_now(), LOCK_SECONDS)):
            if time.monotonic() > end:
                raise TemporaryError("another program renews the Official Account's token and does not end")
            await asyncio.sleep(LOOK_SECONDS)
        try:
            yield
        finally:
            await self._database.write(lambda session: release(session, name, holder))

    async def load(self) -> TokenPair | None:
        """As TokenStore.load."""
        row = await self._database.read(lambda session: session.get(OaToken, self._account))
        if row is not None and row.app_id == self._app_id:
            return TokenPair(row.access, row.refresh, row.expires_at.timestamp())
        if self._earlier is None or not self._earlier.is_file():
            return None
        pair = TokenPair(**json.loads(self._earlier.read_text(encoding="utf-8")))
        await self.save(pair)
        self._earlier.unlink()
        return pair

    async def save(self, pair: TokenPair) -> None:
        """As TokenStore.save: returns once it is committed."""
        values = OaToken(
            account=self._account,
            app_id=self._app_id,
            access=pair.access,
            refresh=pair.refresh,
            expires_at=datetime.fromtimestamp(pair.expires_at, UTC),
        )

        def unit(session: Session) -> None:
            session.merge(values)

        await self._database.write(unit)
