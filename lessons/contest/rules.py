"""What a contest is decided by. Moments are whole milliseconds since 1970 in UTC: exact, and the same in every file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)


def moment(at: datetime) -> int:
    """A time as milliseconds, rounded down. Raises TypeError for one without a zone."""
    return (at - EPOCH) // MILLISECOND


def time_of(at: int) -> datetime:
    """The time of a moment."""
    return EPOCH + at * MILLISECOND


@dataclass(frozen=True, slots=True)
class Rules:
    """How answers are counted; stated to who takes part, frozen with the result.

    ``allowance_ms`` is forgiven in every answer, the same to all: what a phone line needs to bring a question and take
    an answer back. ``time_bonus`` is what an answer at once earns beside ``points``; it falls evenly to nothing over
    ``seconds_per_question``. ``minimum_players`` (or ``minimum_percent`` of a group's adults, when they are known and
    that is fewer) must play before a group is ranked: a small group can win, one lucky player cannot.
    """

    seconds_per_question: int = 30
    seconds_overall: int | None = None
    attempts: int = 1
    points: int = 100
    time_bonus: int = 50
    allowance_ms: int = 3000
    minimum_players: int = 5
    minimum_percent: int = 10

    @property
    def longest_ms(self) -> int:
        """After how long an answer to a question comes too late."""
        return self.seconds_per_question * 1000 + self.allowance_ms

    def to_json(self) -> dict[str, Any]:
        """As it is kept and written to the file."""
        return asdict(self)

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> Rules:
        """The rules again. Raises TypeError for anything else."""
        return cls(**body)


@dataclass(frozen=True, slots=True)
class Key:
    """A question of the contest by its ``number`` from 1, and the option that is right.

    ``voided``: a protest was right, it counts for nobody.
    """

    number: int
    question_id: str
    right: str
    voided: bool = False


@dataclass(frozen=True, slots=True)
class Outage:
    """From ``started`` to ``ended`` the program did not run: no clock of the contest runs then."""

    started: int
    ended: int


@dataclass(frozen=True, slots=True)
class Participant:
    """One attempt. ``id`` and ``person`` are random, made for this contest; attempts of one person share ``person``.

    ``paper``: played on paper, without a clock. ``set_aside``: a second seat of somebody whose accounts were joined.
    """

    id: str
    person: str
    group: str | None
    attempt: int
    began: int
    paper: bool = False
    set_aside: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """The option ``chosen`` for a question that was ``asked``; what counts is when it was ``received``."""

    participant: str
    number: int
    asked: int
    received: int
    chosen: str


@dataclass(frozen=True, slots=True)
class Group:
    """A residential group; ``adults`` as the ward entered it, None when it has not."""

    id: str
    name: str
    adults: int | None = None


@dataclass(frozen=True, slots=True)
class Log:
    """Everything a result is computed from."""

    rules: Rules
    starts: int
    ends: int
    keys: Sequence[Key]
    participants: Sequence[Participant]
    answers: Sequence[Answer]
    groups: Sequence[Group] = ()
    outages: Sequence[Outage] = field(default=())
