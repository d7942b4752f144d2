"""What is on now, in memory from the database: pages wait for the next step, answers are checked against it."""

from __future__ import annotations

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime
from enum import StrEnum
from functools import partial

from sqlmodel import Session, col, select

from bot.contest.chats import tell, to_tell
from bot.contest.intake import Intake, LiveAnswer
from bot.contest.rounds import ASKED, ENDED, SHOWN, Live, Seat, close_due, is_due, live_contests, live_state
from bot.contest.together import Together
from bot.repeating import every
from bot.store.contest_signals import ADDRESS, note_marks
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
        self._seat_numbers = Together(self._find_seats)
        self._codes = Together(self._find_codes)
        self._newest = Together(self._refresh_all)
        self._marked: set[tuple[int, int, str]] = set()
        self._marks = Together(self._write_marks)
        self._task: asyncio.Task[None] | None = None
        self._closing = False

    async def start(self) -> None:
        """Take up what was on before a restart, then look for steps."""
        await self._step()  # the time in which nothing ran costs nobody who plays
        self._task = asyncio.create_task(every("live contests", LOOK_SECONDS, self._step))

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
        return await self._codes.get(code)

    async def _refresh_all(self, contests: Sequence[int]) -> dict[int, Live]:
        found = [await self.refresh(number) for number in contests]
        return {live.id: live for live in found if live is not None}

    async def _find_codes(self, codes: Sequence[str]) -> dict[str, Live]:
        statement = select(Contest.id).where(col(Contest.code).in_(codes))
        numbers = await self._database.read(lambda session: session.exec(statement).all())
        found = await self._refresh_all([number for number in numbers if number is not None])
        return {live.code: live for live in found.values()}

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
            known = await self._seat_numbers.get((live.id, address))
            if known is None:
                return None
            if len(self._seats) > REMEMBERED:
                self._seats.clear()
            self._seats[live.id, address] = known
        if known not in live.seats:
            fresh = await self._newest.get(live.id)
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

    async def _find_seats(self, keys: Sequence[tuple[int, str]]) -> dict[tuple[int, str], int]:
        return await self._database.read(partial(_seats_of, keys=keys))

    async def mark(self, live: Live, seat: Seat, address: str) -> None:
        """Note, once, the hash of the line a player plays from."""
        key = (live.id, seat.id, address)
        if key not in self._marked:
            self._marked.add(key)
            await self._marks.get(key)

    async def _write_marks(self, keys: Sequence[tuple[int, int, str]]) -> dict[tuple[int, int, str], None]:
        """Before others' units: the hall is waiting."""
        await self._database.write(partial(_note_lines, keys=keys), urgent=True)
        return {}

    async def _step(self) -> None:
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


def _seats_of(session: Session, keys: Sequence[tuple[int, str]]) -> dict[tuple[int, str], int]:
    contests, addresses = {contest for contest, _ in keys}, [address for _, address in keys]
    rows = session.exec(
        select(ContestParticipant.contest_id, Chat.address, ContestParticipant.id)
        .join(Chat, Chat.person_id == ContestParticipant.person_id)  # type: ignore[arg-type]
        .where(
            col(ContestParticipant.contest_id).in_(contests), Chat.channel == "web", col(Chat.address).in_(addresses)
        )
        .order_by(col(ContestParticipant.id).desc())
    )
    return {(contest, address): seat for contest, address, seat in rows if seat is not None}


def _note_lines(session: Session, keys: Sequence[tuple[int, int, str]]) -> None:
    by_contest: defaultdict[int, list[tuple[int, str]]] = defaultdict(list)
    for contest_id, seat, address in keys:
        by_contest[contest_id].append((seat, address))
    for contest_id, marks in by_contest.items():
        note_marks(session, contest_id, ADDRESS, marks)
