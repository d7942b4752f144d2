"""Answers of a live contest: those that come during a commit are written together in the next, once each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlmodel import Session, col, select

from bot.store.contest_tables import ContestAnswer
from bot.store.database import Database
from bot.store.gathering import Gathering
from bot.store.sql import insert_into

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
        self._gathering = Gathering(database, _store, AT_ONCE)

    async def keep(self, answer: LiveAnswer) -> str:
        """Store it unless the question was answered before; the option that counts.

        Raises SQLAlchemyError, DatabaseClosedError.
        """
        return await self._gathering.put(answer)


def _store(session: Session, answers: Sequence[LiveAnswer]) -> list[str]:
    """Insert what is new; the option that is stored for each, which for a repeated answer is the first."""
    rows = list({(one.participant_id, one.number): one._asdict() for one in reversed(answers)}.values())
    session.connection().execute(insert_into(session, ContestAnswer).on_conflict_do_nothing(), rows)
    who, numbers = {one.participant_id for one in answers}, {one.number for one in answers}
    kept = session.exec(
        select(ContestAnswer.participant_id, ContestAnswer.number, ContestAnswer.chosen).where(
            col(ContestAnswer.participant_id).in_(who), col(ContestAnswer.number).in_(numbers)
        )
    )
    chosen = {(participant, number): option for participant, number, option in kept}
    return [chosen[one.participant_id, one.number] for one in answers]
