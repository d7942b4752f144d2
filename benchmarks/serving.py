"""How soon the server answers after it is started, how much memory it takes, and how soon it stops."""

from __future__ import annotations

import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.harness import ROOT, Row, resident_mib, running, wait_for

START_LIMIT = 3.0  # seconds from the command to the first answer, with an index and a database from before
MEMORY_LIMIT = 250.0  # MiB resident with the shipped material, after it has answered
STOP_LIMIT = 5.0  # seconds from SIGTERM to the end
FIRST_START_LIMIT = 300.0  # seconds; the first start builds the index, which is not what is measured
STARTS = 5
ASKED = 200  # questions before memory is read: caches are warm, as in a ward at work
INDEX_LIMIT = 600.0


@dataclass(frozen=True, slots=True)
class Served:
    """A running server."""

    address: str
    process: subprocess.Popen[bytes]
    seconds: float
    """From the command to the first answer of /readyz."""
    log: Path

    def said(self) -> str:
        """What it wrote until now."""
        return self.log.read_text(encoding="utf-8", errors="replace")


def free_port() -> int:
    """A port nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(data: Path, port: int = 0) -> dict[str, str]:
    """Settings of a server on its own data folder, without the channels of whoever runs this."""
    return {
        "BDHVS_DATA_DIR": str(data),
        "BDHVS_PORT": str(port),
        "BDHVS_TELEGRAM_TOKEN": "",
        "BDHVS_ZALO_BOT_TOKEN": "",
    }


def build_index(data: Path) -> None:
    """Build the index of the shipped material in a data folder."""
    command = [sys.executable, "-m", "bot", "index", "build"]
    subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, **environment(data)},
        check=True,
        stdout=subprocess.DEVNULL,
        timeout=INDEX_LIMIT,
    )


def answers(address: str) -> bool:
    """Whether the server says it is ready."""
    try:
        with urllib.request.urlopen(f"{address}/readyz", timeout=2) as response:
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError):
        return False


@contextmanager
def served(data: Path, more: Mapping[str, str] | None = None) -> Iterator[Served]:
    """Run ``bdhvs serve`` until the block ends. Raises TimeoutError, with its last words, when it does not answer."""
    port = free_port()
    address, log = f"http://127.0.0.1:{port}", data / "serve.log"
    command = [sys.executable, "-m", "bot", "serve"]
    with running(command, {**environment(data, port), **(more or {})}, log) as process:
        try:
            seconds = wait_for(
                lambda: process.poll() is not None or answers(address), FIRST_START_LIMIT, "an answer of /readyz"
            )
            if process.poll() is not None:
                raise RuntimeError("the server ended by itself")
        except (TimeoutError, RuntimeError) as error:
            raise type(error)(f"{error}; it said:\n{log.read_text(encoding='utf-8')[-2000:]}") from error
        yield Served(address, process, seconds, log)


def post(address: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """Send one message of the web chat."""
    request = urllib.request.Request(
        f"{address}/api/chat", json.dumps(body).encode(), {"Content-Type": "application/json"}, method="POST"
    )
    with urllib.request.urlopen(request, timeout=15) as response:
        answer: dict[str, Any] = json.load(response)
        return answer


def shipped_questions(data: Path) -> list[str]:
    """The phrasings that the shipped guides give, in the order of the index."""
    from bot.answering import current_index
    from knowledge.documents import DocumentKind
    from knowledge.index import load_index

    folder = current_index(data)
    assert folder is not None
    index = load_index(folder)
    seen: dict[str, None] = {}
    for ordinal in range(len(index)):
        passage = index.entry(ordinal).passage
        if passage.document.kind is DocumentKind.GUIDE:
            seen.update(dict.fromkeys(passage.questions))
    return list(seen)


def ask_some(address: str, questions: Sequence[str], count: int) -> None:
    """Ask in one conversation, one after the other."""
    session = ""
    for place in range(count):
        session = post(address, {"session": session, "text": questions[place % len(questions)]})["session"]


def stop(server: Served) -> float:
    """Send SIGTERM; the seconds until it is gone."""
    begin = time.perf_counter()
    server.process.send_signal(signal.SIGTERM)
    server.process.wait(30)
    return time.perf_counter() - begin


def rows(scale: float) -> Iterable[Row]:
    """Start, memory, stop."""
    starts, memory, stops = [], 0.0, []
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        build_index(data)
        questions = shipped_questions(data)
        for _ in range(1 + max(1, round(STARTS * scale))):
            with served(data) as server:
                starts.append(server.seconds)
                ask_some(server.address, questions, max(1, round(ASKED * scale)))
                memory = max(memory, resident_mib(server.process.pid))
                stops.append(stop(server))
    warm = statistics.median(starts[1:])
    yield Row(
        "House",
        f"warm start at most {START_LIMIT:.0f} s",
        f"{warm:.2f} s",
        ratio=warm / START_LIMIT,
        holds=warm <= START_LIMIT,
        how=f"median of {len(starts) - 1} from the command to the first answer of /readyz; ratio to the limit",
    )
    yield Row(
        "House",
        f"at most {MEMORY_LIMIT:.0f} MB resident with the shipped material",
        f"{memory:.0f} MB",
        ratio=memory / MEMORY_LIMIT,
        holds=memory <= MEMORY_LIMIT,
        how="highest VmRSS after questions in the web chat; ratio to the limit",
    )
    yield Row(
        "House",
        f"SIGTERM stops it within {STOP_LIMIT:.0f} s",
        f"{max(stops):.2f} s",
        ratio=max(stops) / STOP_LIMIT,
        holds=max(stops) <= STOP_LIMIT,
        how="slowest of all stops; ratio to the limit",
    )
