"""A live contest of 2,000 players on the web and as many in chats as pacing allows, its server killed three times, and
an open one replayed on PostgreSQL.

Every player keeps the stream of events open, thinks for a moment, taps an option by chance and sends it until it is
acknowledged. Judged is what the store says afterwards, against what the players sent: which option, and that the time
that counts lies between sending and acknowledgement. Points are computed again here, by other code than the program's.
"""

from __future__ import annotations

import asyncio
import random
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp
from sqlmodel import Session, col, select

from benchmarks.harness import Row, percentile, wait_for
from benchmarks.serving import build_index
from benchmarks.support.contest_chats import ChatPlayers, add_chat_players, chat_room
from benchmarks.support.contest_replay import AT_ONCE, REPLAYED_QUESTIONS, replay
from benchmarks.support.programs import Program, postgres
from bot.contest.rounds import close_due, finish, open_next
from bot.store.contest_tables import (
    Contest,
    ContestAnswer,
    ContestOutage,
    ContestParticipant,
    ContestRound,
)
from bot.store.contests import freeze, log_of, questions_of
from bot.store.database import Database, make_engine
from bot.store.migrate import upgrade
from bot.store.tables import utc_now
from bot.store.wards import register_wards
from knowledge.wards import load_wards
from lessons.catalogue import load_courses
from lessons.contest.capacity import SHARE
from lessons.contest.rules import Rules
from lessons.contest.score import scores
from lessons.contest.verify import verify
from lessons.models import Question
from tests.contest.live import WebPlayer, add_players, live_contest

TIME_LIMIT = 1500.0
PLAYERS, QUESTIONS, SECONDS = 2000, 20, 20
THINKING = 8.0  # seconds a player takes at most: an answer arrives every 4 ms
KILLS = 3
ACKNOWLEDGED_LIMIT, SEEN_LIMIT, BACK_LIMIT = 0.5, 2.0, 5.0
ATTEMPTS = 50_000  # an attempt is an answered question, as in the log of lessons
OPEN_FILES = 16_384
REVEAL = 3.0  # seconds in which the hall looks at the answer before the next question
ROUND_LIMIT = 180.0  # seconds of a round, with a restart in it on a busy machine
RETRY = 0.3
CHAT_LOOK_LIMIT = 0.5  # seconds after which a player in a chat has looked, on a busy machine


@dataclass(slots=True)
class Sent:
    """What one player sent for one question: the option's words, and when (wall clock)."""

    option: str
    begun: float
    acknowledged: float = 0.0
    tries: int = 0


@dataclass(slots=True)
class Played:
    """What all players did and saw."""

    thinking: float = THINKING
    sent: dict[tuple[str, int], Sent] = field(default_factory=dict)
    seen: defaultdict[int, dict[str, float]] = field(default_factory=lambda: defaultdict(dict))
    killed: set[int] = field(default_factory=set)
    back: list[float] = field(default_factory=list)
    opened: dict[int, float] = field(default_factory=dict)
    chats: ChatPlayers | None = None


async def play(http: aiohttp.ClientSession, address: str, code: str, session: str, played: Played) -> None:
    """One player until the contest ends; the stream is opened again whenever it breaks."""
    player, chance = WebPlayer(http, address, code, session), random.Random(session)
    waiting: set[asyncio.Task[None]] = set()
    while True:
        with suppress(aiohttp.ClientError, ConnectionError, TimeoutError):
            async for state in player.states():
                if state["phase"] == "ended":
                    await asyncio.gather(*waiting)
                    return
                number = state["number"]
                if state["phase"] != "asked" or (session, number) in played.sent:
                    continue
                played.seen[number][session] = time.time()
                place = chance.randrange(len(state["options"]))
                played.sent[session, number] = Sent(state["options"][place], 0.0)
                task = asyncio.create_task(_answer(player, session, number, place, chance.random(), played))
                waiting.add(task)
                task.add_done_callback(waiting.discard)
        await asyncio.sleep(RETRY)


