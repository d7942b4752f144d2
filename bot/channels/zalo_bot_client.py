"""Our client of the Zalo Bot Platform: few methods, defensive reading, the token in no log and no error."""

from __future__ import annotations

import re

import httpx

from bot.channels.base import (
    ChannelError,
    PermanentError,
    RetryAfterError,
    TemporaryError,
    TokenRefusedError,
)
from bot.channels.http import CONNECT_TIMEOUT_SECONDS, certificates, exchange, json_object, quiet_client_logs
from bot.channels.wire import JsonObject, object_at, text_at

DEFAULT_BASE_URL = "https://bot-api.zaloplatforms.com"
TOKEN_FORM = re.compile(r"[A-Za-z0-9_-]{1,100}:[A-Za-z0-9_-]{1,200}")
TIMEOUT_SECONDS = 20.0

# Error codes of the platform's documentation.
BAD_REQUEST = 400
UNAUTHORIZED = 401
NOT_FOUND = 404
REQUEST_TIMEOUT = 408  # getUpdates: nobody wrote
DAILY_LIMIT = 426
QUOTA_EXCEEDED = 429
# The platform does not say how long to wait after 429.
QUOTA_PAUSE_SECONDS = 60.0


class CodeError(PermanentError):
    """A refusal with its code, for callers that know what it means there."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code


class ZaloBotClient:
    """Calls methods as POST with JSON."""

    def __init__(self, token: str, base_url: str | None = None) -> None:
        """Raises ValueError for what cannot be a token."""
        if not TOKEN_FORM.fullmatch(token):
            raise ValueError(
                "BDHVS_ZALO_BOT_TOKEN is not a Zalo bot token (an id, a colon, letters); copy it again from "
                "Zalo Bot Creator"
            )
        quiet_client_logs()
        self._token = token
        self._root = f"{(base_url or DEFAULT_BASE_URL).rstrip('/')}/bot{token}"
        self._http = httpx.AsyncClient(
            timeout=httpx.Timeout(TIMEOUT_SECONDS, connect=CONNECT_TIMEOUT_SECONDS),
            headers={"User-Agent": "bdhvs"},
            verify=certificates(),
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def account_name(self) -> str:
        """The bot's name, which proves the token. Raises a ChannelError."""
        account = await self.call("getMe")
        return text_at(account, "display_name") or text_at(account, "account_name")

    async def next_update(self, wait_seconds: int) -> JsonObject | None:
        """The next update, None when nobody wrote. Raises a ChannelError.

        Idle is said in three ways: HTTP 408, HTTP 200 with error code 408, or an empty result.
        """
        try:
            update = await self.call("getUpdates", {"timeout": wait_seconds}, TIMEOUT_SECONDS + wait_seconds)
        except CodeError as error:
            if error.code == REQUEST_TIMEOUT:
                return None
            raise
        return update or None

    async def call(
        self, method: str, values: JsonObject | None = None, timeout_seconds: float = TIMEOUT_SECONDS
    ) -> JsonObject:
        """The ``result`` of a method, empty where it has none. Raises a ChannelError."""
        timeout = httpx.Timeout(timeout_seconds, connect=CONNECT_TIMEOUT_SECONDS)
        url = f"{self._root}/{method}"
        return self._result(method, await exchange(self._http, "Zalo", "POST", url, json=values or {}, timeout=timeout))

    def _result(self, method: str, answer: httpx.Response) -> JsonObject:
        body = json_object(answer)
        if body is None:
            raise self._failure(method, answer.status_code, f"HTTP {answer.status_code} without JSON")
        if body.get("ok") is True:
            return object_at(body, "result")
        # Codes come as numbers or strings, sometimes as errorCode, and with HTTP 200.
        given = str(body.get("error_code", body.get("errorCode", answer.status_code)))
        code = int(given) if given.isdecimal() and len(given) < 5 else answer.status_code
        raise self._failure(method, code, text_at(body, "description") or f"error {code}")

    def _failure(self, method: str, code: int, description: str) -> ChannelError:
        reason = f"{method}: {description.replace(self._token, '[token]')[:200]}"
        if code == UNAUTHORIZED:
            return TokenRefusedError(
                "Zalo refuses the bot token; set BDHVS_ZALO_BOT_TOKEN to the one Zalo Bot Creator shows"
            )
        if code == QUOTA_EXCEEDED:
            return RetryAfterError(QUOTA_PAUSE_SECONDS)
        if code in {BAD_REQUEST, NOT_FOUND, REQUEST_TIMEOUT, DAILY_LIMIT}:
            return CodeError(code, reason)
        # 403 is documented as "Internal server error"; 5xx and what nobody documented may pass.
        return TemporaryError(reason)
