"""Programs around the one that is measured: killed and started again, behind a proxy, beside a database server."""

from __future__ import annotations

import asyncio
import os
import random
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmarks.harness import ROOT, wait_for
from benchmarks.serving import answers, environment, free_port
from tests.support.postgres import Server, start_server, stop_server

READY_LIMIT = 120.0  # seconds until a started server answers, on a busy machine
SERVE = ("-m", "bot", "serve")


class Program:
    """``bdhvs serve`` on its data folder, or another module of ours; killed and started again at will."""

    def __init__(self, data: Path, settings: Mapping[str, str], command: Sequence[str] = SERVE) -> None:
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.log = data / "serve.log"
        self._command = [sys.executable, *command]
        self._environment = {**os.environ, **environment(data, self.port), **settings}
        self._process: subprocess.Popen[bytes] | None = None

    def set(self, name: str, value: str) -> None:
        """Another setting, from the next start on."""
        self._environment[name] = value

    def start(self) -> None:
        """Start it; it may not answer yet."""
        with self.log.open("ab") as output:
            self._process = subprocess.Popen(
                self._command, cwd=ROOT, env=self._environment, stdout=output, stderr=subprocess.STDOUT
            )

    def wait(self) -> None:
        """Return once it answers. Raises RuntimeError with its last words when it ends by itself."""
        wait_for(lambda: self._ended() or answers(self.address), READY_LIMIT, "an answer of /readyz")
        if self._ended():
            raise RuntimeError(f"the server ended by itself: {self.said()[-1500:]}")

    def kill(self) -> None:
        """SIGKILL: no time to put anything in order."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(30)

    def said(self) -> str:
        """What it wrote until now."""
        return self.log.read_text(encoding="utf-8", errors="replace")

    def _ended(self) -> bool:
        return self._process is None or self._process.poll() is not None


def on_index(index: Path, folder: Path, settings: Mapping[str, str], command: Sequence[str] = SERVE) -> Program:
    """A program on a new data folder that has a copy of the index already."""
    shutil.copytree(index, folder / "indexes")
    return Program(folder, settings, command)


class Proxy:
    """A TCP proxy in a thread: every connection goes to one of the ports that answer, by chance."""

    def __init__(self, ports: Sequence[int], seed: int = 1) -> None:
        self.port = free_port()
        self._ports = list(ports)
        self._random = random.Random(seed)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> Proxy:
        self._thread.start()
        serving = asyncio.start_server(self._connected, "127.0.0.1", self.port)
        self._server = asyncio.run_coroutine_threadsafe(serving, self._loop).result(10)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._server.close)
        asyncio.run_coroutine_threadsafe(_cancel_all(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for port in self._random.sample(self._ports, len(self._ports)):
            try:
                away_reader, away_writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                continue
            await asyncio.gather(_pump(reader, away_writer), _pump(away_reader, writer))
            return
        writer.close()


async def _cancel_all() -> None:
    others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except OSError:
        pass
    finally:
        writer.close()


@contextmanager
def postgres(durable: bool) -> Iterator[Server]:
    """A PostgreSQL server of this benchmark's own; ``durable`` flushes at every commit, as a ward's server does."""
    with tempfile.TemporaryDirectory(prefix="bdhvs-pg-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # the server's account must reach its folder below
        server = start_server(folder / "server", durable=durable)
        try:
            yield server
        finally:
            stop_server(server.folder)
