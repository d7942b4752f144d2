"""Nothing lost, nothing counted twice: updates of Telegram while the server is killed again and again.

People write through the emulated Bot API, which delivers some updates twice and some out of order. Every update is a
question, so that it changes the chat's state once (questions are numbered), and every reply reaches the emulator. At
random moments a server is killed with SIGKILL and started again. Judged is what the store and the emulator's journal
say afterwards. On PostgreSQL three servers share the work behind a proxy and one of them is killed each time.
"""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import create_engine, text
from sqlalchemy.engine import Engine

from benchmarks.harness import Row
from benchmarks.serving import build_index
from benchmarks.support.programs import Program, Proxy, on_index, postgres
from benchmarks.support.telegram import Telegram, telegram

TIME_LIMIT = 1700.0
UPDATES = 20_000
KILLS = 50
DUPLICATE_EVERY = 10
REORDER_EVERY = 20
REPLICAS = 3
CHATS = 200
QUESTION = "Quên passcode VNeID thì làm thế nào?"  # answered from a guide, and numbered in the chat's state
WAITING = 600  # updates that wait at the emulator at most: it is no faster with more
CHUNK = 100
LONGEST_LIFE = 3.0  # seconds a server lives at most before it is killed, besides its start
QUIET_LIMIT = 300.0  # seconds until everything must be answered at the end
LEFTOVER_SECONDS = 1.0  # what is still being sent so long after a kill was in flight at the killed server
SECRET = "a-long-webhook-secret_1"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found when everything was quiet."""

    updates: int
    kills: int
    done: int
    """Inbox rows that are done."""
    twice: int
    """Updates whose effect or replies are there more or less than once."""
    lost: int
    """Replies that never reached the emulator."""
    duplicates: int
    """Messages in the emulator's journal beyond one a reply."""
    in_flight: int
    """Replies that were being sent at a kill, over all kills."""
    seconds: float

    @property
    def holds(self) -> bool:
        """Whether the bar holds."""
        exact = self.done == self.updates and not self.twice and not self.lost
        return exact and self.duplicates <= self.in_flight

    def __str__(self) -> str:
        return (
            f"{self.done} of {self.updates} done, {self.twice} not exactly once, {self.lost} replies lost, "
            f"{self.duplicates} duplicate replies ({self.in_flight} in flight at {self.kills} kills)"
        )


