"""How python-telegram-bot's calls go over the wire: by aiohttp's client, several times cheaper than its default."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp
from telegram._utils.defaultvalue import DefaultValue
from telegram.error import NetworkError, TimedOut
from telegram.request import BaseRequest, RequestData

from bot.channels.http import CONNECT_TIMEOUT_SECONDS, certificates


class NotOpenError(Exception):
    """A call before ``initialize`` or after ``shutdown``."""


# These mean that nothing left this machine, so sending again cannot double a message.
NOT_SENT = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, NotOpenError)
LINE_TROUBLE = (aiohttp.ClientError, TimeoutError, OSError)


class TelegramRequest(BaseRequest):
    """Takes an unreadable answer for network trouble, and never logs it: it may be personal."""

    def __init__(self, server: str, connections: int, read_timeout: float) -> None:
        """``read_timeout`` is how many seconds an answer is waited for where a call does not say."""
        self._server = server
        self._connections = connections
        self._read_timeout = read_timeout
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float:
        """Seconds."""
        return self._read_timeout

    async def initialize(self) -> None:
        """Open; again is harmless."""
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=self._connections, ssl=certificates()),
                headers={"User-Agent": self.USER_AGENT},
                cookie_jar=aiohttp.DummyCookieJar(),
                proxy=proxy_for(self._server),
            )

    async def shutdown(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,
        write_timeout: Any = BaseRequest.DEFAULT_NONE,
        connect_timeout: Any = BaseRequest.DEFAULT_NONE,
        pool_timeout: Any = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """The status and body. Raises NotOpenError, and NetworkError, also when a proxy or a broken server answered."""
        if self._session is None:
            raise NotOpenError("this request is not initialized")
        wait = self._read_timeout if isinstance(read_timeout, DefaultValue) else read_timeout
        timeout = aiohttp.ClientTimeout(sock_connect=CONNECT_TIMEOUT_SECONDS, sock_read=wait)
        try:
            async with self._session.request(method, url, data=_form(request_data), timeout=timeout) as answer:
                status, body = answer.status, await answer.read()
        except TimeoutError as error:
            raise TimedOut from error
        except (aiohttp.ClientError, OSError) as error:
            # The library's own words may name the address, and with it the token.
            raise NetworkError(type(error).__name__) from error
        return status, _checked(status, body)


def proxy_for(address: str) -> str | None:
    """The proxy that the system's settings name for an address. Asked once: aiohttp would ask at every request."""
    parts = urlsplit(address)
    if parts.hostname is None or proxy_bypass(parts.hostname):
        return None
    return getproxies().get(parts.scheme)


def _form(data: RequestData | None) -> aiohttp.FormData | None:
    if data is None or (not (values := data.json_parameters) and not data.contains_files):
        return None
    form = aiohttp.FormData(values)
    for name, (file_name, content, kind) in (data.multipart_data if data.contains_files else {}).items():
        form.add_field(name, content, filename=file_name, content_type=kind)
    return form


def _checked(status: int, body: bytes) -> bytes:
    try:
        answer = json.loads(body.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        answer = None
    if not isinstance(answer, dict) or (status < 300 and answer.get("result") is None):
        raise NetworkError(f"HTTP {status} with a body that is not the Bot API's")
    return body
