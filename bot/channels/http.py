"""What the HTTP clients of all platforms share."""

from __future__ import annotations

import logging
import ssl
from functools import cache

import httpx

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
