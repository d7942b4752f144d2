"""What is on now, in memory from the database: pages wait for the next step, answers are checked against it."""

from __future__ import annotations

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from functools import partial

from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, select

from bot.contest.chats import tell, to_tell
from bot.contest.intake import Intake, LiveAnswer
from bot.contest.rounds import ASKED, ENDED, SHOWN, Live, Seat, close_due, is_due, live_contests, live_state
from bot.store.contest_signals import ADDRESS, note_mark
from bot.store.contest_tables import Contest, ContestParticipant
from bot.store.contests import beat, beat_due
from bot.store.database import Database
from bot.store.tables import Chat, utc_now
from lessons.contest.draw import options_for
from lessons.contest.rules import moment

LOOK_SECONDS = 0.5  # how soon another program's step, or the end of a round, is seen
REMEMBERED = 50_000  # sessions whose seat is known, some MB


class Verdict(StrEnum):
    """What a player is told of an answer."""

    KEPT = "kept"
    LATE = "late"
    OLD = "old"


class Hub:
    """Live contests of this program."""

    def __init__(self, database: Database, on_sent: Callable[[], None] = lambda: None) -> None:
        """``on_sent`` is told when something was left in the outbox."""
        self._database = database
        self._on_sent = on_sent
        self._intake = Intake(database)
        self._lives: dict[int, Live] = {}
        self._changed: defaultdict[tuple[int, bool], asyncio.Event] = defaultdict(asyncio.Event)
        self._seats: dict[tuple[int, str], int] = {}
        self._marked: set[tuple[int, str]] = set()
        self._task: asyncio.Task[None] | None = None
        self._closing = False

    async def start(self) -> None:
        """Take up what was on before a restart, then look for steps."""
        await self._beat()  # the time in which nothing ran costs nobody who plays
        await self._look()
        self._task = asyncio.create_task(self._run(), name="live-contests")

    async def stop(self) -> None:
        """Let every page go; it comes back to the next server."""
        self._closing = True
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        for event in self._changed.values():
            event.set()

    @property
    def closing(self) -> bool:
        """Whether the server stops."""
        return self._closing

    def live(self, contest_id: int) -> Live | None:
        """Where a contest is, as far as this program has seen."""
        return self._lives.get(contest_id)

    async def find(self, code: str) -> Live | None:
        """The live contest that an address names."""
        for one in self._lives.values():
            if one.code == code:
                return one
        statement = select(Contest.id).where(Contest.code == code)
        contest_id = await self._database.read(lambda session: session.exec(statement).first())
        return None if contest_id is None else await self.refresh(contest_id)

    async def refresh(self, contest_id: int) -> Live | None:
        """Read where a contest is and wake who waits for it when that has changed."""
        now = utc_now()
        before = self._lives.get(contest_id)
        fresh = await self._database.read(lambda session: live_state(session, contest_id, now, before))
        if fresh is None:
            self._lives.pop(contest_id, None)
        else:
            self._lives[contest_id] = fresh
        if fresh != before:
            self._wake(contest_id, steps=False)
        if fresh is None or before is None or fresh.step != before.step:
            self._wake(contest_id, steps=True)
            self._on_sent()
        return fresh

    def _wake(self, contest_id: int, steps: bool) -> None:
        event = self._changed.pop((contest_id, steps), None)
        if event is not None:
            event.set()

    async def wait(self, contest_id: int, seconds: float, steps: bool) -> None:
        """Until something of a contest changes (``steps``: something that players see), or so many seconds."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._changed[contest_id, steps].wait(), seconds)

    async def seat(self, live: Live, address: str) -> Seat | None:
        """The seat of a web chat's person; None for who has none."""
        known = self._seats.get((live.id, address))
        if known is None:
            known = await self._database.read(lambda session: _seat_of(session, live.id, address))
            if known is None:
                return None
            if len(self._seats) > REMEMBERED:
                self._seats.clear()
            self._seats[live.id, address] = known
        if known not in live.seats:
            fresh = await self.refresh(live.id)
            return None if fresh is None else fresh.seats.get(known)
        return live.seats[known]

    async def answer(
        self, live: Live, seat: Seat, number: int, option: int, at: datetime
    ) -> tuple[Verdict, int | None]:
        """Keep an answer to the present question; the place of the option that counts among the player's own.

        ``at`` is when the request came, before it waited for anything.
        """
        question, opened, closes = live.question, live.opened, live.closes
        if question is None or opened is None or closes is None or number != live.number:
            return Verdict.OLD, None
        options = [one.id for one in options_for(question, live.seed, seat.code)]
        if not 0 <= option < len(options):
            return Verdict.OLD, None
        # One that came in time is kept even when this program was slow to look at it: nothing had been told yet.
        if moment(at) > moment(closes) or (live.closed is not None and at >= live.closed):
            return Verdict.LATE, None
        given = LiveAnswer(live.id, seat.id, number, opened, at, options[option])
        return Verdict.KEPT, options.index(await self._intake.keep(given))

    async def mark(self, live: Live, seat: Seat, address: str) -> None:
        """Note, once, the hash of the line a player plays from."""
        if (seat.id, address) in self._marked:
            return
        self._marked.add((seat.id, address))

        def unit(session: Session) -> None:
            contest, row = session.get_one(Contest, live.id), session.get(ContestParticipant, seat.id)
            if row is not None:
                note_mark(session, contest, seat.id, ADDRESS, address)

        await self._database.write(unit)

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            with contextlib.suppress(SQLAlchemyError):  # tried again; the database has its own alert
                await self._beat()
                await self._look()

    async def _beat(self) -> None:
        now = utc_now()
        if await self._database.read(lambda session: beat_due(session, now)):
            await self._database.write(lambda session: beat(session, now), urgent=True)

    async def _look(self) -> None:
        for contest_id in await self._database.read(live_contests):
            live = self._lives.get(contest_id)
            if live is not None and live.phase == ASKED and is_due(live, utc_now()):
                await self._database.write(partial(close_due, contest_id=contest_id, now=utc_now()), urgent=True)
            fresh = await self.refresh(contest_id)
            if fresh is not None and fresh.phase in (SHOWN, ENDED):
                await self._tell(contest_id)

    async def _tell(self, contest_id: int) -> None:
        """Players in chats learn what came of the round."""
        now = utc_now()
        if not await self._database.read(partial(to_tell, contest_id=contest_id, now=now)):
            return
        told = await self._database.write(partial(tell, contest_id=contest_id, now=now))
        if told:
            self._on_sent()


def _seat_of(session: Session, contest_id: int, address: str) -> int | None:
    return session.exec(
        select(ContestParticipant.id)
        .join(Chat, Chat.person_id == ContestParticipant.person_id)  # type: ignore[arg-type]
        .where(ContestParticipant.contest_id == contest_id, Chat.channel == "web", Chat.address == address)
    ).first()
