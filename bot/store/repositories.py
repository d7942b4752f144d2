"""The conversation's repositories over one Session; bot/conversation/ports.py says what each promises."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, update
from sqlmodel import Session, col, select

from bot.channels.account import ward_of
from bot.conversation.ports import (
    AnsweredFrom,
    AttemptRecord,
    CertificateView,
    ChatContext,
    GroupView,
    OfficeView,
    Repositories,
    WardView,
)
from bot.store import staff_answers
from bot.store.contest_play import ContestRepository
from bot.store.desk import DeskRepository
from bot.store.learners import LearnerRepository
from bot.store.linking import LinkRepository
from bot.store.naming import natural_key
from bot.store.people import PersonRepository
from bot.store.rights import RightsRepository
from bot.store.sql import insert_ignoring, table_of
from bot.store.tables import (
    Attempt,
    Certificate,
    Chat,
    LessonVersion,
    Office,
    ResidentialGroup,
    StaffAnswerRow,
    UnansweredQuestion,
    Ward,
    utc_now,
)
from bot.store.team import TeamRepository
from lessons.models import Lesson
from lessons.progress import Attempt as LoggedAttempt
from lessons.versions import LessonVersionError, pack, unpack


def _group_view(row: ResidentialGroup) -> GroupView:
    return GroupView(row.id or 0, row.ward_code, row.name, row.join_code)


_WARDS = select(*(table_of(Ward).c[name] for name in ("code", "name", "superseded_by"))).where(
    table_of(Ward).c.served.is_(True)
)


class WardRepository:
    """Wards and groups; on a ward's own account (``only``) there is no other ward."""

    def __init__(self, session: Session, only: str | None = None) -> None:
        self._session = session
        self._only = only
        self._all: Sequence[WardView] | None = None  # asked for several times a message, and changed by none

    def all(self) -> Sequence[WardView]:
        if self._only is not None:
            own = self.get(self._only)
            return [] if own is None else [own]
        if self._all is None:
            found = [WardView(*row) for row in self._session.connection().execute(_WARDS)]
            self._all = sorted(found, key=lambda ward: natural_key(ward.name))
        return self._all

    def get(self, code: str) -> WardView | None:
        row = self._session.get(Ward, code) if self._only in (None, code) else None
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
        return None if row is None else self._seen(row)

    def group_by_join_code(self, join_code: str) -> GroupView | None:
        row = self._session.exec(
            select(ResidentialGroup).where(
                ResidentialGroup.join_code == join_code, col(ResidentialGroup.active).is_(True)
            )
        ).first()
        return None if row is None else self._seen(row)

    def _seen(self, row: ResidentialGroup) -> GroupView | None:
        return _group_view(row) if self._only in (None, row.ward_code) else None

    def offices(self, ward_code: str) -> Sequence[OfficeView]:
        rows = self._session.exec(select(Office).where(Office.ward_code == ward_code).order_by(col(Office.id))).all()
        return [OfficeView(row.name, row.handles, row.address, row.hours, row.phone, row.checked_on) for row in rows]


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


class LessonVersionRepository:
    """Lessons in the versions that were begun or answered."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def keep(self, lesson: Lesson) -> None:
        if self._session.get(LessonVersion, (lesson.id, lesson.version)) is not None:
            return
        values = {"lesson_id": lesson.id, "version": lesson.version, "body": pack(lesson), "kept_at": utc_now()}
        insert_ignoring(self._session, LessonVersion, values)

    def get(self, lesson_id: str, version: str) -> Lesson | None:
        row = self._session.get(LessonVersion, (lesson_id, version))
        try:
            kept = None if row is None else unpack(row.body)
        except LessonVersionError:
            return None
        return kept if kept is not None and (kept.id, kept.version) == (lesson_id, version) else None


class CertificateRepository:
    """Certificates of finished courses."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def issue(self, person_id: int, certificate: CertificateView, at: datetime) -> None:
        earlier = delete(Certificate).where(
            col(Certificate.person_id) == person_id, col(Certificate.course_id) == certificate.course_id
        )
        self._session.execute(earlier)
        self._session.add(
            Certificate(
                code=certificate.code,
                person_id=person_id,
                ward_code=certificate.ward_code,
                course_id=certificate.course_id,
                course_title=certificate.course_title,
                name=certificate.name,
                lessons=certificate.lessons,
                finished_on=certificate.finished_on,
                issued_at=at,
            )
        )
        self._session.flush()

    def of_person(self, person_id: int) -> list[CertificateView]:
        rows = self._session.exec(
            select(Certificate).where(Certificate.person_id == person_id).order_by(col(Certificate.id))
        )
        return [
            CertificateView(
                code=row.code,
                course_id=row.course_id,
                course_title=row.course_title,
                ward_code=row.ward_code,
                name=row.name,
                lessons=row.lessons,
                finished_on=row.finished_on,
                revoked=row.revoked_at is not None,
            )
            for row in rows
        ]


