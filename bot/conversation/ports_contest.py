"""What the conversation needs of contests; bot/store/contest_play.py keeps it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from bot.conversation.ports import ChatContext
from lessons.contest.capacity import Room, Way
from lessons.contest.rules import Rules
from lessons.models import Option, Question


class Phase(StrEnum):
    """Where a contest is at a moment."""

    SOON = "soon"
    ON = "on"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class ContestView:
    """A contest as who may play sees it; ``ends_at`` is later by every outage within the window.

    ``groups`` and ``age_bands`` are empty when everybody of the ward may play.
    """

    id: int
    code: str
    ward_code: str
    live: bool
    name: str
    rules_text: str
    prizes: tuple[str, ...]
    starts_at: datetime
    ends_at: datetime
    groups: tuple[int, ...]
    age_bands: tuple[str, ...]
    rules: Rules
    questions: int
    practice: int
    published: bool

    def phase(self, at: datetime) -> Phase:
        """Before, within or after the window."""
        if at < self.starts_at:
            return Phase.SOON
        return Phase.ON if at <= self.ends_at else Phase.OVER


@dataclass(frozen=True, slots=True)
class SeatView:
    """An attempt of a person; ``left`` questions are still to come.

    ``chat_id``: the chat to which the questions of a live contest are sent, None for one played on its page.
    """

    id: int
    contest_id: int
    attempt: int
    shown_as: str
    nickname: str
    left: int
    chat_id: int | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """A question before a participant: the ``place``-th of ``total`` in the participant's own order.

    ``options`` are in that order too; ``seconds`` is how long may be thought.
    """

    place: int
    total: int
    question: Question
    options: tuple[Option, ...]
    seconds: int


class Taken(StrEnum):
    """What became of an answer."""

    KEPT = "kept"
    LATE = "late"
    REPEATED = "repeated"
    OLD = "old"


@dataclass(frozen=True, slots=True)
class Standing:
    """A person's result: ``place`` of ``players``."""

    place: int
    players: int
    points: int
    right: int
    questions: int


class Contests(Protocol):
    """Contests and who plays in them."""

    def of_ward(self, ward_code: str) -> Sequence[ContestView]:
        """The contests that were opened, the newest first."""
        ...

    def by_code(self, code: str) -> ContestView | None:
        """The contest a link names."""
        ...

    def get(self, contest_id: int) -> ContestView | None:
        """One contest that was opened."""
        ...

    def seats(self, contest_id: int, person_id: int) -> Sequence[SeatView]:
        """A person's attempts, the first first; those set aside by a merge are left out."""
        ...

    def join(self, contest_id: int, person_id: int, shown_as: str, chat: ChatContext, at: datetime) -> SeatView | None:
        """Begin an attempt; the one under way when there is one, None when no attempt is left."""
        ...

    def next_question(self, seat_id: int, at: datetime) -> Asked | None:
        """The question before the participant; one whose time is over is passed. None at the end.

        Asking again does not begin its clock again.
        """
        ...

    def answer(self, seat_id: int, place: int, option: int, chat_id: int, at: datetime) -> Taken:
        """Keep the answer to the ``place``-th question: the option at that place of the participant's own order.

        ``at`` is when it was received. Whatever is kept is kept for good.
        """
        ...

    def chat_room(self, contest_id: int, account: str, way: Way, at: datetime) -> Room | None:
        """The room for players of a live contest in chats of an account.

        None: it begins so late that the account could not write to who joins now.
        """
        ...

    def answer_live(self, seat_id: int, number: int, option: int, chat_id: int, at: datetime) -> Taken:
        """Keep the answer to the question of a round, as ``answer``; a late one is not kept.

        The clock began when the question had left for the chat.
        """
        ...

    def practice_question(self, contest_id: int, number: int) -> Question | None:
        """A question to practise with, by its number from 1; None when there is none such."""
        ...

    def standing(self, contest_id: int, person_id: int) -> Standing | None:
        """A person's frozen and published result."""
        ...