class Ordeal:
    """Servers that are killed while people write."""

    def __init__(self, people: Telegram, programs: list[Program], engine: Engine, seed: int) -> None:
        self._people = people
        self._programs = programs
        self._engine = engine
        self._random = random.Random(seed)
        self._written = 0
        self._waiting = 0
        self._in_flight = 0

    def run(self, updates: int, kills: int) -> Verdict:
        """Let people write ``updates`` messages and kill a server ``kills`` times meanwhile."""
        begin = time.monotonic()
        self._people.act("switches", duplicate_every=DUPLICATE_EVERY, reorder_every=REORDER_EVERY)
        self._people.act("switches", webhook_retry_seconds=0.1)
        first, *others = self._programs
        first.start()
        first.wait()  # it makes the tables
        for program in others:
            program.start()
        for program in others:
            program.wait()
        for kill in range(kills):
            self._write_until(updates * (kill + 1) // (kills + 1), self._random.uniform(0, LONGEST_LIFE))
            for program in self._programs:
                program.wait()  # one at a time is down
            self._kill(self._programs[kill % len(self._programs)])
        self._write_until(updates, QUIET_LIMIT)
        self._wait_until_quiet(updates)
        return self._judge(updates, kills, time.monotonic() - begin)

    def _write_until(self, share: int, seconds: float) -> None:
        """People write up to ``share`` messages in all; back after ``seconds``, or earlier at the end."""
        last = seconds == QUIET_LIMIT
        end = time.monotonic() + seconds
        while time.monotonic() < end and not (last and self._written >= share):
            if self._written < share and self._people.waiting() < WAITING:
                count = min(CHUNK, share - self._written)
                numbers = range(self._written, self._written + count)
                self._people.write([(1 + number % CHATS, QUESTION) for number in numbers])
                self._written += count
            time.sleep(0.02)

    def _kill(self, program: Program) -> None:
        program.kill()
        before = self._sending()
        if len(self._programs) > 1:
            time.sleep(LEFTOVER_SECONDS)  # what the living were sending is sent by now
        self._in_flight += len(before & self._sending())
        program.start()
        if len(self._programs) == 1:
            program.wait()  # its life counts from here; of several the others go on meanwhile

    def _sending(self) -> set[str]:
        with self._engine.connect() as connection:
            rows = connection.execute(text("SELECT attempt FROM outbox WHERE status = 'sending'"))
            return {str(row[0]) for row in rows}

    def _wait_until_quiet(self, updates: int) -> None:
        end = time.monotonic() + QUIET_LIMIT
        while time.monotonic() < end:
            with self._engine.connect() as connection:
                done = connection.execute(text("SELECT count(*) FROM inbox WHERE status <> 'new'")).scalar_one()
                wait = "SELECT count(*) FROM outbox WHERE status IN ('waiting', 'sending')"
                waiting = connection.execute(text(wait)).scalar_one()
            if done >= updates and not waiting:
                return
            time.sleep(0.2)

    def _judge(self, updates: int, kills: int, seconds: float) -> Verdict:
        journal = [call for call in self._people.journal() if call["status"] == 200]
        arrived = {str(call["message_id"]) for call in journal}
        with self._engine.connect() as connection:
            done = connection.execute(text("SELECT count(*) FROM inbox WHERE status = 'done'")).scalar_one()
            replies = connection.execute(text("SELECT platform_id, status FROM outbox")).all()
            answered = connection.execute(
                text("SELECT count(*) FROM (SELECT DISTINCT inbox_id FROM outbox) AS answered")
            ).scalar_one()
            states = connection.execute(text("SELECT state FROM chat")).all()
        heard = sum(_count(row[0]) for row in states)
        # The first message of a chat is answered and followed by the notice; every other one by its answer alone.
        expected = updates + len(states)
        twice = abs(heard - updates) + abs(answered - updates) + abs(len(replies) - expected)
        lost = sum(status != "sent" or str(number) not in arrived for number, status in replies)
        return Verdict(updates, kills, done, twice, lost, len(journal) - len(replies), self._in_flight, seconds)


def _count(state: object) -> int:
    import json

    value = json.loads(state) if isinstance(state, str) else state
    return int(value.get("count", 0)) if isinstance(value, dict) else 0


def on_sqlite(updates: int, kills: int, index: Path, seed: int = 1) -> Verdict:
    """One server on SQLite, polling."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        people = stack.enter_context(telegram())
        program = on_index(index, folder, people.settings())
        stack.callback(program.kill)
        engine = create_engine(f"sqlite:///{folder / 'bdhvs.sqlite3'}")
        stack.callback(engine.dispose)
        return Ordeal(people, [program], engine, seed).run(updates, kills)


def on_postgres(updates: int, kills: int, index: Path, seed: int = 2) -> Verdict:
    """Three servers on PostgreSQL behind a proxy, by webhook."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        people = stack.enter_context(telegram())
        url = stack.enter_context(postgres(durable=True)).create("bdhvs")
        settings = {**people.settings(), "BDHVS_DATABASE_URL": url, "BDHVS_TELEGRAM_WEBHOOK_SECRET": SECRET}
        programs = [on_index(index, folder / str(number), settings) for number in range(REPLICAS)]
        proxy = stack.enter_context(Proxy([program.port for program in programs]))
        for program in programs:
            program.set("BDHVS_PUBLIC_URL", f"http://127.0.0.1:{proxy.port}")
            stack.callback(program.kill)
        engine = create_engine(url)
        stack.callback(engine.dispose)
        return Ordeal(people, programs, engine, seed).run(updates, kills)


def rows(scale: float) -> Iterable[Row]:
    """SQLite, then PostgreSQL."""
    updates, kills = max(200, round(UPDATES * scale)), max(2, round(KILLS * scale))
    with tempfile.TemporaryDirectory() as folder:
        build_index(Path(folder))
        index = Path(folder) / "indexes"
        for name, run in (("SQLite", on_sqlite), (f"PostgreSQL, {REPLICAS} replicas", on_postgres)):
            verdict = run(updates, kills, index)
            yield Row(
                "Channels",
                f"{updates} updates, {kills} SIGKILLs, {name}: exactly once, no reply lost, duplicates ≤ in flight",
                str(verdict),
                holds=verdict.holds,
                how=f"{1 / DUPLICATE_EVERY:.0%} of the updates twice, {1 / REORDER_EVERY:.0%} out of order, "
                f"{CHATS} chats, {verdict.seconds:.0f} s; duplicates counted from the emulator's journal",
            )