class QuestionRepository:
    """What goes to staff, and what residents want to be told."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def unanswered(self, chat: ChatContext, masked_text: str, at: datetime) -> int:
        return self._keep(chat, masked_text, at, "no_passage")

    def marked(
        self, chat: ChatContext, masked_text: str, at: datetime, *, right: bool, answered_from: AnsweredFrom
    ) -> int:
        answer_id = staff_answers.answer_number(answered_from.staff_answer or "")
        return self._keep(
            chat,
            masked_text,
            at,
            "marked_right" if right else "marked_wrong",
            answered_from=answered_from.title,
            staff_answer_id=answer_id if answer_id and self._session.get(StaffAnswerRow, answer_id) else None,
            closed_at=at if right else None,
        )

    def settle(self, question_id: int, at: datetime) -> None:
        row = self._session.get(UnansweredQuestion, question_id)
        if row is not None and row.tell_chat_id is None:
            row.closed_at = row.closed_at or at

    def tell_me(self, question_id: int, chat: ChatContext) -> bool:
        row = self._session.get(UnansweredQuestion, question_id)
        if row is None or row.closed_at is not None or row.tell_chat_id not in (None, chat.id):
            return False
        row.tell_chat_id = chat.id
        return True

    def follow(self, staff_answer: str, chat: ChatContext, at: datetime) -> bool:
        row = self._session.get(StaffAnswerRow, staff_answers.answer_number(staff_answer) or 0)
        if row is None or not row.active:
            return False
        staff_answers.follow(self._session, row.id or 0, chat.id, row.version, at)
        return True

    def stop_telling(self, chat: ChatContext) -> None:
        staff_answers.stop_following(self._session, chat.id)

    def waiting_for(self, chat: ChatContext) -> list[str]:
        return list(
            self._session.exec(
                select(UnansweredQuestion.text)
                .where(UnansweredQuestion.tell_chat_id == chat.id, col(UnansweredQuestion.closed_at).is_(None))
                .order_by(col(UnansweredQuestion.id))
            )
        )

    def following(self, chat: ChatContext) -> list[tuple[str, str]]:
        rows = staff_answers.following(self._session, chat.id)
        return [(staff_answers.as_staff_answer(row).id, row.question) for row in rows]

    def _keep(self, chat: ChatContext, masked_text: str, at: datetime, reason: str, **values: Any) -> int:
        row = UnansweredQuestion(
            ward_code=chat.ward_code, group_id=chat.group_id, text=masked_text, reason=reason, asked_at=at, **values
        )
        self._session.add(row)
        self._session.flush()
        return row.id or 0


def bind(session: Session, account: str = "") -> Repositories:
    """Every repository over one session, for one message to an account."""
    return Repositories(
        wards=WardRepository(session, ward_of(account)),
        people=PersonRepository(session),
        attempts=AttemptRepository(session),
        lessons=LessonVersionRepository(session),
        certificates=CertificateRepository(session),
        questions=QuestionRepository(session),
        linking=LinkRepository(session),
        rights=RightsRepository(session),
        desk=DeskRepository(session),
        team=TeamRepository(session),
        learners=LearnerRepository(session),
        contests=ContestRepository(session),
    )


def load_context(chat: Any) -> ChatContext:
    """A row of ``chat`` as the conversation sees it; its state is a copy.

    Who writes to a ward's own account is that ward's resident.
    """
    return ChatContext(
        id=chat.id,
        channel=chat.channel,
        person_id=chat.person_id,
        ward_code=chat.ward_code or ward_of(chat.channel),
        group_id=chat.group_id,
        reachable=chat.reachable,
        state=dict(chat.state),
    )


_SAVE = update(table_of(Chat)).where(table_of(Chat).c.id == bindparam("chat_id"))


def save_context(session: Session, context: ChatContext) -> None:
    """Write back what the conversation changed, and that the chat was just seen."""
    session.flush()  # a person the chat was tied to must be there first
    values = {
        "chat_id": context.id,
        "person_id": context.person_id,
        "ward_code": context.ward_code,
        "group_id": context.group_id,
        "reachable": context.reachable,
        "state": context.state,
        "last_seen_at": utc_now(),
    }
    session.connection().execute(_SAVE, values)
