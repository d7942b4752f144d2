"""The wire and the methods of the account's API and of its token server."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from aiohttp import web

from tests.emulators.common import Call, FaultKind
from tests.emulators.common.faults import misbehave

from .state import ACCESS_SECONDS, FREE_SECONDS, OPEN_SECONDS, REFRESH_SECONDS, ApiError, Person, SentMessage, Tokens

if TYPE_CHECKING:
    from .emulator import ZaloOaEmulator

TEXT_LENGTH = 2000
BUTTONS = 5
ARTICLES = 5
TARGETS = {"ages", "gender", "locations", "cities", "platform"}
TITLE_LENGTH = 100
PAYLOAD_LENGTH = 1000
UPLOADS = {
    "image": (1024 * 1024, (".png", ".jpg", ".jpeg")),
    "file": (5 * 1024 * 1024, (".pdf", ".doc", ".docx", ".csv")),
}
JsonDict = dict[str, Any]


class HttpApi:
    """The aiohttp application."""

    def __init__(self, server: ZaloOaEmulator) -> None:
        self._server = server

    def application(self) -> web.Application:
        """Routes of openapi.zalo.me and oauth.zaloapp.com together."""
        application = web.Application(client_max_size=8 * 1024 * 1024)
        application.add_routes(
            [
                web.get("/v4/oa/permission", self._permission),
                web.post("/v4/oa/access_token", self._token),
                web.post("/v3.0/oa/message/cs", self._guarded("v3", self._send_v3)),
                web.post("/v2.0/oa/message", self._guarded("v2", self._send_v2)),
                web.post("/v3.0/oa/quota/message", self._guarded("quota", self._quota)),
                web.get("/v2.0/oa/getoa", self._guarded("getoa", self._account)),
                web.post("/v2.0/oa/upload/{kind}", self._guarded("upload", self._upload)),
            ]
        )
        return application

    async def _permission(self, request: web.Request) -> web.Response:
        """The consent page, on which the account's administrator agrees at once."""
        given = request.query
        self._record(request, "permission", dict(given))
        if given.get("app_id") != self._server.credentials.app_id or not given.get("redirect_uri"):
            return _oauth_error("Invalid app id")
        self._server.challenge = given.get("code_challenge", "")
        self._server.code = "consent-code"
        query = urlencode({"code": self._server.code, "oa_id": "4318657068771012646", "state": given.get("state", "")})
        return web.Response(status=302, headers={"Location": f"{given['redirect_uri']}?{query}"})

    async def _token(self, request: web.Request) -> web.Response:
        given = {name: str(value) for name, value in (await request.post()).items()}
        self._record(request, "access_token", given)
        fault = self._server.faults.take("access_token", "")
        if fault is not None and fault.kind is not FaultKind.DROP_AFTER:
            return await misbehave(request, fault.kind)
        app, now = self._server.credentials, self._server.clock()
        if request.headers.get("secret_key") != app.app_secret or given.get("app_id") != app.app_id:
            return _oauth_error("Invalid app secret")
        tokens = self._server.tokens
        if given.get("grant_type") == "refresh_token":
            if given.get("refresh_token") != tokens.refresh or now - tokens.issued_at > REFRESH_SECONDS:
                return _oauth_error("Invalid refresh token")
        elif given.get("code") != self._server.code or not self._is_verifier(given.get("code_verifier", "")):
            return _oauth_error("Invalid authorization code")
        self._server.code = ""
        self._server.tokens = Tokens(issued_at=now)
        if fault is not None:
            return await misbehave(request, fault.kind)
        life: int | str = str(ACCESS_SECONDS) if self._server.switches.expires_as_text else ACCESS_SECONDS
        return web.json_response(
            {
                "access_token": self._server.tokens.access,
                "refresh_token": self._server.tokens.refresh,
                "expires_in": life,
            }
        )

    def _is_verifier(self, verifier: str) -> bool:
        """Whether it is the secret whose hash the consent page was opened with."""
        digest = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        return bool(verifier) and self._server.challenge in ("", digest)

    def _record(self, request: web.Request, name: str, values: JsonDict) -> Call:
        call = Call(name, values, time.time(), request.headers.get("Content-Type", ""))
        self._server.journal.add(call)
        return call

    def _guarded(
        self, name: str, method: Callable[[web.Request, JsonDict], Awaitable[JsonDict]]
    ) -> Callable[[web.Request], Awaitable[web.Response]]:
        """The method behind the token check and the scripted failures."""

        async def answer(request: web.Request) -> web.Response:
            values = await request.json() if request.content_type == "application/json" else {}
            call = self._record(request, name, values)
            fault = self._server.faults.take(name, str(values.get("recipient", {}).get("user_id", "")))
            await asyncio.sleep(self._server.switches.delay_seconds)
            try:
                if fault is not None and fault.kind is FaultKind.ERROR:
                    raise ApiError(fault.status, fault.description)
                if fault is not None and fault.kind is not FaultKind.DROP_AFTER:
                    return await misbehave(request, fault.kind)
                self._check_token(request)
                data = await method(request, values)
            except ApiError as error:
                call.status = error.code
                return web.json_response({"error": error.code, "message": error.message})
            finally:
                self._server.journal.notify()
            call.status = 200
            if fault is not None:
                return await misbehave(request, fault.kind)
            return web.json_response({"data": data, "error": 0, "message": "Success"})

        return answer

    def _check_token(self, request: web.Request) -> None:
        tokens = self._server.tokens
        if request.headers.get("access_token") != tokens.access:
            raise ApiError(-216, "Access token is invalid")
        if self._server.clock() - tokens.issued_at > ACCESS_SECONDS:
            raise ApiError(-216, "Access token has expired")

    async def _account(self, request: web.Request, given: JsonDict) -> JsonDict:
        del request, given
        kind = 4 if self._server.switches.government else 2
        return {"oa_id": self._server.credentials.oa_id, "name": "Phường Lê Đại Hành", "oa_type": kind}

    async def _send_v3(self, request: web.Request, given: JsonDict) -> JsonDict:
        del request
        if self._server.switches.government:
            raise ApiError(-235, "API does not support this type of OA")
        return self._send(given, "v3")

    async def _send_v2(self, request: web.Request, given: JsonDict) -> JsonDict:
        del request
        if self._server.switches.v2_closed:
            raise ApiError(-240, "MessageV2 API has been shut down")
        if "target" in given.get("recipient", {}):
            return self._broadcast(given)
        return self._send(given, "v2")

    def _broadcast(self, given: JsonDict) -> JsonDict:
        """An article to all followers, or those of a province, an age or a gender."""
        payload = ((given.get("message") or {}).get("attachment") or {}).get("payload") or {}
        elements = payload.get("elements") or []
        if payload.get("template_type") != "media" or not 1 <= len(elements) <= ARTICLES:
            raise ApiError(-201, "a broadcast is one to five articles")
        for element in elements:
            if element.get("media_type") != "article" or element.get("attachment_id") not in self._server.articles:
                raise ApiError(-201, "attachment_id is invalid")
        if not set(given["recipient"]["target"]) <= TARGETS:
            raise ApiError(-201, "target is invalid")
        if self._server.switches.article_processing:
            raise ApiError(-214, "article is being processed")
        if len(self._server.broadcasts) >= self._server.switches.broadcasts:
            raise ApiError(-211, "out of quota")
        self._server.broadcasts.append([element["attachment_id"] for element in elements])
        return {"message_id": self._server.next_id()}

    def _send(self, given: JsonDict, version: str) -> JsonDict:
        person = self._server.people.get(str(given.get("recipient", {}).get("user_id", "")))
        if person is None or not person.follows:
            raise ApiError(-213, "User has not followed OA")
        silent = self._server.clock() - person.last_interaction
        if silent > OPEN_SECONDS:
            raise ApiError(-230, "User has not interacted with the OA in the past 7 days")
        message = given.get("message") or {}
        text, attachment = str(message.get("text", "")), message.get("attachment") or {}
        if not text and not attachment:
            raise ApiError(-201, "message is empty")
        if len(text) > TEXT_LENGTH:
            raise ApiError(-210, "text is too long")
        kind, buttons = self._checked_attachment(attachment)
        sent = SentMessage(person.id, self._server.next_id(), text, buttons, kind, version, silent > FREE_SECONDS)
        self._server.messages.append(sent)
        self._server.echo(person, sent)
        data: JsonDict = {"message_id": sent.message_id, "user_id": person.id, "sent_time": str(self._server.now_ms())}
        return data if sent.paid else {**data, "quota": {"quota_type": "reply", "remain": "8", "total": "8"}}

    def _checked_attachment(self, attachment: JsonDict) -> tuple[str, tuple[tuple[str, str], ...]]:
        if not attachment:
            return "text", ()
        payload = attachment.get("payload") or {}
        if attachment.get("type") == "file":
            if payload.get("token") not in self._server.uploads:
                raise ApiError(-201, "file token is invalid")
            return "file", ()
        if payload.get("template_type") == "media":
            (element,) = payload["elements"]
            known = element.get("attachment_id") in self._server.uploads
            if not known and not str(element.get("url", "")).startswith("https://"):
                raise ApiError(-201, "media is invalid")
            return "media", ()
        return "text", _checked_buttons(payload.get("buttons") or [])

    async def _quota(self, request: web.Request, given: JsonDict) -> JsonDict:
        del request
        person = self._server.people.get(str(given.get("user_id")), Person("", False))
        # The bot's clock does not move with ours: what has passed here is taken off the time told.
        seen = person.last_interaction - self._server.skipped
        return {
            "last_interaction": str(int(seen * 1000)),
            "cs_reply": {"remain": 8, "total": 8},
            "promotion": {"daily_remain": 1, "daily_total": 1, "monthly_remain": 4, "monthly_total": 4},
        }

    async def _upload(self, request: web.Request, given: JsonDict) -> JsonDict:
        del given
        kind = request.match_info["kind"]
        part = (await request.post()).get("file")
        if kind not in UPLOADS or not isinstance(part, web.FileField):
            raise ApiError(-201, "file is missing")
        content = part.file.read()
        part.file.close()
        most, suffixes = UPLOADS[kind]
        if len(content) > most:
            raise ApiError(-210, "file is too large")
        if not part.filename.lower().endswith(suffixes):
            raise ApiError(-201, "file type is invalid")
        name = self._server.next_id()
        self._server.uploads[name] = content
        return {"attachment_id": name} if kind == "image" else {"token": name}


def _checked_buttons(buttons: list[JsonDict]) -> tuple[tuple[str, str], ...]:
    if len(buttons) > BUTTONS:
        raise ApiError(-210, "too many buttons")
    for button in buttons:
        if not 1 <= len(str(button.get("title", ""))) <= TITLE_LENGTH:
            raise ApiError(-210, "button title is invalid")
        if button.get("type") not in {"oa.query.show", "oa.query.hide"}:
            raise ApiError(-201, "button type is invalid")
        if not 1 <= len(str(button.get("payload", ""))) <= PAYLOAD_LENGTH:
            raise ApiError(-210, "button payload is invalid")
    return tuple((button["title"], button["payload"]) for button in buttons)


def _oauth_error(reason: str) -> web.Response:
    body = {"error": -14, "error_name": reason, "error_reason": reason, "error_description": reason}
    return web.json_response(body)
