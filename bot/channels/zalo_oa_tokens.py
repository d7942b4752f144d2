"""The Official Account's tokens: a refresh token works once, so the new pair is stored before it is used."""

from __future__ import annotations

import base64
import hashlib
import time
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import urlencode

import httpx

from bot.channels.base import ChannelError, TemporaryError, TokenRefusedError
from bot.channels.http import CONNECT_TIMEOUT_SECONDS, certificates, exchange, json_object, quiet_client_logs
from bot.channels.wire import JsonObject, integer_at, text_at

API_URL = "https://openapi.zalo.me"
OAUTH_URL = "https://oauth.zaloapp.com"
TIMEOUT_SECONDS = 20.0
# Longer than a request may take: two programs that renew at once would each kill the other's token.
LOCK_SECONDS = 60.0
# An access token lives 25 h; renewed when half of that is over, two failures still leave half a day.
RENEW_BEFORE_SECONDS = 12.5 * 3600
DEFAULT_LIFE_SECONDS = 25 * 3600
CONSENT_NEEDED = (
    "the Official Account has to give its consent again: open the consent page as its administrator and store "
    "the new tokens"
)


@dataclass(frozen=True, slots=True)
class OaSettings:
    """The app that an Official Account is linked to. ``oa_secret`` signs webhooks; it is not the app's secret."""

    app_id: str
    app_secret: str = field(repr=False)
    oa_secret: str = field(repr=False)
    api_url: str = API_URL
    oauth_url: str = OAUTH_URL


@dataclass(frozen=True, slots=True)
class TokenPair:
    """``expires_at`` is the access token's end, in seconds since 1970; the refresh token lives three months."""

    access: str = field(repr=False)
    refresh: str = field(repr=False)
    expires_at: float


class TokenStore(Protocol):
    """Keeps the pair for all replicas."""

    def lock(self) -> AbstractAsyncContextManager[None]:
        """Held by one program at a time, for at most LOCK_SECONDS."""
        ...

    async def load(self) -> TokenPair | None:
        """The newest pair, None before the first consent."""
        ...

    async def save(self, pair: TokenPair) -> None:
        """Replace the pair; when this returns it survives a crash."""
        ...


def consent_page(settings: OaSettings, redirect_uri: str, state: str, verifier: str) -> str:
    """The page where the account's administrator consents; ``verifier`` is a secret of 43 characters (PKCE)."""
    digest = hashlib.sha256(verifier.encode("ascii")).digest()
    values = {
        "app_id": settings.app_id,
        "redirect_uri": redirect_uri,
        "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii"),
        "state": state,
    }
    return f"{settings.oauth_url}/v4/oa/permission?{urlencode(values)}"


class OaTokens:
    """Gives a token that works, renewing it in time."""

    def __init__(self, settings: OaSettings, store: TokenStore) -> None:
        quiet_client_logs()
        self._settings = settings
        self._store = store
        self._pair: TokenPair | None = None
        self._http = httpx.AsyncClient(
            timeout=httpx.Timeout(TIMEOUT_SECONDS, connect=CONNECT_TIMEOUT_SECONDS), verify=certificates()
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def current(self) -> TokenPair:
        """The pair, renewed when half its life is over. Raises a ChannelError."""
        pair = self._pair or await self._store.load()
        if pair is None:
            raise TokenRefusedError(CONSENT_NEEDED)
        self._pair = pair
        if time.time() < pair.expires_at - RENEW_BEFORE_SECONDS:
            return pair
        try:
            return await self.renew(pair)
        except TokenRefusedError:
            raise
        except ChannelError:
            # Trouble on the line: the old token may still serve for hours.
            if time.time() < pair.expires_at:
                return pair
            raise

    async def renew(self, stale: TokenPair) -> TokenPair:
        """A newer pair than ``stale``: another replica's, or one asked for now. Raises a ChannelError."""
        async with self._store.lock():
            newest = await self._store.load()
            if newest is None or newest.access == stale.access:
                refresh = stale.refresh if newest is None else newest.refresh
                newest = await self._ask({"grant_type": "refresh_token", "refresh_token": refresh})
            self._pair = newest
            return newest

    async def consent(self, code: str, verifier: str) -> None:
        """Turn the code of the consent page into the first pair. Raises a ChannelError."""
        async with self._store.lock():
            self._pair = await self._ask({"grant_type": "authorization_code", "code": code, "code_verifier": verifier})

    async def begin_with(self, refresh_token: str) -> None:
        """Turn a refresh token from Zalo's own tools into the first pair. Raises a ChannelError."""
        async with self._store.lock():
            self._pair = await self._ask({"grant_type": "refresh_token", "refresh_token": refresh_token})

    async def _ask(self, values: dict[str, str]) -> TokenPair:
        """Ask for a pair and store it; the lock is held."""
        answer = await exchange(
            self._http,
            "Zalo",
            "POST",
            f"{self._settings.oauth_url}/v4/oa/access_token",
            data={"app_id": self._settings.app_id, **values},
            headers={"secret_key": self._settings.app_secret},
        )
        body = json_object(answer)
        if body is None or answer.status_code >= 500:
            raise TemporaryError(f"Zalo's token server answers HTTP {answer.status_code} without a token")
        pair = _pair(body)
        await self._store.save(pair)
        return pair


def _pair(body: JsonObject) -> TokenPair:
    access, refresh = text_at(body, "access_token"), text_at(body, "refresh_token")
    if not access or not refresh:
        reason = text_at(body, "error_description") or text_at(body, "error_name") or "no reason given"
        raise TokenRefusedError(f"Zalo refuses to renew the token ({reason[:100]}); {CONSENT_NEEDED}")
    given = text_at(body, "expires_in") or str(integer_at(body, "expires_in"))
    life = int(given) if given.isdecimal() else DEFAULT_LIFE_SECONDS
    return TokenPair(access, refresh, time.time() + life)
