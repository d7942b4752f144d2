"""What every webhook route does: refuse what is not the platform, cap the body, answer 200 only once stored."""

from __future__ import annotations

import hmac
import json
from dataclasses import dataclass, field

from aiohttp import web

from bot.channels.wire import JsonObject

# A platform's update is a few KB; the largest seen is below 64 KB. Above this nobody honest is writing.
BODY_LIMIT = 1024 * 1024
JSON_TYPE = "application/json"
# Zalo's limits, inside Telegram's 1-256.
SECRET_LENGTH = (8, 256)
# Telegram's alphabet; a secret made of it suits every platform and every header.
SECRET_LETTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-")


@dataclass(frozen=True, slots=True)
class WebhookSettings:
    """Where the platform posts to, and the secret that proves it is the platform.

    ``url`` is the public https address of the route. Without a secret the channel refuses to start.
    """

    url: str
    secret: str = field(repr=False)

    def __post_init__(self) -> None:
        shortest, longest = SECRET_LENGTH
        if not shortest <= len(self.secret) <= longest or not SECRET_LETTERS.issuperset(self.secret):
            raise ValueError(
                f"a webhook secret has {shortest} to {longest} letters, digits, _ or -; make one with: "
                'python -c "import secrets; print(secrets.token_urlsafe(32))"'
            )


class RefusedError(Exception):
    """A request that is not taken; ``code`` and ``message`` go into the answer."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message

    def response(self) -> web.Response:
        """The answer in the form of every error of this program."""
        body = {"error": {"code": self.code, "message": self.message}}
        return web.json_response(body, status=self.status)


def same_secret(given: str, expected: str) -> bool:
    """Whether the two are equal, compared in constant time."""
    return hmac.compare_digest(given.encode("utf-8", "surrogateescape"), expected.encode("utf-8"))


def require_secret(request: web.Request, header: str, secret: str) -> None:
    """Refuse a request whose header does not carry the secret."""
    if not same_secret(request.headers.get(header, ""), secret):
        raise RefusedError(403, "wrong_secret", f"the header {header} is missing or wrong")


def require_json(request: web.Request) -> None:
    """Refuse another content type than JSON; a charset behind it is fine."""
    if request.content_type != JSON_TYPE:
        raise RefusedError(415, "wrong_type", f"the body must be {JSON_TYPE}")


async def read_body(request: web.Request, limit: int = BODY_LIMIT) -> bytes:
    """The raw body; refused above ``limit`` bytes without reading the rest."""
    length = request.content_length
    if length is not None and length > limit:
        raise _too_large(limit)
    # As mostly: it came in one piece with its head. What is packed may be far longer than it says.
    if length is not None and request.content.is_eof() and "Content-Encoding" not in request.headers:
        return request.content.read_nowait()
    body = bytearray()
    async for chunk in request.content.iter_any():
        body += chunk
        if len(body) > limit:
            raise _too_large(limit)
    return bytes(body)


def _too_large(limit: int) -> RefusedError:
    return RefusedError(413, "too_large", f"the body is over {limit} bytes")


def parse_object(body: bytes) -> JsonObject:
    """The JSON object in ``body``; anything else is refused."""
    try:
        value = json.loads(body.decode("utf-8"))  # else its encoding is guessed, for as long as reading it takes
    except (ValueError, RecursionError):
        raise RefusedError(400, "wrong_json", "the body is not JSON in UTF-8") from None
    if not isinstance(value, dict):
        raise RefusedError(400, "wrong_json", "the body is not a JSON object")
    return value


def store_unavailable() -> web.Response:
    """503: the platform keeps the update and posts it again."""
    return RefusedError(503, "store_unavailable", "the message could not be stored; post it again").response()
