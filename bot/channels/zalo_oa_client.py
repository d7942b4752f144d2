"""Our client of the Zalo Official Account API: every answer is HTTP 200 with an ``error`` to be read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

import httpx

from bot.channels.base import (
    ChannelError,
    PermanentError,
    RetryAfterError,
    TemporaryError,
    TokenRefusedError,
    UnreachableError,
)
from bot.channels.http import CONNECT_TIMEOUT_SECONDS, certificates, exchange, json_object
from bot.channels.wire import JsonObject, identifier_at, integer_at, object_at, text_at
from bot.channels.zalo_oa_tokens import TIMEOUT_SECONDS, OaSettings, OaTokens

# Error codes of the platform's documentation.
TOKEN_DEAD = frozenset({-216, -220, -124})
RATE = -32
QUOTA = -211
WRONG_ACCOUNT_TYPE = -235
UNREACHABLE = {
    -213: "the person does not follow the account",
    -217: "the person blocked the account's invitations",
    -218: "the person has received as many messages as allowed",
    -222: "the person's account is locked or unused",
    -227: "the person's account is locked or unused",
    -230: "the person wrote nothing for 7 days",
    -305: "the person wrote nothing for 48 hours",
}
REFUSED = {
    -201: "wrong parameters",
    -209: "this call is not supported",
    -210: "a value is out of its range",
    -221: "the account is not authenticated: complete that at oa.zalo.me",
    -224: "the account's plan lacks this: API messages need Growth or Comprehensive",
    -233: "this kind of message is not supported",
    -234: "not at night (22:00 to 6:00)",
    WRONG_ACCOUNT_TYPE: "this type of account may not send one-to-one messages: ask Zalo, or use the Zalo bot",
    -240: "the old message API is shut down",
    -320: "the app has no Zalo Business Account for paid messages",
    -321: "the Zalo Business Account cannot pay",
}
# The limit is counted by the minute; a quota by the day or longer.
RATE_PAUSE_SECONDS = 60.0
QUOTA_PAUSE_SECONDS = 3600.0
FREE_WINDOW = timedelta(hours=48)
OPEN_WINDOW = timedelta(days=7)


class Window(StrEnum):
    """Whether a consultation message may be sent to a person now."""

    FREE = "free"
    CHARGED = "charged"
    SHUT = "shut"


class OaError(PermanentError):
    """A refusal with its code."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code


@dataclass(frozen=True, slots=True)
class OaAccount:
    """The account; ``is_government`` accounts may lack one-to-one messages."""

    name: str
    is_government: bool


@dataclass(frozen=True, slots=True)
class Taken:
    """A message the platform took; ``paid``: it names no quota that the message came out of, so it costs money."""

    message_id: str
    paid: bool


class ZaloOaClient:
    """Calls the API with the current token, once more with a new one when it is dead."""

    def __init__(self, settings: OaSettings, tokens: OaTokens) -> None:
        self._root = settings.api_url.rstrip("/")
        self._tokens = tokens
        self._use_v2 = False
        self._http = httpx.AsyncClient(
            timeout=httpx.Timeout(TIMEOUT_SECONDS, connect=CONNECT_TIMEOUT_SECONDS), verify=certificates()
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def account(self) -> OaAccount:
        """The account's name and type. Raises a ChannelError."""
        data = object_at(await self._call("GET", "/v2.0/oa/getoa"), "data")
        return OaAccount(text_at(data, "name"), identifier_at(data, "oa_type") == "4")

    async def send(self, user_id: str, message: JsonObject) -> Taken:
        """Send one consultation message. Raises a ChannelError.

        Some government accounts refuse the v3 call with -235 and take the same message by v2; that is remembered.
        """
        body = {"recipient": {"user_id": user_id}, "message": message}
        if not self._use_v2:
            try:
                return _taken(await self._call("POST", "/v3.0/oa/message/cs", json=body))
            except OaError as error:
                if error.code != WRONG_ACCOUNT_TYPE:
                    raise
        answer = await self._call("POST", "/v2.0/oa/message", json=body)
        self._use_v2 = True
        return _taken(answer)

    async def broadcast_article(self, article_id: str) -> str:
        """Send an article, written at oa.zalo.me, to every follower; the message's id. Raises a ChannelError.

        The platform reads it first, for about half an hour. Its finest audience is a province: there is no ward.
        """
        element = {"media_type": "article", "attachment_id": article_id}
        payload = {"template_type": "media", "elements": [element]}
        message = {"attachment": {"type": "template", "payload": payload}}
        body = {"recipient": {"target": {}}, "message": message}
        return _taken(await self._call("POST", "/v2.0/oa/message", json=body)).message_id

    async def upload(self, kind: str, file: Path) -> str:
        """Upload an ``image`` (1 MB) or ``file`` (5 MB, PDF, DOC, DOCX, CSV); what a message names it by.

        Raises a ChannelError. The platform keeps it for 7 days.
        """
        with file.open("rb") as content:
            answer = await self._call("POST", f"/v2.0/oa/upload/{kind}", files={"file": (file.name, content.read())})
        data = object_at(answer, "data")
        return identifier_at(data, "attachment_id") if kind == "image" else text_at(data, "token")

    async def window(self, user_id: str) -> Window:
        """Whether the person may be written to, by their last interaction. Raises a ChannelError."""
        answer = await self._call("POST", "/v3.0/oa/quota/message", json={"user_id": user_id})
        last = identifier_at(object_at(answer, "data"), "last_interaction")
        if not last.isdecimal():
            return Window.SHUT
        silent = datetime.now(UTC) - datetime.fromtimestamp(int(last) / 1000, UTC)
        if silent < FREE_WINDOW:
            return Window.FREE
        return Window.CHARGED if silent < OPEN_WINDOW else Window.SHUT

    async def _call(self, method: str, path: str, **options: Any) -> JsonObject:
        pair = await self._tokens.current()
        try:
            return await self._once(method, path, pair.access, options)
        except TokenRefusedError:
            renewed = await self._tokens.renew(pair)
        return await self._once(method, path, renewed.access, options)

    async def _once(self, method: str, path: str, token: str, options: dict[str, Any]) -> JsonObject:
        answer = await exchange(
            self._http, "Zalo", method, self._root + path, headers={"access_token": token}, **options
        )
        body = json_object(answer)
        code = None if body is None else integer_at(body, "error")
        if body is None or code is None:
            raise TemporaryError(f"Zalo answers HTTP {answer.status_code} without its JSON")
        if code == 0:
            return body
        raise _failure(code, text_at(body, "message"))


def _taken(answer: JsonObject) -> Taken:
    data = object_at(answer, "data")
    return Taken(identifier_at(data, "message_id"), paid="quota" not in data)


def _failure(code: int, message: str) -> ChannelError:
    if code in TOKEN_DEAD:
        return TokenRefusedError("Zalo refuses the Official Account's token")
    if code in {RATE, QUOTA}:
        return RetryAfterError(RATE_PAUSE_SECONDS if code == RATE else QUOTA_PAUSE_SECONDS)
    if code in UNREACHABLE:
        return UnreachableError(f"{UNREACHABLE[code]} ({code})")
    if code in REFUSED:
        return OaError(code, f"{REFUSED[code]} ({code})")
    return TemporaryError(f"Zalo answers error {code}: {message[:100]}")
