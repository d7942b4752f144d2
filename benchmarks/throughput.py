"""Messages a second through POST /api/chat, from many chats at once, beside a bare aiohttp route.

A message goes the whole way: stored in the inbox, answered by the conversation, its replies stored in the outbox and
read back. The bare route reads the same JSON and writes a reply of the same size.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

from benchmarks.harness import Row, percentile, running, wait_for
from benchmarks.serving import answers, build_index, free_port, served, shipped_questions

CHATS = 64  # at once
MESSAGES = 4000
REPLAYS = 50  # messages sent a second time with the same id


@dataclass(slots=True)
class Flood:
    """What came back."""

    seconds: float = 0.0
    waits: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    unanswered: int = 0
    cited: int = 0
    replies: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        rate = len(self.waits) / self.seconds
        return (
            f"{rate:,.0f}/s, p50 {percentile(self.waits, 0.5) * 1000:.0f} ms, "
            f"p99 {percentile(self.waits, 0.99) * 1000:.0f} ms"
        )


async def one_chat(client: aiohttp.ClientSession, address: str, texts: Sequence[str], flood: Flood, name: str) -> str:
    """Send the messages of one chat in order; returns its session."""
    session = ""
    for place, text in enumerate(texts):
        identifier = f"{name}-{place}"
        begin = time.perf_counter()
        async with client.post(
            f"{address}/api/chat", json={"session": session, "message_id": identifier, "text": text}
        ) as response:
            body = await response.json()
        flood.waits.append(time.perf_counter() - begin)
        flood.statuses[response.status] += 1
        session = body.get("session", session)
        flood.unanswered += not body.get("replies")
        flood.cited += any(reply.get("citations") for reply in body.get("replies") or ())
        flood.replies[identifier] = (session, text, body.get("replies"))
    return session


async def flood(address: str, questions: Sequence[str], messages: int) -> Flood:
    """Send ``messages`` from CHATS chats at once."""
    result, each = Flood(), max(1, messages // CHATS)
    connector = aiohttp.TCPConnector(limit=CHATS)
    async with aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar()) as client:
        begin = time.perf_counter()
        await asyncio.gather(
            *(
                one_chat(
                    client,
                    address,
                    [questions[(chat * each + n) % len(questions)] for n in range(each)],
                    result,
                    str(chat),
                )
                for chat in range(CHATS)
            )
        )
        result.seconds = time.perf_counter() - begin
    return result


async def replayed_differently(address: str, result: Flood, count: int) -> int:
    """Send some messages again with the same id; how many were answered otherwise than the first time."""
    different = 0
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as client:
        for identifier, (session, text, replies) in list(result.replies.items())[-count:]:
            body = {"session": session, "message_id": identifier, "text": text}
            async with client.post(f"{address}/api/chat", json=body) as response:
                different += (await response.json()).get("replies") != replies
    return different


def bare_server(port: int) -> None:
    """The bare route: JSON in, JSON out, nothing between."""

    async def chat(request: web.Request) -> web.Response:
        body = await request.json()
        return web.json_response({"session": body["session"] or "0" * 32, "replies": [{"text": body["text"] * 5}]})

    async def ready(_request: web.Request) -> web.Response:
        return web.json_response({"status": "ready"})

    application = web.Application()
    application.add_routes([web.post("/api/chat", chat), web.get("/readyz", ready)])
    web.run_app(application, host="127.0.0.1", port=port, print=None, access_log=None)


def bare_flood(folder: Path, questions: Sequence[str], messages: int) -> Flood:
    """The same flood against the bare route."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "benchmarks.throughput", str(port)]
    with running(command, {}, folder / "bare.log"):
        wait_for(lambda: answers(address), 30, "an answer of the bare route")
        return asyncio.run(flood(address, questions, messages))


def rows(scale: float) -> Iterable[Row]:
    """The rate, and whether every message was answered, and once."""
    messages = max(CHATS, round(MESSAGES * scale))
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        build_index(data)
        questions = shipped_questions(data)
        with served(data) as server:
            began = len(server.said())
            ours = asyncio.run(flood(server.address, questions, messages))
            different = asyncio.run(replayed_differently(server.address, ours, round(REPLAYS * max(scale, 0.1))))
            errors = server.said()[began:].count("Traceback")
        bare = bare_flood(data, questions, messages)
    rate, bare_rate = (len(one.waits) / one.seconds for one in (ours, bare))
    yield Row(
        "House",
        "inbound messages a second through POST /api/chat, answered",
        str(ours),
        str(bare),
        rate / bare_rate,
        how=f"{len(ours.waits)} questions from {CHATS} chats at once, SQLite, client on the same machine; "
        "baseline: a bare aiohttp route in a process of its own",
    )
    trouble = {status: count for status, count in ours.statuses.items() if status != 200}
    yield Row(
        "House",
        "every message is answered once, and the same id gets the same replies",
        f"{ours.unanswered} unanswered, {different} replayed differently, {errors} errors logged"
        + (f", statuses {trouble}" if trouble else ""),
        holds=not (ours.unanswered or different or errors or trouble),
        how=f"during the flood above; {ours.cited / len(ours.waits):.0%} of the answers were cited",
    )


if __name__ == "__main__":
    bare_server(int(sys.argv[1]))