async def _answer(player: WebPlayer, session: str, number: int, place: int, share: float, played: Played) -> None:
    await asyncio.sleep(share * played.thinking)
    sent = played.sent[session, number]
    sent.begun = time.time()
    while True:
        sent.tries += 1
        with suppress(aiohttp.ClientError, ConnectionError, TimeoutError):
            status, said = await player.answer(number, place)
            if status == 200:
                if said["verdict"] == "kept":
                    sent.acknowledged = time.time()
                return
        await asyncio.sleep(RETRY)


async def lead(database: Database, contest_id: int, program: Program, kills: Sequence[int], played: Played) -> None:
    """Ask one question after the other; kill the server in the middle of some."""
    for number in range(1, _count(database, contest_id) + 1):
        await asyncio.to_thread(database.write_now, partial(_open, contest_id=contest_id))
        played.opened[number] = time.time()
        if number in kills:
            await asyncio.sleep(played.thinking / 2)
            await asyncio.to_thread(program.kill)
            played.killed.add(number)
            begin = time.monotonic()
            await asyncio.to_thread(program.start)
            await asyncio.to_thread(program.wait)
            played.back.append(time.monotonic() - begin)
        await asyncio.to_thread(_wait_until_closed, database, contest_id)
        await asyncio.sleep(REVEAL)
    await asyncio.to_thread(database.write_now, partial(_finish, contest_id=contest_id))


def _count(database: Database, contest_id: int) -> int:
    return len(database.read_now(lambda session: questions_of(session, contest_id)))


def _open(session: Session, contest_id: int) -> None:
    open_next(session, session.get_one(Contest, contest_id), utc_now())


def _finish(session: Session, contest_id: int) -> None:
    close_due(session, contest_id, utc_now())
    finish(session, session.get_one(Contest, contest_id), utc_now())


def _wait_until_closed(database: Database, contest_id: int) -> None:
    wait_for(
        lambda: not database.read_now(partial(_is_open, contest_id=contest_id)), ROUND_LIMIT, "the round's end", 0.2
    )


def _is_open(session: Session, contest_id: int) -> bool:
    statement = select(ContestRound.id).where(
        ContestRound.contest_id == contest_id, col(ContestRound.closed_at).is_(None)
    )
    return session.exec(statement).first() is not None


async def hall(program: Program, code: str, sessions: Sequence[str], leading: Any, played: Played) -> None:
    """All players at once, and who leads."""
    assert played.chats is not None
    connector = aiohttp.TCPConnector(limit=0)
    limits = aiohttp.ClientTimeout(total=None, sock_connect=30)
    async with (
        played.chats.running(program.address) as settings,
        aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar(), timeout=limits) as http,
    ):
        for name, value in settings.items():
            program.set(name, value)
        await asyncio.to_thread(program.start)
        await asyncio.to_thread(program.wait)
        players = [asyncio.create_task(play(http, program.address, code, one, played)) for one in sessions]
        chatting = asyncio.create_task(played.chats.play())
        await asyncio.sleep(min(10.0, 1 + len(sessions) / 200))  # all are in before the first question
        await leading
        done, late = await asyncio.wait(players, timeout=60)
        for task in (*late, chatting):
            task.cancel()
        await asyncio.gather(*done, *late, chatting, return_exceptions=True)


@dataclass(frozen=True, slots=True)
class Judged:
    """What was found afterwards."""

    answers: int
    lost: int
    """Acknowledged answers that are not stored, or with another option."""
    unplaced: int
    """Stored times that do not lie between sending and acknowledgement."""
    wrong_scores: int
    """Scores that differ from those computed here."""
    file_problems: int

    @property
    def holds(self) -> bool:
        """Whether everything is exact."""
        return not (self.lost or self.unplaced or self.wrong_scores or self.file_problems)

    def __str__(self) -> str:
        return (
            f"{self.answers} answers, {self.lost} acknowledged ones lost, {self.unplaced} times outside of sending and "
            f"acknowledgement, {self.wrong_scores} scores differ, {self.file_problems} problems in the frozen file"
        )


