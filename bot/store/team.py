"""Volunteers and leaders: roles by invitation, messages to their groups, sessions, neighbours without a phone."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlmodel import Session, select

from bot.channels.message import Reply
from bot.channels.message_json import reply_to_json
from bot.conversation.ports import ChatContext, Draft, GroupProgress, GroupView, RoleView
from bot.conversation.purposes import LEARNING, purposes
from bot.delivery import broadcasts
from bot.delivery.broadcasts import Audience, recipients
from bot.indicators.figures import ward_figures
from bot.store import consents
from bot.store.linking import CODE_LENGTH, CODE_LETTERS, hashed
from bot.store.sql import insert_ignoring
from bot.store.tables import Broadcast, ClassSession, CommunityRole, Invitation, Person, ResidentialGroup

INVITATION_DAYS = 7  # handed over at a meeting, used at home
ROLES = ("volunteer", "leader")
SPOKEN_CONSENT = purposes()[LEARNING].version  # a neighbour without a phone agrees to the same, by word of mouth


def invite(session: Session, ward_code: str, role: str, groups: Sequence[int], made_by: str, now: datetime) -> str:
    """Make an invitation; its code, which is shown once."""
    code = "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH))
    session.add(
        Invitation(
            code_hash=hashed(code),
            ward_code=ward_code,
            role=role,
            groups=sorted(groups),
            made_by=made_by,
            expires_at=now + timedelta(days=INVITATION_DAYS),
        )
    )
    return code


class TeamRepository:
    """bot/conversation/ports.py says what it promises."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def role(self, chat: ChatContext) -> RoleView | None:
        if chat.person_id is None:
            return None
        row = self._session.exec(select(CommunityRole).where(CommunityRole.person_id == chat.person_id)).first()
        return None if row is None else self._view(row)

    def redeem(self, chat: ChatContext, code: str, at: datetime) -> RoleView | None:
        row = self._session.get(Invitation, hashed(code))
        if row is None or row.expires_at <= at or chat.person_id is None:
            return None
        held = self._session.exec(
            select(CommunityRole).where(
                CommunityRole.person_id == chat.person_id, CommunityRole.ward_code == row.ward_code
            )
        ).first()
        held = held or CommunityRole(person_id=chat.person_id, ward_code=row.ward_code, role=row.role, given_at=at)
        held.role, held.groups, held.given_at = row.role, list(row.groups), at
        self._session.add(held)
        self._session.delete(row)
        self._session.flush()
        return self._view(held)

    def progress(self, role: RoleView, at: datetime) -> Sequence[GroupProgress]:
        figures = {one.group_id: one for one in ward_figures(self._session, role.ward_code, at).groups}
        found = [(group, figures.get(group.id)) for group in role.groups]
        return [
            GroupProgress(group.name, one.residents, one.active_learners, one.lessons_done)
            for group, one in found
            if one is not None
        ]

    def draft(self, chat: ChatContext, role: RoleView, shown: Reply, unfinished: str | None, at: datetime) -> Draft:
        audience = Audience(tuple(group.id for group in role.groups), unfinished)
        found = recipients(self._session, role.ward_code, audience, at)
        person = self._session.get(Person, chat.person_id)
        row = Broadcast(
            ward_code=role.ward_code,
            body=reply_to_json(shown),
            audience=audience.to_json(),
            recipients=len(found),
            author=(person.called if person is not None else None) or role.role,
            author_chat_id=chat.id,
            start_at=at,
        )
        self._session.add(row)
        self._session.flush()
        return Draft(row.id or 0, len(found))

    def confirm(self, chat: ChatContext, draft_id: int, at: datetime) -> str | None:
        row = self._session.get(Broadcast, draft_id)
        if row is None or row.author_chat_id != chat.id or row.status != "draft":
            return None
        broadcasts.confirm(self._session, row, f"chat-{chat.id}", at)
        return row.status

    def enrol(self, chat: ChatContext, group_id: int, called: str, at: datetime) -> bool:
        group = self._session.get_one(ResidentialGroup, group_id)
        names = self._session.exec(select(Person.called).where(Person.group_id == group_id))
        if called.casefold() in {name.casefold() for name in names if name}:
            return False
        person = Person(
            ward_code=group.ward_code, group_id=group_id, called=called, enrolled_by=chat.person_id, created_at=at
        )
        self._session.add(person)
        self._session.flush()
        consents.give(self._session, person.id or 0, LEARNING, SPOKEN_CONSENT, at, consents.SPOKEN, chat.person_id)
        return True

    def record_class(
        self, key: str, chat: ChatContext, group_id: int, lesson_id: str, present: int, at: datetime
    ) -> None:
        group = self._session.get_one(ResidentialGroup, group_id)
        insert_ignoring(
            self._session,
            ClassSession,
            {
                "key": key,
                "ward_code": group.ward_code,
                "group_id": group_id,
                "lesson_id": lesson_id,
                "present": present,
                "recorded_by": chat.person_id,
                "held_at": at,
            },
        )

    def _view(self, row: CommunityRole) -> RoleView:
        rows = [self._session.get(ResidentialGroup, group) for group in row.groups]
        groups = [GroupView(one.id or 0, one.ward_code, one.name, one.join_code) for one in rows if one and one.active]
        return RoleView(row.role, row.ward_code, tuple(groups))
