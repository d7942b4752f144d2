"""A broadcast to 30,000 Telegram accounts on the emulator, its clock four times as fast; and replies meanwhile.

2 % of the accounts have blocked the bot, three calls are answered 429, the server is killed twice with SIGKILL. The
emulator keeps Telegram's limit of 30 messages a second (by its clock) and refuses what passes it. Afterwards the store
and the emulator's journal are compared. Replies are timed at the true pace: questions by somebody else, first while
nothing is sent, then while a broadcast runs at 25 a second.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

from sqlalchemy import create_engine, text
from sqlalchemy.engine import Engine

from benchmarks.harness import Row, percentile, wait_for
from benchmarks.serving import build_index
from benchmarks.support.programs import Program
from benchmarks.support.telegram import Telegram, telegram
from bot.channels.message import Reply
from bot.channels.message_json import reply_to_json
from bot.delivery.pacing import TELEGRAM_PACE
from bot.delivery.reach import Audience
from bot.store.consents import MESSAGES
from bot.store.database import Database
from bot.store.migrate import upgrade
from bot.store.tables import Broadcast, Chat, Consent, Person, Ward

TIME_LIMIT = 900.0
ACCOUNTS = 30_000
BLOCKED_EVERY = 50
SPEED = 4.0
ASKED_TO_WAIT = 3
WAIT_SECONDS = 2
KILLS = 2
RATE_SHARE = 0.97
REPLY_LIMIT = 2.0
PROBES = 60
PROBE_PAUSE = 0.25
QUESTION = "Quên passcode VNeID thì làm thế nào?"
ANYTIME = "benchmarks.support.no_night"


@dataclass(frozen=True, slots=True)
class Sent:
    """What was found when the broadcast was over."""

    accounts: int
    rate: float
    """Calls a second by the emulator's clock while the broadcast ran, without starts and pauses asked for."""
    refused: int
    """429 beyond those that were scripted."""
    duplicates: int
    missing: int
    """Recipients that are neither sent, failed nor unknown, or are wrong about it."""
    unknown: int
    in_flight: int
    unmarked: int
    """Accounts that blocked the bot and are not marked."""

    @property
    def holds(self) -> bool:
        """Whether every count is as it must be; the rate is judged apart."""
        exact = not (self.refused or self.duplicates or self.missing or self.unmarked)
        return exact and self.unknown <= self.in_flight

    def __str__(self) -> str:
        return (
            f"{self.refused} own 429, {self.duplicates} duplicates, {self.missing} unaccounted, {self.unknown} unknown "
            f"({self.in_flight} in flight), {self.unmarked} blocked unmarked"
        )


def settle_people(database: Database, accounts: int) -> None:
    """A ward with so many residents on Telegram."""

    def unit(session: object) -> None:
        now = datetime.now(UTC)
        session.add(Ward(code="hung-dao", name="Phường Hưng Đạo"))  # type: ignore[attr-defined]
        session.flush()  # type: ignore[attr-defined]
        session.execute(  # type: ignore[attr-defined]
            Person.__table__.insert(),  # type: ignore[attr-defined]
            [{"id": number, "ward_code": "hung-dao", "created_at": now} for number in range(1, accounts + 1)],
        )
        session.execute(  # type: ignore[attr-defined]
            Consent.__table__.insert(),  # type: ignore[attr-defined]
            [
                {"person_id": number, "purpose": MESSAGES, "version": "1", "given_at": now, "how": "self"}
                for number in range(1, accounts + 1)
            ],
        )
        session.execute(  # type: ignore[attr-defined]
            Chat.__table__.insert(),  # type: ignore[attr-defined]
            [
                {
                    "id": number, "channel": "telegram", "address": str(number), "person_id": number, "state": {},
                    "reachable": True, "created_at": now, "last_seen_at": now,
                }
                for number in range(1, accounts + 1)
            ],
        )  # fmt: skip

    database.write_now(unit)


