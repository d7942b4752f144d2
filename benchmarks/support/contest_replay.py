"""An open contest replayed as fast as the program's own code takes it, and counted again."""

from __future__ import annotations

import asyncio
import random
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import insert, text
from sqlmodel import Session, select

from bot.conversation.ports import ChatContext
from bot.store.contest_play import ContestRepository
from bot.store.contest_setup import ContestPlan, create
from bot.store.contest_tables import Contest, ContestAnswer, ContestParticipant
from bot.store.contests import OPEN, log_of, questions_of
from bot.store.database import Database, make_engine
from bot.store.migrate import upgrade
from bot.store.sql import table_of
from bot.store.tables import Chat, Person, utc_now
from bot.store.wards import register_wards
from knowledge.wards import load_wards
from lessons.catalogue import load_courses
from lessons.contest.draw import Wanted, options_for, order_for
from lessons.contest.rules import Rules
from lessons.contest.score import scores

REPLAYED_QUESTIONS = 10
AT_ONCE = 64  # people in hand at once


@dataclass(frozen=True, slots=True)
class Replayed:
    """An open contest replayed: seconds for the answers and for as many bare rows, and whose score is wrong."""

    people: int
    answers: int
    seconds: float
    bare_seconds: float
    wrong: int


def replay(url: str, attempts: int) -> Replayed:
    """So many answers, of a tenth as many people, through the program's own code on a migrated database."""
    engine = make_engine(url)
    upgrade(engine, Path("never-used"))
    database, chance = Database(url), random.Random(7)
    catalogue = load_courses()
    try:
        joining = partial(_prepared, catalogue=catalogue, people=-(-attempts // REPLAYED_QUESTIONS))
        contest_id, people = database.write_now(joining)
        choices = {person: [chance.randrange(2) for _ in range(REPLAYED_QUESTIONS)] for person in people}
        begin = time.monotonic()
        asyncio.run(_replayed(database, contest_id, choices))
        seconds = time.monotonic() - begin
        wrong = database.read_now(partial(_differing, contest_id=contest_id, choices=choices))
        bare = _bare(database)
        return Replayed(len(people), len(people) * REPLAYED_QUESTIONS, seconds, bare, wrong)
    finally:
        database.close()
        engine.dispose()


def _prepared(session: Session, catalogue: Any, people: int) -> tuple[int, list[int]]:
    register_wards(session, load_wards().wards)
    now = utc_now()
    plan = ContestPlan(
        "Mở", now - timedelta(days=1), now + timedelta(days=9), Rules(), "Lan",
        wanted=Wanted({1: REPLAYED_QUESTIONS}), boards=("people",),
    )  # fmt: skip
    row = create(session, "hung-dao", plan, catalogue)
    row.status = OPEN
    session.add(Chat(id=1, channel="web", address="a", state={}))
    session.execute(insert(table_of(Person)), [{"ward_code": "hung-dao", "created_at": now}] * people)
    return row.id or 0, [number for number in session.exec(select(Person.id)) if number]


async def _replayed(database: Database, contest_id: int, choices: dict[int, list[int]]) -> None:
    places = asyncio.Semaphore(AT_ONCE)

    async def one(person: int, chosen: list[int]) -> None:
        async with places:
            at = utc_now()
            await database.write(partial(_begin, contest_id=contest_id, person=person, at=at))
            for place, option in enumerate(chosen, 1):
                await database.write(
                    partial(_tap, contest_id=contest_id, person=person, place=place, option=option, at=utc_now())
                )

    await asyncio.gather(*(one(person, chosen) for person, chosen in choices.items()))


def _begin(session: Session, contest_id: int, person: int, at: datetime) -> None:
    contests = ContestRepository(session)
    seat = contests.join(contest_id, person, "nickname", ChatContext(1, "web"), at)
    assert seat is not None
    contests.next_question(seat.id, at)


def _tap(session: Session, contest_id: int, person: int, place: int, option: int, at: datetime) -> None:
    contests = ContestRepository(session)
    seat = contests.seats(contest_id, person)[-1]
    contests.answer(seat.id, place, option, 1, at)
    contests.next_question(seat.id, at)


def _differing(session: Session, contest_id: int, choices: dict[int, list[int]]) -> int:
    """How many have not as many right answers as what they tapped gives."""
    contest = session.get_one(Contest, contest_id)
    questions = {number: question for number, (_row, question) in questions_of(session, contest_id).items()}
    found = scores(log_of(session, contest))
    wrong = 0
    for seat in session.exec(select(ContestParticipant).where(ContestParticipant.contest_id == contest_id)):
        order = order_for(list(questions), contest.seed, seat.code)
        tapped = choices[seat.person_id or 0]
        right = sum(
            options_for(questions[number], contest.seed, seat.code)[option].id in questions[number].correct
            for number, option in zip(order, tapped, strict=True)
        )
        wrong += found[seat.code].right != right or found[seat.code].answered != len(tapped)
    return wrong + abs(len(found) - len(choices))


def _bare(database: Database) -> float:
    """Seconds to insert the same rows a second time into a bare copy of the table, an answer a statement."""

    def unit(session: Session) -> float:
        session.execute(text("CREATE TABLE bare_answer AS SELECT * FROM contest_answer WHERE 1 = 0"))
        rows = session.execute(select(*table_of(ContestAnswer).columns)).all()  # type: ignore[call-overload]
        names = [column.name for column in table_of(ContestAnswer).columns]
        statement = text(f"INSERT INTO bare_answer ({', '.join(names)}) VALUES ({', '.join(':' + n for n in names)})")
        begin = time.monotonic()
        for row in rows:
            session.execute(statement, dict(zip(names, row, strict=True)))
        return time.monotonic() - begin

    return database.write_now(unit)
