"""What the HTTP clients of all platforms share."""

from __future__ import annotations

import logging
import ssl
from functools import cache
from typing import Any

import httpx

from bot.channels.base import AmbiguousError, NotConnectedError, TemporaryError
from bot.channels.wire import JsonObject

# These write whole addresses (with the token in the path) or message texts into the log below WARNING.
CHATTY_LOGGERS = ("httpx", "httpcore", "telegram")
# These mean that nothing left this machine, so sending again cannot double a message.
NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
CONNECT_TIMEOUT_SECONDS = 10.0


def quiet_client_logs() -> None:
    """Keep the HTTP clients from logging addresses that hold a token, and bodies that hold personal data."""
    for name in CHATTY_LOGGERS:
        logging.getLogger(name).setLevel(logging.WARNING)


@cache
def certificates() -> ssl.SSLContext:
    """Read once: it takes a tenth of a second, and there are several connection pools."""
    return httpx.create_ssl_context()


async def exchange(client: httpx.AsyncClient, platform: str, method: str, url: str, **options: Any) -> httpx.Response:
    """One request. Raises NotConnectedError, or AmbiguousError when the line broke after it left.

    The library's own error names the address, and with it a token, so it is dropped.
    """
    failure: TemporaryError
    if client.is_closed:  # the program is about to end
        raise NotConnectedError(f"the line to {platform} is closed")
    try:
        return await client.request(method, url, **options)
    except NOT_SENT as error:
        failure = NotConnectedError(f"{platform} cannot be reached ({type(error).__name__})")
    except httpx.HTTPError as error:
        failure = AmbiguousError(f"no answer from {platform} ({type(error).__name__})")
    raise failure


def json_object(answer: httpx.Response) -> JsonObject | None:
    """The answer's JSON object; None when it is anything else."""
    try:
        body = answer.json()
    except ValueError:
        return None
    return body if isinstance(body, dict) else None
