"""Nobody helps and nobody has no phone: for dialogues that are about neither."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.channels.message import Reply
from bot.conversation.ports import ChatContext
from bot.conversation.ports_team import Confirmed, Draft, GroupProgress, LearnerView, Member, RoleView


class MemoryTeam:
    """A ward without helpers."""

    def role(self, chat: ChatContext) -> RoleView | None:
        return None

    def redeem(self, chat: ChatContext, code: str, at: datetime) -> RoleView | None:
        return None

    def progress(self, role: RoleView, at: datetime) -> Sequence[GroupProgress]:
        return []

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


class MemoryLearners:
    """Nobody without a phone."""

    def all(self, role: RoleView) -> Sequence[LearnerView]:
        return []

    def forget(self, role: RoleView, learner_id: int) -> bool:
        return False