def judge(database: Database, contest_id: int, played: Played, sessions: Sequence[str]) -> Judged:
    """Compare the store with what the players know of themselves."""

    def unit(session: Session) -> Judged:
        contest = session.get_one(Contest, contest_id)
        questions = {number: question for number, (_row, question) in questions_of(session, contest_id).items()}
        seats = session.exec(select(ContestParticipant).order_by(col(ContestParticipant.id))).all()
        owner = {seat.id: (secret, seat.code) for seat, secret in zip(seats, sessions, strict=True)}
        outages = [(one.started_at, one.ended_at) for one in session.exec(select(ContestOutage))]
        rows = session.exec(select(ContestAnswer).where(ContestAnswer.contest_id == contest_id)).all()
        points: defaultdict[str, int] = defaultdict(int)
        stored, unplaced = {}, 0
        for row in rows:
            secret, code = owner[row.participant_id]
            sent, question = played.sent[secret, row.number], questions[row.number]
            stored[secret, row.number] = question.option(row.chosen).text
            # The clocks of both are the same machine's; a millisecond is what rounding may take.
            inside = sent.begun - 0.002 <= row.received_at.timestamp() <= (sent.acknowledged or 1e12) + 0.002
            unplaced += not (inside and _asked_after(played, secret, row))
            points[code] += _points(contest, question, sent.option, row, outages)
        lost = sum(stored.get(key) != sent.option for key, sent in played.sent.items() if sent.acknowledged)
        ours = scores(log_of(session, contest))
        wrong = sum(ours[code].points != points[code] for _secret, code in owner.values())
        freeze(session, contest, utc_now() + timedelta(minutes=1))
        problems = verify(contest.result_file or "").problems
        return Judged(len(rows), lost, unplaced, wrong, len(problems))

    return database.write_now(unit)


def _asked_after(played: Played, key: str, row: ContestAnswer) -> bool:
    """Whether the clock of a player in a chat began after the question was there; a killed server may not know."""
    chats = played.chats
    if chats is None or row.number in played.killed or key not in chats.seen[row.number]:
        return True
    # The player looks now and then, so that it was there earlier than seen.
    return row.asked_at.timestamp() >= chats.seen[row.number][key] - CHAT_LOOK_LIMIT


def _points(
    contest: Contest, question: Question, option: str, row: ContestAnswer, outages: Sequence[tuple[datetime, datetime]]
) -> int:
    """The rules once more, in seconds and by what the player sent."""
    rules = Rules.from_json(contest.rules)
    if question.option(question.correct[0]).text != option:
        return 0
    stood = sum(
        (max(timedelta(0), min(end, row.received_at) - max(start, row.asked_at)) for start, end in outages),
        timedelta(0),
    )
    # Milliseconds are cut off on both ends, as the rules say.
    thought = (_cut(row.received_at) - _cut(row.asked_at)) - round(stood / timedelta(milliseconds=1))
    used = max(0, thought - rules.allowance_ms)
    whole = rules.seconds_per_question * 1000
    return rules.points + rules.time_bonus * (whole - used) // whole if used <= whole else 0


def _cut(at: datetime) -> int:
    return int(at.timestamp()) * 1000 + at.microsecond // 1000


def many_files() -> None:
    """As many open connections as there are players, where the system asks for permission."""
    if sys.platform != "win32":
        import resource

        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        wanted = OPEN_FILES if hard == resource.RLIM_INFINITY else min(OPEN_FILES, hard)
        if soft < wanted:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def live(folder: Path, players: int, questions: int, kills: int, thinking: float = THINKING) -> tuple[Played, Judged]:
    """A whole live contest."""
    many_files()
    url = f"sqlite:///{(folder / 'bdhvs.sqlite3').as_posix()}"
    engine = make_engine(url)
    upgrade(engine, folder / "backups")
    engine.dispose()
    database, played = Database(url), Played(thinking)
    try:
        database.write_now(lambda session: register_wards(session, load_wards().wards))
        contest_id, code = live_contest(database, load_courses(), questions, SECONDS)
        sessions = add_players(database, contest_id, players)
        carried = chat_room(Rules(seconds_per_question=SECONDS), questions)
        counts = {name: max(1, round(room * min(1.0, players / PLAYERS))) for name, room in carried.items()}
        in_chats = add_chat_players(database, contest_id, counts)
        played.chats = ChatPlayers(in_chats, played.sent, thinking)
        program = Program(folder, {"BDHVS_DATABASE_URL": url})
        when = [round((kill + 1) * questions / (kills + 1)) for kill in range(kills)]
        leading = lead(database, contest_id, program, when, played)
        try:
            asyncio.run(hall(program, code, sessions, leading, played))
        finally:
            program.kill()
        return played, judge(database, contest_id, played, [*sessions, *in_chats])
    finally:
        database.close()


