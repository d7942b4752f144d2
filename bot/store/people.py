"""Residents who agreed to be remembered; bot/conversation/ports.py says what each method promises."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete
from sqlmodel import Session, col, select

from bot.conversation.minors import CODE_KIND
from bot.conversation.ports import ChatContext, PersonView
from bot.conversation.purposes import BOARD, CHILD, LEARNING
from bot.store import consents
from bot.store.forget import forget_learning, forget_person
from bot.store.linking import hashed
from bot.store.tables import Consent, LinkCode, Person, utc_now

CALLED_LIMIT = 40  # characters of a name to be called by: one line on a phone


class PersonRepository:
    """Over one Session."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def enrol(self, chat: ChatContext, purpose: str, version: str, at: datetime) -> PersonView:
        person = self._session.get(Person, chat.person_id) if chat.person_id else None
        person = person or self._made(chat, at)
        consents.give(self._session, person.id or 0, purpose, version, at)
        return self._view(person)

    def _made(self, chat: ChatContext, at: datetime) -> Person:
        person = Person(ward_code=chat.ward_code, group_id=chat.group_id, created_at=at)
        self._session.add(person)
        self._session.flush()
        chat.person_id = person.id
        return person

    def get(self, person_id: int) -> PersonView | None:
        row = self._session.get(Person, person_id)
        return None if row is None else self._view(row)

    def move(self, person_id: int, ward_code: str | None, group_id: int | None) -> None:
        person = self._session.get_one(Person, person_id)
        person.ward_code, person.group_id = ward_code, group_id

    def rename(self, person_id: int, called: str | None) -> None:
        person = self._session.get_one(Person, person_id)
        person.called = called[:CALLED_LIMIT] if called else None

    def set_age(self, person_id: int, band: str | None) -> None:
        self._session.get_one(Person, person_id).age_band = band
        if band == CHILD:
            consents.withdraw(self._session, person_id, BOARD, utc_now())

    def agree(self, person_id: int, purpose: str, version: str, at: datetime) -> None:
        consents.give(self._session, person_id, purpose, version, at)

    def withdraw(self, chat: ChatContext, purpose: str, at: datetime) -> PersonView | None:
        person_id = chat.person_id
        if person_id is None:
            return None
        consents.withdraw(self._session, person_id, purpose, at)
        if purpose == LEARNING:
            forget_learning(self._session, person_id)
        if consents.in_force(self._session, person_id):
            return self.get(person_id)
        ward, group, state = chat.ward_code, chat.group_id, dict(chat.state)
        self.forget(chat)
        chat.ward_code, chat.group_id = ward, group
        chat.state.update(state)
        return None

    def enrol_child(self, chat: ChatContext, code: str, version: str, at: datetime) -> PersonView | None:
        row = self._session.get(LinkCode, hashed(code))
        if row is None or row.kind != CODE_KIND or row.expires_at <= at or chat.person_id is not None:
            return None
        adult = row.person_id
        self._session.execute(delete(LinkCode).where(col(LinkCode.code_hash) == row.code_hash))
        child = self._made(chat, at)
        child.age_band = CHILD
        consents.give(self._session, child.id or 0, LEARNING, version, at, consents.GUARDIAN, adult)
        return self._view(child)

    def children(self, person_id: int) -> Sequence[PersonView]:
        rows = self._session.exec(
            select(Person)
            .join(Consent, col(Consent.person_id) == col(Person.id))
            .where(
                Consent.witness_id == person_id,
                Consent.how == consents.GUARDIAN,
                col(Consent.withdrawn_at).is_(None),
            )
            .order_by(col(Person.id))
        ).all()
        return [self._view(row) for row in rows]

    def forget_child(self, person_id: int, child_id: int) -> bool:
        if child_id not in {child.id for child in self.children(person_id)}:
            return False
        forget_person(self._session, child_id)
        return True

    def forget(self, chat: ChatContext) -> None:
        forget_person(self._session, chat.person_id, chat.id)
        chat.person_id = chat.ward_code = chat.group_id = None
        chat.state.clear()

    def _view(self, person: Person) -> PersonView:
        person_id = person.id or 0
        given = tuple((row.purpose, row.version, row.given_at) for row in consents.in_force(self._session, person_id))
        return PersonView(
            person_id,
            person.ward_code,
            person.group_id,
            person.called,
            person.created_at,
            given,
            person.age_band,
            person.enrolled_by is not None,
        )
