"""What the conversation needs of the store, as Protocols; bot/store keeps them, the tests too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Protocol

from lessons.models import Lesson
from lessons.progress import Attempt

if TYPE_CHECKING:
    from bot.conversation.ports_contest import Contests
    from bot.conversation.ports_linking import Linking
    from bot.conversation.ports_team import Learners, Team


@dataclass(slots=True)
class ChatContext:
    """One chat as the conversation sees and changes it; the worker stores it in the transaction of the replies.

    ``person_id`` is None until the resident agrees to be remembered: then nothing personal may be kept. ``state`` is
    a small JSON object that belongs to the dialogues (which dialogue is open, where in a lesson, last question).
    """

    id: int
    channel: str
    person_id: int | None = None
    ward_code: str | None = None
    group_id: int | None = None
    reachable: bool = True
    state: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class WardView:
    """A ward; ``superseded_by`` names the ward that took it over."""

    code: str
    name: str
    superseded_by: str | None = None


@dataclass(frozen=True, slots=True)
class GroupView:
    """A residential group of a ward."""

    id: int
    ward_code: str
    name: str
    join_code: str


@dataclass(frozen=True, slots=True)
class OfficeView:
    """A place of a ward's directory as staff entered it; what they left out is empty."""

    name: str
    handles: str
    address: str
    hours: str
    phone: str
    checked_on: date


@dataclass(frozen=True, slots=True)
class PersonView:
    """What is held about a resident who agreed."""

    id: int
    ward_code: str | None
    group_id: int | None
    called: str | None
    created_at: datetime
    consents: tuple[tuple[str, str, datetime], ...] = ()
    """(purpose, version, given at) of what is in force."""
    age_band: str | None = None
    enrolled: bool = False
    """A volunteer wrote this person down."""

    def agreed_to(self, purpose: str) -> bool:
        """Whether an agreement to this purpose is in force."""
        return any(one[0] == purpose for one in self.consents)


@dataclass(frozen=True, slots=True)
class AttemptRecord:
    """An answered quiz question to be written; ``key`` makes a replay count once.

    ``chosen`` is the ids of the options, joined by commas.
    """

    key: str
    course_id: str
    lesson_id: str
    lesson_version: str
    question_id: str
    question_count: int
    chosen: str
    correct: bool
    answered_at: datetime


@dataclass(frozen=True, slots=True)
class CertificateView:
    """A certificate of a finished course; ``name`` is what the resident wants written on it."""

    code: str
    course_id: str
    course_title: str
    ward_code: str
    name: str
    lessons: int
    finished_on: date
    revoked: bool = False


class Wards(Protocol):
    """Wards and their residential groups."""

    def all(self) -> Sequence[WardView]:
        """Every ward of this installation, by name."""
        ...

    def get(self, code: str) -> WardView | None:
        """One ward."""
        ...

    def groups(self, ward_code: str) -> Sequence[GroupView]:
        """The active groups of a ward, in the order people expect (Tổ 2 before Tổ 10)."""
        ...

    def group(self, group_id: int) -> GroupView | None:
        """One group."""
        ...

    def group_by_join_code(self, join_code: str) -> GroupView | None:
        """The group a link or QR code names."""
        ...

    def offices(self, ward_code: str) -> Sequence[OfficeView]:
        """The directory of a ward, in the order staff entered it."""
        ...


class People(Protocol):
    """Residents who agreed to be remembered."""

    def enrol(self, chat: ChatContext, purpose: str, version: str, at: datetime) -> PersonView:
        """Make a person of a chat, with consent; sets ``chat.person_id``. Once a chat: enrolling again is harmless."""
        ...

    def get(self, person_id: int) -> PersonView | None:
        """What is held."""
        ...

    def move(self, person_id: int, ward_code: str | None, group_id: int | None) -> None:
        """Set ward and group."""
        ...

    def rename(self, person_id: int, called: str | None) -> None:
        """Set the name to be called by, at most 40 characters; None takes it away."""
        ...

    def agree(self, person_id: int, purpose: str, version: str, at: datetime) -> None:
        """Note an agreement; the same purpose in the same wording is noted once."""
        ...

    def withdraw(self, chat: ChatContext, purpose: str, at: datetime) -> PersonView | None:
        """Take an agreement back. Without the one to learning, what was learnt becomes counts and certificates go.

        Returns who is left; None when no agreement is: then it is as after ``forget``, but for the place.
        """
        ...

    def set_age(self, person_id: int, band: str | None) -> None:
        """Set the age band, one of conversation/ages.py."""
        ...

    def enrol_child(self, chat: ChatContext, code: str, version: str, at: datetime) -> PersonView | None:
        """Use an adult's code: the chat becomes a remembered child's. None for a code that is not good."""
        ...

    def children(self, person_id: int) -> Sequence[PersonView]:
        """The children for whom this person agreed."""
        ...

    def forget_child(self, person_id: int, child_id: int) -> bool:
        """Delete a child for whom this person agreed; False when it is none."""
        ...

    def forget(self, chat: ChatContext) -> None:
        """Delete the person everywhere: attempts become counts tied to nobody, stored questions and queued texts go,
        every chat of the person starts anew. Clears the given chat too.
        """
        ...


