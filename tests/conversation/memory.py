"""Repositories that keep everything in memory: a real implementation of the conversation's ports."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.conversation.ports import (
    AnsweredFrom,
    AttemptRecord,
    CertificateView,
    ChatContext,
    DeskView,
    GroupView,
    OfficeView,
    PersonView,
    Repositories,
    WardView,
)
from bot.conversation.ports_linking import AccountView
from bot.store.naming import natural_key
from lessons.models import Lesson
from lessons.progress import Attempt
from tests.conversation.memory_team import MemoryContests, MemoryLearners, MemoryTeam

CALLED_LIMIT = 40


@dataclass
class Stored:
    """Everything that is kept, for tests to look at."""

    people: dict[int, PersonView] = field(default_factory=dict)
    attempts: dict[str, tuple[int, AttemptRecord]] = field(default_factory=dict)
    questions: dict[int, dict[str, object]] = field(default_factory=dict)
    chats: dict[int, ChatContext] = field(default_factory=dict)
    offices: dict[str, list[OfficeView]] = field(default_factory=dict)
    staff_answers: dict[str, str] = field(default_factory=dict)
    """Questions of the staff answers in force, by id."""
    followers: dict[str, set[int]] = field(default_factory=dict)
    lessons: dict[tuple[str, str], Lesson] = field(default_factory=dict)
    certificates: dict[tuple[int, str], CertificateView] = field(default_factory=dict)
    requests: list[tuple[str, str]] = field(default_factory=list)
    """Requests about personal data: ward and kind."""
    staff_there: bool = True
    """Whether it is within the ward's office hours."""
    made: int = 0

    def next_id(self) -> int:
        self.made += 1
        return self.made


class MemoryWards:
    def __init__(self, wards: Sequence[WardView], groups: Sequence[GroupView], stored: Stored) -> None:
        self._stored = stored
        self._wards = {ward.code: ward for ward in wards}
        self._groups = {group.id: group for group in groups}

    def all(self) -> Sequence[WardView]:
        return sorted(self._wards.values(), key=lambda ward: natural_key(ward.name))

    def get(self, code: str) -> WardView | None:
        return self._wards.get(code)

    def groups(self, ward_code: str) -> Sequence[GroupView]:
        found = [group for group in self._groups.values() if group.ward_code == ward_code]
        return sorted(found, key=lambda group: natural_key(group.name))

    def group(self, group_id: int) -> GroupView | None:
        return self._groups.get(group_id)

    def group_by_join_code(self, join_code: str) -> GroupView | None:
        return next((group for group in self._groups.values() if group.join_code == join_code), None)

    def offices(self, ward_code: str) -> Sequence[OfficeView]:
        return self._stored.offices.get(ward_code, [])


class MemoryPeople:
    def __init__(self, stored: Stored) -> None:
        self._stored = stored

    def enrol(self, chat: ChatContext, purpose: str, version: str, at: datetime) -> PersonView:
        person = self._stored.people.get(chat.person_id or 0)
        if person is None:
            person = PersonView(self._stored.next_id(), chat.ward_code, chat.group_id, None, at)
            chat.person_id = person.id
        if all(consent[:2] != (purpose, version) for consent in person.consents):
            person = replace(person, consents=(*person.consents, (purpose, version, at)))
        self._stored.people[person.id] = person
        return person

    def agree(self, person_id: int, purpose: str, version: str, at: datetime) -> None:
        person = self._stored.people[person_id]
        if all(consent[:2] != (purpose, version) for consent in person.consents):
            self._change(person_id, consents=(*person.consents, (purpose, version, at)))

    def withdraw(self, chat: ChatContext, purpose: str, at: datetime) -> PersonView | None:
        if chat.person_id is None:
            return None
        left = tuple(one for one in self._stored.people[chat.person_id].consents if one[0] != purpose)
        self._change(chat.person_id, consents=left)
        if purpose == "learning":
            self._forget_learning(chat.person_id)
        if left:
            return self.get(chat.person_id)
        ward, group, state = chat.ward_code, chat.group_id, dict(chat.state)
        self.forget(chat)
        chat.ward_code, chat.group_id = ward, group
        chat.state.update(state)
        return None

    def set_age(self, person_id: int, band: str | None) -> None:
        self._change(person_id, age_band=band)

    def enrol_child(self, chat: ChatContext, code: str, version: str, at: datetime) -> PersonView | None:
        return None

    def children(self, person_id: int) -> Sequence[PersonView]:
        return []

    def forget_child(self, person_id: int, child_id: int) -> bool:
        return False

    def get(self, person_id: int) -> PersonView | None:
        return self._stored.people.get(person_id)

    def move(self, person_id: int, ward_code: str | None, group_id: int | None) -> None:
        self._change(person_id, ward_code=ward_code, group_id=group_id)

    def rename(self, person_id: int, called: str | None) -> None:
        self._change(person_id, called=called[:CALLED_LIMIT] if called else None)

    def forget(self, chat: ChatContext) -> None:
        stored = self._stored
        if chat.person_id is not None:
            stored.people.pop(chat.person_id, None)
            self._forget_learning(chat.person_id)
        stored.questions = {key: kept for key, kept in stored.questions.items() if kept["tell"] != chat.id}
        for chats in stored.followers.values():
            chats.discard(chat.id)
        chat.person_id = chat.ward_code = chat.group_id = None
        chat.state.clear()

    def _forget_learning(self, person_id: int) -> None:
        stored = self._stored
        stored.certificates = {key: one for key, one in stored.certificates.items() if key[0] != person_id}
        stored.attempts = {key: kept for key, kept in stored.attempts.items() if kept[0] != person_id}

    def _change(self, person_id: int, **values: object) -> None:
        self._stored.people[person_id] = replace(self._stored.people[person_id], **values)  # type: ignore[arg-type]