def rows(scale: float) -> Iterable[Row]:
    """The bars of issue 9."""
    players, questions = max(20, round(PLAYERS * scale)), QUESTIONS if scale >= 1 else 4
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        build_index(data)
        played, judged = live(data, players, questions, KILLS if scale >= 1 else 1)
    yield from live_rows(played, judged, players, questions)
    with postgres(durable=True) as server:
        done = replay(server.create("contest"), max(50, round(ATTEMPTS * scale)))
    ours, bare = done.answers / done.seconds, done.answers / done.bare_seconds
    yield Row(
        "9",
        "open contest replayed on PostgreSQL: every score exact",
        f"{done.answers} answers of {done.people} people, {ours:,.0f} answers/s, {done.wrong} scores wrong",
        f"{bare:,.0f} bare inserts/s",
        ours / bare,
        not done.wrong,
        how=f"{REPLAYED_QUESTIONS} questions a person through the conversation's repository, {AT_ONCE} at once; "
        "baseline: the same rows, one INSERT each, in one transaction",
    )


def live_rows(played: Played, judged: Judged, players: int, questions: int) -> Iterable[Row]:
    """What a live contest says."""
    quiet = [number for number in played.opened if number not in played.killed]
    assert played.chats is not None
    in_chats = frozenset(played.chats.keys)
    answered = [(key, one) for (key, number), one in played.sent.items() if one.acknowledged and number in quiet]
    waits = [one.acknowledged - one.begun for key, one in answered if key not in in_chats]
    told = [one.acknowledged - one.begun for key, one in answered if key in in_chats]
    p95 = percentile(waits, 0.95)
    spread = [max(played.seen[number].values()) - played.opened[number] for number in quiet]
    all_saw = all(len(played.seen[number]) == players for number in quiet)
    yield Row(
        "9",
        "live contest: every score equals what the players sent, through kills; no acknowledged answer lost",
        str(judged),
        holds=judged.holds and all_saw,
        how=f"{players} players on the web, {len(in_chats)} in chats, {questions} questions, {len(played.back)} "
        "SIGKILLs, SQLite; Telegram and Zalo emulated, as many there as the program lets in",
    )
    yield Row(
        "9",
        f"p95 from answer to acknowledgement (stored) <= {ACKNOWLEDGED_LIMIT * 1000:.0f} ms",
        f"{p95 * 1000:.0f} ms",
        holds=p95 <= ACKNOWLEDGED_LIMIT,
        how=f"{len(waits)} answers within {THINKING:.0f} s of each question, rounds without a kill",
    )
    yield Row(
        "9",
        f"question at all web players within {SEEN_LIMIT:.0f} s",
        f"{max(spread):.2f} s" + ("" if all_saw else ", not at all of them"),
        holds=all_saw and max(spread) <= SEEN_LIMIT,
        how="from the commit of the round by another program to the last player's event, the slowest question",
    )
    yield Row(
        "9",
        f"back within {BACK_LIMIT:.0f} s of each kill",
        ", ".join(f"{one:.1f} s" for one in played.back),
        holds=max(played.back, default=0.0) <= BACK_LIMIT,
        how="from the start command to the first answer of /readyz, with the players reconnecting",
    )
    late = [max(played.chats.seen[number].values(), default=0.0) - played.opened[number] for number in quiet]
    reached = all(len(played.chats.seen[number]) == len(in_chats) for number in quiet)
    yield Row(
        "9",
        f"question at all players in chats within a quarter of its time ({SECONDS * SHARE:.0f} s)",
        f"{max(late):.2f} s; p95 from answer to acknowledgement {percentile(told, 0.95) * 1000:.0f} ms"
        + ("" if reached else ", not at all of them"),
        holds=reached and max(late) <= SECONDS * SHARE,
        how=f"{len(in_chats)} players on the emulators of Telegram and Zalo, the slowest question",
    )
