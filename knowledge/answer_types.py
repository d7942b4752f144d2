"""What an answer is, for everyone who asks: the chat, the command line, the evaluation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

ANSWER_LIMIT = 700  # characters: the command-line contract; fits one screen of a phone with large type
PASSAGE_LIMIT = 1200  # characters of quoted passage in a citation
CITATION_LIMIT = 5


class AnswerKind(StrEnum):
    """``ANSWER`` only when a resident would be shown the text as the answer."""

    ANSWER = "answer"
    CLARIFY = "clarify"
    ABSTAIN = "abstain"
    ACTION = "action"


class Action(StrEnum):
    """Things a resident asks the assistant to do, or fixed replies; documented in knowledge/README.md."""

    LEARN = "learn"
    PROGRESS = "progress"
    REVIEW = "review"
    CERTIFICATE = "certificate"
    CONTEST = "contest"
    MY_DATA = "my_data"
    DELETE_DATA = "delete_data"
    CHOOSE_WARD = "choose_ward"
    CHOOSE_GROUP = "choose_group"
    STOP_MESSAGES = "stop_messages"
    HUMAN = "human"
    HELP = "help"
    GREETING = "greeting"
    THANKS = "thanks"
    DISTRESS = "distress"
    ABUSE = "abuse"
    HEALTH = "health"


@dataclass(frozen=True, slots=True)
class Citation:
    """One passage an answer rests on; ``score`` is 0..1, ``ward`` None for national material."""

    document: str
    title: str
    section: str
    passage: str
    ward: str | None
    score: float
    valid_from: str | None
    valid_until: str | None
    checked_on: str | None
    source: str | None


@dataclass(frozen=True, slots=True)
class Choice:
    """A reading offered in a clarifying question: what is shown, and what is asked when it is chosen."""

    label: str
    question: str


@dataclass(frozen=True, slots=True)
class Answer:
    """The reply to one question. ``confidence`` is the calibrated probability that the first citation is right.

    ``choices`` are the readings asked back, the closest topics of an abstention, or what else an unsure answer may
    have been asked for.
    """

    kind: AnswerKind
    text: str
    confidence: float
    citations: tuple[Citation, ...] = ()
    choices: tuple[Choice, ...] = ()
    action: Action | None = None
    wards: tuple[str, ...] = field(default=())
    """Ward codes whose plans differ on this question, when the asker has no ward."""
    staff_answers: tuple[str, ...] = ()
    """Ids of the staff answers that are shown."""
    ask_office: bool = True
    """Whether an office may know what the documents do not; False for what is no office's business."""


@dataclass(frozen=True, slots=True)
class StaffAnswer:
    """An answer written by ward staff; overrides the machine when a question is close enough.

    ``wordings`` are other ways to ask ``question`` that staff know of; dates are ``YYYY-MM-DD``.
    """

    id: str
    ward: str
    question: str
    text: str
    author: str
    answered_on: str
    valid_until: str | None = None
    wordings: tuple[str, ...] = ()


class OverrideSource(Protocol):
    """Where staff answers come from; the server passes the database, the command line a read-only copy or none."""

    def staff_answers(self, ward: str | None) -> Sequence[StaffAnswer]:
        """The staff answers of a ward, or (None) those meant for who has no ward.

        The same sequence is given again until something changes: what is read from it is kept by its identity.
        """
        ...