class MemoryAttempts:
    def __init__(self, stored: Stored) -> None:
        self._stored = stored

    def record(self, person_id: int, chat: ChatContext, attempt: AttemptRecord) -> None:
        self._stored.attempts.setdefault(attempt.key, (person_id, attempt))

    def of_person(self, person_id: int) -> list[Attempt]:
        return [
            Attempt(
                attempt_id=record.key,
                question_id=record.question_id,
                lesson_id=record.lesson_id,
                course_id=record.course_id,
                chosen=tuple(record.chosen.split(",")),
                correct=record.correct,
                answered_at=record.answered_at,
                lesson_version=record.lesson_version,
                question_count=record.question_count,
            )
            for owner, record in self._stored.attempts.values()
            if owner == person_id
        ]


class MemoryLessons:
    def __init__(self, stored: Stored) -> None:
        self._stored = stored

    def keep(self, lesson: Lesson) -> None:
        self._stored.lessons.setdefault((lesson.id, lesson.version), lesson)

    def get(self, lesson_id: str, version: str) -> Lesson | None:
        return self._stored.lessons.get((lesson_id, version))


class MemoryCertificates:
    def __init__(self, stored: Stored) -> None:
        self._stored = stored

    def issue(self, person_id: int, certificate: CertificateView, at: datetime) -> None:
        self._stored.certificates.pop((person_id, certificate.course_id), None)
        self._stored.certificates[(person_id, certificate.course_id)] = certificate

    def of_person(self, person_id: int) -> list[CertificateView]:
        return [one for (owner, _course), one in self._stored.certificates.items() if owner == person_id]


class MemoryQuestions:
    def __init__(self, stored: Stored) -> None:
        self._stored = stored

    def unanswered(self, chat: ChatContext, masked_text: str, at: datetime) -> int:
        return self._keep(chat, masked_text, at, "no_passage")

    def marked(
        self, chat: ChatContext, masked_text: str, at: datetime, *, right: bool, answered_from: AnsweredFrom
    ) -> int:
        reason = "marked_right" if right else "marked_wrong"
        return self._keep(chat, masked_text, at, reason, source=answered_from, closed=right)

    def settle(self, question_id: int, at: datetime) -> None:
        question = self._stored.questions.get(question_id)
        if question is not None and question["tell"] is None:
            question["closed"] = True

    def tell_me(self, question_id: int, chat: ChatContext) -> bool:
        question = self._stored.questions.get(question_id)
        if question is None or question["closed"] or question["tell"] not in (None, chat.id):
            return False
        question["tell"] = chat.id
        return True

    def follow(self, staff_answer: str, chat: ChatContext, at: datetime) -> bool:
        if staff_answer not in self._stored.staff_answers:
            return False
        self._stored.followers.setdefault(staff_answer, set()).add(chat.id)
        return True

    def stop_telling(self, chat: ChatContext) -> None:
        for chats in self._stored.followers.values():
            chats.discard(chat.id)
        for question in self._stored.questions.values():
            question["tell"] = None if question["tell"] == chat.id else question["tell"]

    def waiting_for(self, chat: ChatContext) -> list[str]:
        return [
            str(question["text"])
            for question in self._stored.questions.values()
            if question["tell"] == chat.id and not question["closed"]
        ]

    def following(self, chat: ChatContext) -> list[tuple[str, str]]:
        followers = self._stored.followers
        return [(key, text) for key, text in self._stored.staff_answers.items() if chat.id in followers.get(key, ())]

    def _keep(self, chat: ChatContext, masked_text: str, at: datetime, reason: str, **values: object) -> int:
        question_id = self._stored.next_id()
        self._stored.questions[question_id] = {
            "ward": chat.ward_code,
            "group": chat.group_id,
            "text": masked_text,
            "reason": reason,
            "at": at,
            "tell": None,
            "closed": False,
            **values,
        }
        return question_id


