"""The Telegram emulator in a process of its own, and the people who write through it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from benchmarks.harness import ROOT

CALL_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Telegram:
    """A running emulator."""

    base_url: str
    control_url: str
    token: str

    def act(self, action: str, **arguments: Any) -> Any:
        """One of the emulator's control calls."""
        body = json.dumps(arguments).encode()
        return self._ask(urllib.request.Request(f"{self.control_url}/{action}", body, method="POST"))

    def write(self, messages: Sequence[tuple[int, str]]) -> int:
        """People write (chat, text); how many updates wait to be fetched."""
        return int(self.act("users_send", messages=messages))

    def waiting(self) -> int:
        """How many updates wait to be fetched."""
        return int(self.act("waiting_updates"))

    def journal(self, method: str = "sendMessage") -> list[dict[str, Any]]:
        """Every call of a method, in order of arrival."""
        calls: list[dict[str, Any]] = self._ask(urllib.request.Request(f"{self.control_url}/journal?method={method}"))
        return calls

    def sent_count(self) -> int:
        """How many messages the bot has sent."""
        return int(self.act("sent_count"))

    def settings(self) -> dict[str, str]:
        """Environment of a server that uses this emulator, unpaced."""
        return {
            "BDHVS_TELEGRAM_TOKEN": self.token,
            "BDHVS_TELEGRAM_BASE_URL": f"{self.base_url}/bot",
            "BDHVS_TELEGRAM_PER_SECOND": "0",
        }

    def _ask(self, request: urllib.request.Request) -> Any:
        request.add_header("Content-Type", "application/json")
        with urllib.request.urlopen(request, timeout=CALL_SECONDS) as response:
            return json.load(response)


@contextmanager
def telegram() -> Iterator[Telegram]:
    """Run the emulator until the block ends."""
    command = [sys.executable, "-m", "tests.emulators.telegram", "--no-validate"]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(ROOT)})
    assert process.stdout is not None
    try:
        yield Telegram(**json.loads(process.stdout.readline()))
    finally:
        process.kill()  # it keeps nothing
        process.wait()
        process.stdout.close()
