"""What the conversation needs of the store for volunteers and leaders, as a Protocol."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.channels.message import Reply
from bot.conversation.ports import ChatContext, GroupView


@dataclass(frozen=True, slots=True)
class RoleView:
    """What a helper may do: ``volunteer`` or ``leader``, for these groups of a ward."""

    role: str
    ward_code: str
    groups: tuple[GroupView, ...]


@dataclass(frozen=True, slots=True)
class GroupProgress:
    """A group's progress as its helpers see it; ``indicators`` are (code and name, value) of what its ward chose."""

    name: str
    residents: int
    active: int
    lessons: int
    indicators: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class GroupStanding:
    """What everybody of a group may be told of it: an indicator and its value in words."""

    group: str
    indicator: str
    value: str


@dataclass(frozen=True, slots=True)
class Member:
    """A person of a group, by the name to be called by."""

    id: int
    called: str


class Team(Protocol):
    """Volunteers and leaders, and what they do for their groups."""

    def role(self, chat: ChatContext) -> RoleView | None:
        """The role of the chat's person, with the groups that still exist."""
        ...

    def redeem(self, chat: ChatContext, code: str, at: datetime) -> RoleView | None:
        """Take the role an invitation gives, once; None for a code that is not good."""
        ...

    def progress(self, role: RoleView, at: datetime) -> Sequence[GroupProgress]:
        """How the groups do, in their order."""
        ...

    def standing(self, ward_code: str, group_id: int, at: datetime) -> GroupStanding | None:
        """The first of the ward's indicators that is known of a group; None where so few learn that it names them."""
        ...

    def draft(self, chat: ChatContext, role: RoleView, shown: Reply, unfinished: str | None, at: datetime) -> Draft:
        """Keep a message to the groups, not to be sent before it is confirmed; ``unfinished`` leaves out who has
        finished that lesson.
        """
        ...

    def drafted(self, chat: ChatContext, draft_id: int, at: datetime) -> Draft | None:
        """The chat's own draft as it is now; None when it is gone or confirmed."""
        ...

    def narrow(self, chat: ChatContext, draft_id: int, choice: int | None, at: datetime) -> Draft | None:
        """Keep the draft for one of its choices alone (by place), or for everybody again (None)."""
        ...

    def confirm(self, chat: ChatContext, draft_id: int, start: datetime, at: datetime) -> Confirmed | None:
        """Confirm the chat's own draft, to leave at ``start`` or as soon after as people are awake.

        None when it is gone.
        """
        ...

    def steer(self, chat: ChatContext, draft_id: int, action: str, at: datetime) -> str | None:
        """``pause``, ``resume`` or ``cancel`` what the chat sent; its status, None when it is not the chat's."""
        ...

    def enrol(self, chat: ChatContext, group_id: int, called: str, at: datetime) -> bool:
        """Enrol a neighbour without a phone, who counts once; False when the group has one of this name."""
        ...

    def members(self, group_id: int) -> Sequence[Member]:
        """The people of a group who have a name to be called by, in its order."""
        ...

    def record_class(
        self,
        key: str,
        chat: ChatContext,
        group_id: int,
        lesson_id: str,
        present: int,
        at: datetime,
        named: Sequence[int] = (),
    ) -> None:
        """A lesson was taught face to face to so many, of whom ``named`` were marked by name.

        The same key again changes nothing.
        """
        ...

    def attended(self, person_id: int) -> int:
        """How many sessions a person is marked at."""
        ...


@dataclass(frozen=True, slots=True)
class Draft:
    """A message that waits for its confirmation, and how many people it would reach.

    ``choices`` are what it can be narrowed to: ("g", a group's name) or ("a", an age band).
    """

    id: int
    recipients: int
    text: str = ""
    choices: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Confirmed:
    """A confirmed message: ``scheduled``, or ``second`` when a second person must confirm, and when it leaves."""

    status: str
    start_at: datetime


@dataclass(frozen=True, slots=True)
class LearnerView:
    """A resident without a phone, as the volunteer sees them; ``group`` is its name."""

    id: int
    called: str
    group: str
    age_band: str | None


class Learners(Protocol):
    """Residents without a phone."""

    def all(self, role: RoleView) -> Sequence[LearnerView]:
        """Those of the role's groups, by group and name."""
        ...

    def forget(self, role: RoleView, learner_id: int) -> bool:
        """Delete one of them at their wish; False when it is none."""
        ...
