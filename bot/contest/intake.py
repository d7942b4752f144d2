"""Answers of a live contest: those that come during a commit are written together in the next, once each."""

from __future__ import annotations

import asyncio
from datetime import datetime
from functools import partial
from typing import NamedTuple

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from bot.store.contest_tables import ContestAnswer
from bot.store.database import Database
from bot.store.sql import table_of

AT_ONCE = 256  # answers in one statement: six values each, far below what SQLite takes


class LiveAnswer(NamedTuple):
    """An answer as it is kept; ``received_at`` was stamped when its request came."""

    contest_id: int
    participant_id: int
    number: int
    asked_at: datetime
    received_at: datetime
    chosen: str


class Intake:
    """``keep`` returns when the answer is committed."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: list[tuple[LiveAnswer, asyncio.Future[str]]] = []
        self._task: asyncio.Task[None] | None = None

    async def keep(self, answer: LiveAnswer) -> str:
        """Store it unless the question was answered before; the option that counts. Raises SQLAlchemyError."""
        done: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._waiting.append((answer, done))
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._write(), name="contest-answers")
        return await done

    async def _write(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:AT_ONCE], self._waiting[AT_ONCE:]
            answers = [answer for answer, _ in batch]
            try:
                chosen = await self._database.write(partial(_store, answers=answers), urgent=True)
            except Exception as error:  # noqa: BLE001 - handed to each who waits
                for _, done in batch:
                    if not done.done():
                        done.set_exception(error)
                continue
            for answer, done in batch:
                if not done.done():
                    done.set_result(chosen[answer.participant_id, answer.number])


def _store(session: Session, answers: list[LiveAnswer]) -> dict[tuple[int, int], str]:
    """Insert what is new; the option that is stored for each, which for a repeated answer is the first."""
    make = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    rows = list({(one.participant_id, one.number): one._asdict() for one in reversed(answers)}.values())
    session.connection().execute(make(table_of(ContestAnswer)).on_conflict_do_nothing(), rows)
    who, numbers = {one.participant_id for one in answers}, {one.number for one in answers}
    kept = session.exec(
        select(ContestAnswer.participant_id, ContestAnswer.number, ContestAnswer.chosen).where(
            col(ContestAnswer.participant_id).in_(who), col(ContestAnswer.number).in_(numbers)
        )
    )
    return {(participant, number): chosen for participant, number, chosen in kept}