class MemoryLinking:
    """One chat a memory: a code can be had, and names nobody else."""

    def __init__(self, stored: Stored) -> None:
        self._codes: dict[str, int] = {}
        self._stored = stored

    def make_code(self, person_id: int, at: datetime, kind: str = "account") -> str:
        code = f"CODE{self._stored.next_id():04}"
        self._codes = {code: person_id}
        return code

    def kind(self, code: str, at: datetime) -> str | None:
        return "account" if code.upper() in self._codes else None

    def owner(self, code: str, at: datetime) -> int | None:
        return self._codes.get(code.upper())

    def link(self, chat: ChatContext, code: str, at: datetime) -> bool:
        return self._codes.pop(code.upper(), None) is not None

    def accounts(self, person_id: int) -> Sequence[AccountView]:
        return [AccountView(1, "web")]

    def unlink(self, chat: ChatContext, chat_id: int) -> bool:
        return False


class MemoryRights:
    """A log without clocks."""

    def __init__(self, stored: Stored) -> None:
        self._stored = stored

    def note(self, ward_code: str | None, kind: str, at: datetime) -> None:
        if ward_code is not None:
            self._stored.requests.append((ward_code, kind))

    def export(self, chat: ChatContext, at: datetime) -> str:
        return f"/du-lieu-cua-toi/{chat.id:032}.json"


class MemoryDesk:
    """Staff who never answer."""

    def __init__(self, stored: Stored) -> None:
        self._stored = stored
        self.open: set[int] = set()
        self.lines: list[tuple[int, str]] = []

    def ask(self, chat: ChatContext, at: datetime) -> DeskView:
        self.open.add(chat.id)
        return DeskView(self._stored.staff_there, "07:30", "17:00", "")

    def is_open(self, chat: ChatContext) -> bool:
        return chat.id in self.open

    def say(self, chat: ChatContext, masked_text: str, at: datetime) -> None:
        self.lines.append((chat.id, masked_text))

    def end(self, chat: ChatContext, at: datetime) -> None:
        self.open.discard(chat.id)

    def join(self, chat: ChatContext, code: str, at: datetime) -> bool:
        return False

    def leave(self, chat: ChatContext) -> bool:
        return False

    def tells_staff(self, chat: ChatContext) -> bool:
        return False

    def lines_kept(self, chat: ChatContext) -> int:
        return sum(owner == chat.id for owner, _ in self.lines)


def memory_repositories(
    wards: Sequence[WardView], groups: Sequence[GroupView], stored: Stored | None = None
) -> tuple[Repositories, Stored]:
    """Repositories over these wards and groups, and what they keep."""
    kept = stored if stored is not None else Stored()
    repositories = Repositories(
        wards=MemoryWards(wards, groups, kept),
        people=MemoryPeople(kept),
        attempts=MemoryAttempts(kept),
        lessons=MemoryLessons(kept),
        certificates=MemoryCertificates(kept),
        questions=MemoryQuestions(kept),
        linking=MemoryLinking(kept),
        rights=MemoryRights(kept),
        desk=MemoryDesk(kept),
        team=MemoryTeam(),
        learners=MemoryLearners(),
        contests=MemoryContests(),
    )
    return repositories, kept
