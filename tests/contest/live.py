"""A live contest with players on the web, without browsers: for tests and the benchmark alike."""

from __future__ import annotations

import json
import secrets
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import aiohttp
from sqlmodel import Session, select

from bot.channels.web import SESSION_COOKIE, address_of
from bot.store.contest_setup import ContestPlan, create
from bot.store.contest_tables import Contest, ContestParticipant, ContestRound
from bot.store.contests import LIVE_KIND, OPEN, new_code
from bot.store.database import Database
from bot.store.tables import Chat, Person, ResidentialGroup, utc_now
from lessons.catalogue import Catalogue
from lessons.contest.draw import Wanted
from lessons.contest.rules import Rules

WARD = "hung-dao"


def live_contest(
    database: Database, catalogue: Catalogue, questions: int, seconds: int = 30, practice: int = 0
) -> tuple[int, str]:
    """An opened live contest; (id, code)."""

    def unit(session: Session) -> tuple[int, str]:
        now = utc_now()
        rules = Rules(seconds_per_question=seconds, minimum_players=1)
        plan = ContestPlan(
            "Rung chuông vàng", now - timedelta(minutes=1), now + timedelta(hours=3), rules, "Lan", LIVE_KIND,
            wanted=Wanted({1: questions}), practice=practice,
        )  # fmt: skip
        row = create(session, WARD, plan, catalogue)
        row.status, row.alive_at = OPEN, now
        return row.id or 0, row.code

    return database.write_now(unit)


def add_players(database: Database, contest_id: int, count: int) -> list[str]:
    """People of a group who have joined on the web; their sessions."""
    sessions = [secrets.token_hex(16) for _ in range(count)]

    def unit(session: Session) -> None:
        group = ResidentialGroup(ward_code=WARD, name=f"Tổ {new_code()}", join_code=new_code())
        session.add(group)
        session.flush()
        people = [Person(ward_code=WARD, group_id=group.id) for _ in sessions]
        session.add_all(people)
        session.flush()
        for person, secret in zip(people, sessions, strict=True):
            session.add(Chat(channel="web", address=address_of(secret), person_id=person.id, ward_code=WARD))
            session.add(
                ContestParticipant(
                    contest_id=contest_id, code=new_code(), player=new_code(), person_id=person.id,
                    group_id=group.id, channel="web", joined_at=utc_now(),
                )
            )  # fmt: skip

    database.write_now(unit)
    return sessions


class WebPlayer:
    """One player's side: the stream and the answers."""

    def __init__(self, http: aiohttp.ClientSession, url: str, code: str, session: str) -> None:
        self.http, self.base = http, f"{url}/thi/{code}"
        self.headers = {"Cookie": f"{SESSION_COOKIE}={session}"}

    async def states(self) -> AsyncIterator[dict[str, Any]]:
        """What the page is told, as it comes."""
        async with self.http.get(f"{self.base}/events", headers=self.headers) as response:
            response.raise_for_status()
            async for line in response.content:
                if line.startswith(b"data: "):
                    yield json.loads(line[6:])

    async def state(self) -> dict[str, Any]:
        """What the page is told first."""
        stream = self.states()
        try:
            return await anext(stream)
        finally:
            await stream.aclose()  # type: ignore[attr-defined]

    async def answer(self, number: Any, option: Any, **headers: str) -> tuple[int, dict[str, Any]]:
        """Send an answer; (status, what was said)."""
        body = {"number": number, "option": option}
        async with self.http.post(f"{self.base}/answer", json=body, headers={**self.headers, **headers}) as response:
            return response.status, await response.json()


def close_round(database: Database, contest_id: int) -> None:
    """The time of the present question is over."""

    def unit(session: Session) -> None:
        rounds = session.exec(select(ContestRound).where(ContestRound.contest_id == contest_id)).all()
        rounds[-1].closed_at = utc_now()

    database.write_now(unit)


def contest_row(database: Database, contest_id: int) -> Contest:
    """The contest as it is stored."""
    return database.read_now(lambda session: session.get_one(Contest, contest_id))