class Attempts(Protocol):
    """The attempt log."""

    def record(self, person_id: int, chat: ChatContext, attempt: AttemptRecord) -> None:
        """Write once; the same key again changes nothing."""
        ...

    def of_person(self, person_id: int) -> list[Attempt]:
        """Every attempt of a person, for lessons.progress.fold."""
        ...


class LessonVersions(Protocol):
    """Lessons as they were when somebody began or answered them; material, nothing of a person."""

    def keep(self, lesson: Lesson) -> None:
        """Keep this version; keeping it again changes nothing."""
        ...

    def get(self, lesson_id: str, version: str) -> Lesson | None:
        """A kept version; None when it was never kept or cannot be read by this program."""
        ...


class Certificates(Protocol):
    """Certificates of finished courses."""

    def issue(self, person_id: int, certificate: CertificateView, at: datetime) -> None:
        """Keep a certificate; it takes the place of an earlier one of the same course, whose code is then unknown."""
        ...

    def of_person(self, person_id: int) -> list[CertificateView]:
        """Every certificate of a person, oldest first."""
        ...


@dataclass(frozen=True, slots=True)
class AnsweredFrom:
    """What a marked answer rested on: the title of its source, and the staff answer it was, if any."""

    title: str | None = None
    staff_answer: str | None = None


class Questions(Protocol):
    """What goes to staff."""

    def unanswered(self, chat: ChatContext, masked_text: str, at: datetime) -> int:
        """Keep a question without an answer for staff, tied to nobody; returns its id."""
        ...

    def marked(
        self, chat: ChatContext, masked_text: str, at: datetime, *, right: bool, answered_from: AnsweredFrom
    ) -> int:
        """Keep what a resident says of an answer, tied to nobody: a wrong one waits for staff, a right one is counted.

        Returns the id of the kept question.
        """
        ...

    def settle(self, question_id: int, at: datetime) -> None:
        """An offered topic answered the question after all: staff need not."""
        ...

    def tell_me(self, question_id: int, chat: ChatContext) -> bool:
        """The asker wants to be told; False when the question is gone, closed, or another chat waits for it."""
        ...

    def follow(self, staff_answer: str, chat: ChatContext, at: datetime) -> bool:
        """The resident received a staff answer and wants to hear when it changes; False when it is gone."""
        ...

    def stop_telling(self, chat: ChatContext) -> None:
        """Forget that this chat wants to be told of anything."""
        ...

    def waiting_for(self, chat: ChatContext) -> list[str]:
        """The open questions this chat asked to be told about, masked, oldest first."""
        ...

    def following(self, chat: ChatContext) -> list[tuple[str, str]]:
        """(id, question) of the staff answers this chat wants to hear about when they change, oldest first."""
        ...


class Rights(Protocol):
    """Requests about personal data."""

    def note(self, ward_code: str | None, kind: str, at: datetime) -> None:
        """Log a request that the resident has just settled alone, for its ward; whose it was is not kept.

        ``kind``: ``access``, ``correct``, ``withdraw`` or ``delete``.
        """
        ...

    def export(self, chat: ChatContext, at: datetime) -> str:
        """A path on this server that for a day gives everything held about the chat's resident as a file."""
        ...


@dataclass(frozen=True, slots=True)
class DeskView:
    """Whether a ward's staff are there now, their hours (HH:MM), and what they want said when they are not."""

    there: bool
    opens: str
    closes: str
    away: str


class Desk(Protocol):
    """Staff who take over from the bot."""

    def ask(self, chat: ChatContext, at: datetime) -> DeskView:
        """Hand the chat to the staff of its ward, until it is closed; asking again changes nothing."""
        ...

    def is_open(self, chat: ChatContext) -> bool:
        """Whether staff have the chat."""
        ...

    def say(self, chat: ChatContext, masked_text: str, at: datetime) -> None:
        """Pass on what was typed."""
        ...

    def end(self, chat: ChatContext, at: datetime) -> None:
        """The resident goes back to the bot."""
        ...

    def join(self, chat: ChatContext, code: str, at: datetime) -> bool:
        """The chat is a member of staff's, who wants to be told there; False for a code that is not good."""
        ...

    def leave(self, chat: ChatContext) -> bool:
        """Staff are told in this chat no more; whether they were before."""
        ...

    def tells_staff(self, chat: ChatContext) -> bool:
        """Whether staff are told in this chat."""
        ...

    def lines_kept(self, chat: ChatContext) -> int:
        """How many messages between this chat and staff are kept."""
        ...


@dataclass(frozen=True, slots=True)
class Repositories:
    """Everything a dialogue may touch, bound to one transaction."""

    wards: Wards
    people: People
    attempts: Attempts
    lessons: LessonVersions
    certificates: Certificates
    questions: Questions
    linking: Linking
    rights: Rights
    desk: Desk
    team: Team
    learners: Learners
    contests: Contests
