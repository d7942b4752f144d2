"""The conversation's repositories over one Session; bot/conversation/ports.py says what each promises."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from bot.conversation.ports import AttemptRecord, ChatContext, GroupView, PersonView, Repositories, WardView
from bot.store.desk import DeskRepository
from bot.store.forget import forget_person
from bot.store.linking import LinkRepository
from bot.store.naming import natural_key
from bot.store.sql import insert_ignoring
from bot.store.tables import (
    Attempt,
    Chat,
    Consent,
    Person,
    ResidentialGroup,
    UnansweredQuestion,
    Ward,
)
from bot.store.team import TeamRepository
from lessons.progress import Attempt as LoggedAttempt

CALLED_LIMIT = 40  # characters of a name to be called by: one line on a phone


def _group_view(row: ResidentialGroup) -> GroupView:
    return GroupView(row.id or 0, row.ward_code, row.name, row.join_code)


class WardRepository:
    """Wards and groups."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def all(self) -> Sequence[WardView]:
        rows = self._session.exec(select(Ward).order_by(Ward.name)).all()
        return [WardView(row.code, row.name, row.superseded_by) for row in rows]

    def get(self, code: str) -> WardView | None:
        row = self._session.get(Ward, code)
        return None if row is None else WardView(row.code, row.name, row.superseded_by)

    def groups(self, ward_code: str) -> Sequence[GroupView]:
        rows = self._session.exec(
            select(ResidentialGroup).where(
                ResidentialGroup.ward_code == ward_code, col(ResidentialGroup.active).is_(True)
            )
        ).all()
        return sorted((_group_view(row) for row in rows), key=lambda group: natural_key(group.name))

    def group(self, group_id: int) -> GroupView | None:
        row = self._session.get(ResidentialGroup, group_id)
        return None if row is None else _group_view(row)

    def group_by_join_code(self, join_code: str) -> GroupView | None:
        row = self._session.exec(
            select(ResidentialGroup).where(
                ResidentialGroup.join_code == join_code, col(ResidentialGroup.active).is_(True)
            )
        ).first()
        return None if row is None else _group_view(row)


class PersonRepository:
    """Residents who agreed to be remembered."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def enrol(self, chat: ChatContext, purpose: str, version: str, at: datetime) -> PersonView:
        person = self._session.get(Person, chat.person_id) if chat.person_id else None
        if person is None:
            person = Person(ward_code=chat.ward_code, group_id=chat.group_id, created_at=at)
            self._session.add(person)
            self._session.flush()
            chat.person_id = person.id
        in_force = {(row.purpose, row.version) for row in self._consents(person.id or 0)}
        if (purpose, version) not in in_force:
            self._session.add(Consent(person_id=person.id or 0, purpose=purpose, version=version, given_at=at))
            self._session.flush()
        return self._view(person)

    def get(self, person_id: int) -> PersonView | None:
        row = self._session.get(Person, person_id)
        return None if row is None else self._view(row)

    def move(self, person_id: int, ward_code: str | None, group_id: int | None) -> None:
        person = self._session.get_one(Person, person_id)
        person.ward_code, person.group_id = ward_code, group_id

    def rename(self, person_id: int, called: str | None) -> None:
        person = self._session.get_one(Person, person_id)
        person.called = called[:CALLED_LIMIT] if called else None

    def forget(self, chat: ChatContext) -> None:
        forget_person(self._session, chat.person_id, chat.id)
        chat.person_id = chat.ward_code = chat.group_id = None
        chat.state.clear()

    def _consents(self, person_id: int) -> Sequence[Consent]:
        return self._session.exec(
            select(Consent)
            .where(Consent.person_id == person_id, col(Consent.withdrawn_at).is_(None))
            .order_by(col(Consent.id))
        ).all()

    def _view(self, person: Person) -> PersonView:
        person_id = person.id or 0
        consents = tuple((row.purpose, row.version, row.given_at) for row in self._consents(person_id))
        return PersonView(person_id, person.ward_code, person.group_id, person.called, person.created_at, consents)


class AttemptRepository:
    """The attempt log."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def record(self, person_id: int, chat: ChatContext, attempt: AttemptRecord) -> None:
        values: dict[str, Any] = {
            "key": attempt.key,
            "person_id": person_id,
            "ward_code": chat.ward_code,
            "group_id": chat.group_id,
            "course_id": attempt.course_id,
            "lesson_id": attempt.lesson_id,
            "lesson_version": attempt.lesson_version,
            "question_id": attempt.question_id,
            "question_count": attempt.question_count,
            "chosen": attempt.chosen,
            "correct": attempt.correct,
            "answered_at": attempt.answered_at,
        }
        insert_ignoring(self._session, Attempt, values)

    def of_person(self, person_id: int) -> list[LoggedAttempt]:
        rows = self._session.exec(select(Attempt).where(Attempt.person_id == person_id).order_by(col(Attempt.id))).all()
        return [
            LoggedAttempt(
                attempt_id=row.key,
                question_id=row.question_id,
                lesson_id=row.lesson_id,
                course_id=row.course_id,
                chosen=tuple(row.chosen.split(",")),
                correct=row.correct,
                answered_at=row.answered_at,
                lesson_version=row.lesson_version,
                question_count=row.question_count,
            )
            for row in rows
        ]


class QuestionRepository:
    """What goes to staff."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def unanswered(self, chat: ChatContext, masked_text: str, at: datetime, reason: str = "no_passage") -> int:
        row = UnansweredQuestion(
            ward_code=chat.ward_code, group_id=chat.group_id, text=masked_text, reason=reason, asked_at=at
        )
        self._session.add(row)
        self._session.flush()
        return row.id or 0

    def tell_me(self, question_id: int, chat: ChatContext) -> bool:
        row = self._session.get(UnansweredQuestion, question_id)
        if row is None or row.ward_code != chat.ward_code or row.tell_chat_id not in (None, chat.id):
            return False
        row.tell_chat_id = chat.id
        return True

    def waiting_for(self, chat: ChatContext) -> list[str]:
        return list(
            self._session.exec(
                select(UnansweredQuestion.text)
                .where(UnansweredQuestion.tell_chat_id == chat.id, col(UnansweredQuestion.closed_at).is_(None))
                .order_by(col(UnansweredQuestion.id))
            )
        )


def bind(session: Session) -> Repositories:
    """Every repository over one session, for one message."""
    return Repositories(
        wards=WardRepository(session),
        people=PersonRepository(session),
        attempts=AttemptRepository(session),
        questions=QuestionRepository(session),
        linking=LinkRepository(session),
        desk=DeskRepository(session),
        team=TeamRepository(session),
    )


def load_context(chat: Chat) -> ChatContext:
    """The chat as the conversation sees it; its state is a copy."""
    return ChatContext(
        id=chat.id or 0,
        channel=chat.channel,
        person_id=chat.person_id,
        ward_code=chat.ward_code,
        group_id=chat.group_id,
        reachable=chat.reachable,
        state=dict(chat.state),
    )


def save_context(chat: Chat, context: ChatContext) -> None:
    """Write back what the conversation changed."""
    chat.person_id = context.person_id
    chat.ward_code = context.ward_code
    chat.group_id = context.group_id
    chat.reachable = context.reachable
    chat.state = dict(context.state)