def announce(database: Database, accounts: int) -> None:
    """The broadcast, confirmed."""
    row = Broadcast(
        ward_code="hung-dao",
        body=reply_to_json(Reply("Mời bà con đến lớp tối thứ tư tại nhà văn hóa.")),
        audience=Audience().to_json(),
        recipients=accounts,
        author="Mai",
        status="scheduled",
        start_at=datetime.now(UTC) - timedelta(minutes=1),
    )
    database.write_now(lambda session: session.add(row))


def prepare(folder: Path, index: Path, accounts: int, people: Telegram) -> Engine:
    """A data folder whose database has the people."""
    shutil.copytree(index, folder / "indexes")
    url = f"sqlite:///{folder / 'bdhvs.sqlite3'}"
    database = Database(url)
    upgrade(database.engine, folder / "backups")
    settle_people(database, accounts)
    announce(database, accounts)
    database.close()
    people.act("add_chats", count=accounts)
    return create_engine(url)


def statuses(engine: Engine) -> dict[str, int]:
    """How many messages of the broadcast are in which status."""
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT status, count(*) FROM outbox WHERE broadcast_id = 1 GROUP BY status"))
        return {str(status): int(count) for status, count in rows}


def ended(engine: Engine) -> bool:
    """Whether the broadcast is over."""
    with engine.connect() as connection:
        return connection.execute(text("SELECT status FROM broadcast")).scalar_one() == "done"


