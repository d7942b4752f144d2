"""Nobody helps, nobody has no phone, there is no contest: for dialogues that are about none of these."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.channels.message import Reply
from bot.conversation.ports import ChatContext
from bot.conversation.ports_contest import Asked, ContestView, SeatView, Standing, Taken
from bot.conversation.ports_team import Confirmed, Draft, GroupProgress, GroupStanding, LearnerView, Member, RoleView
from lessons.contest.capacity import Room, Way
from lessons.models import Question


class MemoryTeam:
    """A ward without helpers."""

    def role(self, chat: ChatContext) -> RoleView | None:
        return None

    def redeem(self, chat: ChatContext, code: str, at: datetime) -> RoleView | None:
        return None

    def progress(self, role: RoleView, at: datetime) -> Sequence[GroupProgress]:
        return []

    def standing(self, ward_code: str, group_id: int, at: datetime) -> GroupStanding | None:
        return None

    def draft(self, chat: ChatContext, role: RoleView, shown: Reply, unfinished: str | None, at: datetime) -> Draft:
        raise NotImplementedError("nobody has a role")

    def drafted(self, chat: ChatContext, draft_id: int, at: datetime) -> Draft | None:
        return None

    def narrow(self, chat: ChatContext, draft_id: int, choice: int | None, at: datetime) -> Draft | None:
        return None

    def confirm(self, chat: ChatContext, draft_id: int, start: datetime, at: datetime) -> Confirmed | None:
        return None

    def steer(self, chat: ChatContext, draft_id: int, action: str, at: datetime) -> str | None:
        return None

    def enrol(self, chat: ChatContext, group_id: int, called: str, at: datetime) -> bool:
        raise NotImplementedError("nobody has a role")

    def members(self, group_id: int) -> Sequence[Member]:
        return []

    def attended(self, person_id: int) -> int:
        return 0

    def record_class(
        self, key: str, chat: ChatContext, group_id: int, lesson_id: str, present: int, at: datetime
    ) -> None:
        raise NotImplementedError("nobody has a role")


class MemoryContests:
    """A ward without contests."""

    def of_ward(self, ward_code: str) -> Sequence[ContestView]:
        return []

    def by_code(self, code: str) -> ContestView | None:
        return None

    def get(self, contest_id: int) -> ContestView | None:
        return None

    def seats(self, contest_id: int, person_id: int) -> Sequence[SeatView]:
        return []

    def join(self, contest_id: int, person_id: int, shown_as: str, chat: ChatContext, at: datetime) -> SeatView | None:
        raise NotImplementedError("there is no contest")

    def next_question(self, seat_id: int, at: datetime) -> Asked | None:
        raise NotImplementedError("there is no contest")

    def answer(self, seat_id: int, place: int, option: int, chat_id: int, at: datetime) -> Taken:
        raise NotImplementedError("there is no contest")

    def chat_room(self, contest_id: int, account: str, way: Way, at: datetime) -> Room | None:
        raise NotImplementedError("there is no contest")

    def answer_live(self, seat_id: int, number: int, option: int, chat_id: int, at: datetime) -> Taken:
        raise NotImplementedError("there is no contest")

    def practice_question(self, contest_id: int, number: int) -> Question | None:
        return None

    def standing(self, contest_id: int, person_id: int) -> Standing | None:
        return None


class MemoryLearners:
    """Nobody without a phone."""

    def all(self, role: RoleView) -> Sequence[LearnerView]:
        return []

    def forget(self, role: RoleView, learner_id: int) -> bool:
        return False
