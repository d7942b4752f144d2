"""What is to be sent before a line is open, or after it is closed, waits: it is not the message that is wrong."""

from __future__ import annotations

import httpx
import pytest

from bot.channels.base import NotConnectedError
from bot.channels.http import exchange
from bot.channels.telegram_client import build_client, our_errors

NOBODY = "http://127.0.0.1:9"


async def test_zalo_after_its_line_was_closed() -> None:
    client = httpx.AsyncClient()
    await client.aclose()
    with pytest.raises(NotConnectedError, match="Zalo"):
        await exchange(client, "Zalo", "POST", NOBODY)


async def test_telegram_before_its_line_is_open_and_where_nobody_listens() -> None:
    client = build_client(f"1:{'a' * 35}", NOBODY)
    for _ in range(2):
        with pytest.raises(NotConnectedError), our_errors(client):
            await client.send_text("1", "câu trả lời", None)
        await client.request.initialize()
    await client.request.shutdown()
