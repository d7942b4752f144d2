"""Residents without a phone, whom volunteers look after; bot/conversation/ports.py says what it promises."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import exists
from sqlmodel import Session, col, select

from bot.conversation.ports_team import LearnerView, RoleView
from bot.store.forget import forget_person
from bot.store.naming import natural_key
from bot.store.tables import Chat, Person


class LearnerRepository:
    """Over one Session."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def all(self, role: RoleView) -> Sequence[LearnerView]:
        groups = {group.id: group.name for group in role.groups}
        account = exists(select(Chat.id).where(col(Chat.person_id) == col(Person.id)))
        rows = self._session.exec(
            select(Person).where(col(Person.group_id).in_(groups), ~account, col(Person.called).is_not(None))
        ).all()
        views = [LearnerView(row.id or 0, row.called or "", groups[row.group_id or 0], row.age_band) for row in rows]
        return sorted(views, key=lambda one: (natural_key(one.group), natural_key(one.called)))

    def forget(self, role: RoleView, learner_id: int) -> bool:
        if learner_id not in {one.id for one in self.all(role)}:
            return False
        forget_person(self._session, learner_id)
        return True
