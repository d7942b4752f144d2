"""Agreements of persons: noting one, taking one back, and asking for those in force in a query."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, exists, update
from sqlmodel import Session, col, select

from bot.conversation.purposes import MESSAGES as MESSAGES
from bot.store.tables import Consent, Person

SELF, SPOKEN, GUARDIAN = "self", "spoken", "guardian"


def agreed_to(purpose: str) -> ColumnElement[bool]:
    """For a query over Person: an agreement of theirs to this purpose is in force."""
    given = select(Consent.id).where(
        col(Consent.person_id) == col(Person.id), col(Consent.purpose) == purpose, col(Consent.withdrawn_at).is_(None)
    )
    return exists(given.correlate(Person))


def in_force(session: Session, person_id: int) -> Sequence[Consent]:
    """The agreements of a person, oldest first."""
    return session.exec(
        select(Consent)
        .where(Consent.person_id == person_id, col(Consent.withdrawn_at).is_(None))
        .order_by(col(Consent.id))
    ).all()


def give(
    session: Session,
    person_id: int,
    purpose: str,
    version: str,
    at: datetime,
    how: str = SELF,
    witness_id: int | None = None,
) -> None:
    """Note an agreement, once a purpose and wording."""
    if any((row.purpose, row.version) == (purpose, version) for row in in_force(session, person_id)):
        return
    session.add(
        Consent(person_id=person_id, purpose=purpose, version=version, given_at=at, how=how, witness_id=witness_id)
    )
    session.flush()


def withdraw(session: Session, person_id: int, purpose: str, at: datetime) -> None:
    """Take every agreement to a purpose back; that it was given once stays noted with the person."""
    session.execute(
        update(Consent)
        .where(
            col(Consent.person_id) == person_id, col(Consent.purpose) == purpose, col(Consent.withdrawn_at).is_(None)
        )
        .values(withdrawn_at=at)
    )