def send_to_all(accounts: int, index: Path, speed: float = SPEED) -> Sent:
    """Run the broadcast with its trouble, the emulator's clock and the configured rate so many times as fast."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        people = stack.enter_context(telegram())
        engine = prepare(folder, index, accounts, people)
        stack.callback(engine.dispose)
        blocked = list(range(BLOCKED_EVERY, accounts + 1, BLOCKED_EVERY))
        people.act("users_block", chats=blocked)
        people.act("switches", clock_speed=speed, limit_overall=True)
        settings = {**people.settings(), "BDHVS_TELEGRAM_PER_SECOND": str(TELEGRAM_PACE.per_second * speed)}
        program = Program(folder, settings, ("-m", ANYTIME))
        program.start()
        stack.callback(program.kill)
        in_flight = 0
        for part in range(1, KILLS + ASKED_TO_WAIT + 1):
            goal = accounts * part // (KILLS + ASKED_TO_WAIT + 1)
            wait_for(lambda goal=goal: sum(statuses(engine).values()) >= goal or ended(engine), 600, "a part", 0.2)  # type: ignore[misc]
            if part % 2:
                people.act(
                    "fail_next", method="sendMessage", fault={"status": 429, "description": "Too Many Requests",
                    "retry_after": WAIT_SECONDS},
                )  # fmt: skip
            else:
                program.kill()
                in_flight += statuses(engine).get("sending", 0)
                program.start()
        wait_for(lambda: ended(engine), 600, "the end of the broadcast", 0.5)
        return judge(engine, people, blocked, accounts, in_flight)


def judge(engine: Engine, people: Telegram, blocked: list[int], accounts: int, in_flight: int) -> Sent:
    """Compare the store with the journal."""
    journal = people.journal()
    arrived: dict[int, int] = {}
    for call in journal:
        if call["status"] == 200:
            chat = int(call["parameters"]["chat_id"])
            arrived[chat] = arrived.get(chat, 0) + 1
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT chat_id, status FROM outbox WHERE broadcast_id = 1")).all()
        marked = {int(row[0]) for row in connection.execute(text("SELECT id FROM chat WHERE NOT reachable"))}
    known = {int(chat): str(status) for chat, status in rows}
    wrong = sum(
        (status == "sent") != (arrived.get(chat, 0) == 1) for chat, status in known.items() if status != "unknown"
    )
    unknown = sum(status == "unknown" for status in known.values())
    missing = accounts - len(known) + wrong + sum(status in ("waiting", "held", "sending") for status in known.values())
    scripted = sum(call["status"] == 429 for call in journal)
    return Sent(
        accounts=accounts,
        rate=steady_rate([float(call["at"]) for call in journal]),
        refused=max(0, scripted - ASKED_TO_WAIT),
        duplicates=sum(count - 1 for count in arrived.values() if count > 1),
        missing=missing,
        unknown=unknown,
        in_flight=in_flight,
        unmarked=len(set(blocked) - marked - {chat for chat, status in known.items() if status == "unknown"}),
    )


def steady_rate(moments: list[float]) -> float:
    """Calls a second without the gaps of a second and more (by the server's own clock): starts and asked pauses."""
    gaps = [later - earlier for earlier, later in pairwise(moments)]
    running = [gap for gap in gaps if gap < SPEED]
    return len(running) / sum(running) if running else 0.0


def reply_times(accounts: int, index: Path) -> tuple[float, float]:
    """95th percentile of seconds to a reply: idle, and while a broadcast runs at the true pace."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        people = stack.enter_context(telegram())
        engine = prepare(folder, index, accounts, people)
        stack.callback(engine.dispose)
        with engine.begin() as connection:
            connection.execute(text("UPDATE broadcast SET status = 'paused'"))
        settings = {**people.settings(), "BDHVS_TELEGRAM_PER_SECOND": str(TELEGRAM_PACE.per_second)}
        program = Program(folder, settings, ("-m", ANYTIME))
        program.start()
        stack.callback(program.kill)
        program.wait()
        probe(people, accounts + 1, 8)  # warm
        idle = probe(people, accounts + 100, PROBES)
        with engine.begin() as connection:
            connection.execute(text("UPDATE broadcast SET status = 'scheduled'"))
        wait_for(lambda: statuses(engine).get("sent", 0) > 20, 60, "the broadcast", 0.1)
        busy = probe(people, accounts + 1000, PROBES)
        return percentile(idle, 0.95), percentile(busy, 0.95)


def probe(people: Telegram, first: int, count: int) -> list[float]:
    """Seconds until the first reply, for strangers who each ask once."""
    waits = []
    for chat in range(first, first + count):
        asked = people.act("clock")
        people.write([(chat, QUESTION)])
        wait_for(lambda chat=chat: people.act("sent_to", chat_id=chat), 30, "a reply", 0.02)  # type: ignore[misc]
        waits.append(float(people.act("sent_to", chat_id=chat)) - float(asked))
        time.sleep(PROBE_PAUSE)
    return waits


def rows(scale: float) -> Iterable[Row]:
    """The broadcast, and replies beside it."""
    accounts = max(600, round(ACCOUNTS * scale))
    with tempfile.TemporaryDirectory() as name:
        build_index(Path(name))
        index = Path(name) / "indexes"
        sent = send_to_all(accounts, index)
        idle, busy = reply_times(max(1500, accounts // 10), index)
    pace = TELEGRAM_PACE.per_second
    yield Row(
        "Channels",
        f"broadcast to {accounts}: at least {RATE_SHARE:.0%} of the configured rate while running",
        f"{sent.rate:.1f}/s",
        f"{pace:.0f}/s",
        sent.rate / pace,
        holds=sent.rate >= RATE_SHARE * pace,
        how=f"by the emulator's clock, {SPEED:.0f} times as fast; gaps of the kills and of the asked pauses left out",
    )
    yield Row(
        "Channels",
        "no own 429, no duplicates, every recipient accounted for, unknown ≤ in flight, all blocked marked",
        str(sent),
        holds=sent.holds,
        how=f"2 % blocked, {ASKED_TO_WAIT} scripted 429, {KILLS} SIGKILLs; counted in store and journal",
    )
    yield Row(
        "Channels",
        f"reply while a broadcast runs: p95 at most {REPLY_LIMIT:.0f} x idle",
        f"{busy * 1000:.0f} ms",
        f"{idle * 1000:.0f} ms",
        busy / idle,
        holds=busy <= REPLY_LIMIT * idle,
        how=f"{PROBES} questions of strangers, one after the other, broadcast at {pace:.0f}/s",
    )
