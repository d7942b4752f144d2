"""How fast Telegram's webhook takes updates: each is answered 200 once it is stored. Beside a bare aiohttp route.

Posts come over 64 connections at once, as fast as they are answered, while the server also answers the people behind
them. The client writes prepared bytes and reads no more than the status, so that it is not what is measured.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import tempfile
import time
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.harness import Row, percentile
from benchmarks.serving import build_index
from benchmarks.support.programs import SERVE, on_index
from benchmarks.support.telegram import telegram

POSTS = 6_000  # a round
ROUNDS = 9  # of the bare route and ours in turn: a machine's speed changes from one minute to the next
WARM_UP = 500
CONNECTIONS = 64
CHATS = 500
SHARE = 0.4  # of what the bare route takes
P99_SECONDS = 0.050
COMMIT_SECONDS = 0.010  # injected into every commit
SLOW_RATE = 500.0  # a second, with that delay
SECRET = "a-long-webhook-secret_1"
PATH = "/webhooks/telegram"
BARE = ("-m", "benchmarks.support.bare_route")
SLOW = ("-m", "benchmarks.support.slow_commit")


@dataclass(slots=True)
class Posted:
    """What came of the posts."""

    seconds: float = 0.0
    waits: list[float] = field(default_factory=list)
    refused: int = 0

    @property
    def rate(self) -> float:
        """Posts a second."""
        return len(self.waits) / self.seconds

    @property
    def p99(self) -> float:
        """Seconds that 99 % of the posts waited at most."""
        return percentile(self.waits, 0.99)

    def __str__(self) -> str:
        refused = f", {self.refused} refused" if self.refused else ""
        return f"{self.rate:,.0f}/s, p99 {self.p99 * 1000:.0f} ms{refused}"


def update(number: int) -> bytes:
    """The request of one update: somebody asks something."""
    chat = 1 + number % CHATS
    body = json.dumps(
        {
            "update_id": 900_000_000 + number,
            "message": {
                "message_id": number,
                "date": 1_790_000_000,
                "chat": {"id": chat, "type": "private", "first_name": "Lan"},
                "from": {"id": chat, "is_bot": False, "first_name": "Lan", "language_code": "vi"},
                "text": "Quên passcode VNeID thì làm thế nào?",
            },
        }
    ).encode()
    head = (
        f"POST {PATH} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"X-Telegram-Bot-Api-Secret-Token: {SECRET}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def _connection(port: int, requests: Sequence[bytes], posted: Posted) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for request in requests:
        begin = time.perf_counter()
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
        await reader.readexactly(int(length.split(b":")[1]))
        posted.waits.append(time.perf_counter() - begin)
        posted.refused += not head.startswith(b"HTTP/1.1 200")
    writer.close()


async def post(port: int, first: int, count: int) -> Posted:
    """Post ``count`` updates, numbered from ``first``, over CONNECTIONS connections."""
    requests = [update(number) for number in range(first, first + count)]
    posted = Posted()
    begin = time.perf_counter()
    await asyncio.gather(*(_connection(port, requests[lane::CONNECTIONS], posted) for lane in range(CONNECTIONS)))
    posted.seconds = time.perf_counter() - begin
    return posted


def measured(command: Sequence[str], index: Path, settings: dict[str, str], posts: int) -> Posted:
    """Start a program on a new database, post to it, stop it."""
    with ExitStack() as stack:
        people = stack.enter_context(telegram())
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        program = on_index(index, folder, {**people.settings(), **settings}, command)
        program.set("BDHVS_PUBLIC_URL", program.address)
        program.set("BDHVS_TELEGRAM_WEBHOOK_SECRET", SECRET)
        program.start()
        stack.callback(program.kill)
        program.wait()
        people.act("add_chats", count=CHATS)
        while asyncio.run(post(program.port, 0, WARM_UP)).refused:
            time.sleep(0.2)  # it refuses until it has connected to Telegram
        return asyncio.run(post(program.port, WARM_UP, posts))


def rows(scale: float) -> Iterable[Row]:
    """The rate beside the bare route, and with slow commits."""
    posts = max(CONNECTIONS, round(POSTS * scale))
    with tempfile.TemporaryDirectory() as name:
        build_index(Path(name))
        index = Path(name) / "indexes"
        in_turn = [(measured(BARE, index, {}, posts), measured(SERVE, index, {}, posts)) for _ in range(ROUNDS)]
        slow = measured(SLOW, index, {"BENCHMARK_COMMIT_SECONDS": str(COMMIT_SECONDS)}, posts)
    how = f"{ROUNDS} times {posts} Telegram updates of {CHATS} chats over {CONNECTIONS} connections to each, in turn, "
    how += "SQLite, synchronous FULL, while the server answers them; client on the same machine; medians"
    shares = [ours.rate / bare.rate for bare, ours in in_turn]
    rate = statistics.median(ours.rate for _, ours in in_turn)
    bare_rate, share = statistics.median(bare.rate for bare, _ in in_turn), statistics.median(shares)
    refused = sum(ours.refused for _, ours in in_turn)
    yield Row(
        "Channels",
        f"webhook stored and accepted: at least {SHARE:.0%} of a bare aiohttp route",
        f"{rate:,.0f}/s" + (f", {refused} refused" if refused else ""),
        f"{bare_rate:,.0f}/s",
        share,
        holds=share >= SHARE and not refused,
        how=f"{how}; shares {', '.join(f'{one:.0%}' for one in shares)}",
    )
    p99 = statistics.median(ours.p99 for _, ours in in_turn)
    yield Row(
        "Channels",
        f"webhook p99 at most {P99_SECONDS * 1000:.0f} ms at {CONNECTIONS} concurrent",
        f"{p99 * 1000:.0f} ms",
        ratio=p99 / P99_SECONDS,
        holds=p99 <= P99_SECONDS,
        how="the same runs; ratio to the limit",
    )
    yield Row(
        "Channels",
        f"with {COMMIT_SECONDS * 1000:.0f} ms in every commit still {SLOW_RATE:.0f} updates a second",
        str(slow),
        ratio=slow.rate / SLOW_RATE,
        holds=slow.rate >= SLOW_RATE and not slow.refused,
        how=f"{posts} updates with a pause injected into every commit; ratio to the limit",
    )
