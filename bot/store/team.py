"""Volunteers and leaders: roles by invitation, messages to their groups, sessions, neighbours without a phone."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import func
from sqlmodel import Session, col, select

from bot.channels.message import Reply
from bot.channels.message_json import reply_to_json
from bot.conversation.ports import ChatContext, GroupView
from bot.conversation.ports_team import Confirmed, Draft, GroupProgress, GroupStanding, Member, RoleView
from bot.conversation.purposes import LEARNING, purposes
from bot.delivery import broadcasts
from bot.delivery.reach import Audience, recipients
from bot.indicators.daily import make_if_quick
from bot.indicators.figures import ward_figures
from bot.indicators.sheets import known_figures
from bot.indicators.ward import Period, indicator_table
from bot.store import consents
from bot.store.linking import CODE_LENGTH, CODE_LETTERS, hashed
from bot.store.naming import natural_key
from bot.store.sql import insert_ignoring
from bot.store.tables import (
    Broadcast,
    ClassAttendance,
    ClassSession,
    CommunityRole,
    Invitation,
    Person,
    ResidentialGroup,
)
from lessons.progress import local_day

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
        held = self._session.exec(
            select(CommunityRole).where(CommunityRole.person_id == chat.person_id).order_by(col(CommunityRole.id))
        ).all()
        # Who helps in two wards acts in the one they have chosen as theirs.
        row = next((one for one in held if one.ward_code == chat.ward_code), held[0] if held else None)
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
        make_if_quick(self._session, role.ward_code, at)
        figures = {one.group_id: one for one in ward_figures(self._session, role.ward_code, at).groups}
        today = local_day(at)
        table = indicator_table(self._session, role.ward_code, Period(date(today.year, 1, 1), today))
        said = {
            row.group_id: tuple((f"{one.code} – {one.name}", value) for one, value in known_figures(table, row))
            for row in table.groups
        }
        found = [(group, figures.get(group.id)) for group in role.groups]
        return [
            GroupProgress(group.name, one.residents, one.active_learners, one.lessons_done, said.get(group.id, ()))
            for group, one in found
            if one is not None
        ]

    def standing(self, ward_code: str, group_id: int, at: datetime) -> GroupStanding | None:
        make_if_quick(self._session, ward_code, at)
        today = local_day(at)
        year = Period(date(today.year, 1, 1), today)
        # Of the whole ward: one group's figures beside a merged row could tell those of the small group in it.
        table = indicator_table(self._session, ward_code, year, published=True)
        mine = (row for row in table.groups if row.group_id == group_id)
        known = [(row.name, *one) for row in mine for one in known_figures(table, row)]
        return GroupStanding(known[0][0], known[0][1].name, known[0][2]) if known else None

    def draft(self, chat: ChatContext, role: RoleView, shown: Reply, unfinished: str | None, at: datetime) -> Draft:
        audience = Audience(tuple(group.id for group in role.groups), unfinished)
        person = self._session.get(Person, chat.person_id)
        row = Broadcast(
            ward_code=role.ward_code,
            body=reply_to_json(shown),
            audience=audience.to_json(),
            author=(person.called if person is not None else None) or role.role,
            author_chat_id=chat.id,
            start_at=at,
        )
        self._session.add(row)
        self._session.flush()
        return self._draft_view(row, role, at)

    def drafted(self, chat: ChatContext, draft_id: int, at: datetime) -> Draft | None:
        row, role = self._own(chat, draft_id), self.role(chat)
        return None if row is None or role is None or row.status != "draft" else self._draft_view(row, role, at)

    def narrow(self, chat: ChatContext, draft_id: int, choice: int | None, at: datetime) -> Draft | None:
        row, role = self._own(chat, draft_id), self.role(chat)
        if row is None or role is None or row.status != "draft":
            return None
        groups = tuple(group.id for group in role.groups)
        bands: tuple[str, ...] = ()
        if choice is not None:
            kind, name = self._choices(role)[choice]
            groups = groups if kind == "a" else tuple(group.id for group in role.groups if group.name == name)
            bands = (name,) if kind == "a" else ()
        row.audience = Audience(groups, row.audience["unfinished"], bands).to_json()
        return self._draft_view(row, role, at)

    def confirm(self, chat: ChatContext, draft_id: int, start: datetime, at: datetime) -> Confirmed | None:
        row = self._own(chat, draft_id)
        if row is None or row.status != "draft":
            return None
        row.start_at = start
        broadcasts.confirm(self._session, row, f"chat-{chat.id}", at)
        return Confirmed(row.status, row.start_at)

    def steer(self, chat: ChatContext, draft_id: int, action: str, at: datetime) -> str | None:
        row = self._own(chat, draft_id)
        if row is None or row.status in ("draft", "second", "done", "cancelled"):
            return None
        if action == "pause":
            broadcasts.pause(self._session, row)
        elif action == "resume":
            broadcasts.resume(self._session, row)
        else:
            broadcasts.cancel(self._session, row, at)
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

    def members(self, group_id: int) -> Sequence[Member]:
        rows = self._session.exec(
            select(Person.id, Person.called).where(Person.group_id == group_id, col(Person.called).is_not(None))
        ).all()
        found = [Member(number or 0, called) for number, called in rows if called]
        return sorted(found, key=lambda one: (natural_key(one.called), one.id))

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
        group = self._session.get_one(ResidentialGroup, group_id)
        recorded = insert_ignoring(
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
        if recorded is not None:
            # Somebody may have been deleted since the list was shown.
            still = self._session.exec(select(Person.id).where(col(Person.id).in_(named)).order_by(col(Person.id)))
            self._session.add_all([ClassAttendance(session_id=recorded, person_id=one or 0) for one in still])

    def attended(self, person_id: int) -> int:
        counted = select(func.count(col(ClassAttendance.id))).where(ClassAttendance.person_id == person_id)
        return self._session.exec(counted).one()

    def _own(self, chat: ChatContext, draft_id: int) -> Broadcast | None:
        row = self._session.exec(select(Broadcast).where(Broadcast.id == draft_id).with_for_update()).first()
        return None if row is None or row.author_chat_id != chat.id else row

    def _choices(self, role: RoleView) -> tuple[tuple[str, str], ...]:
        groups = tuple(("g", group.name) for group in role.groups) if len(role.groups) > 1 else ()
        ids = [group.id for group in role.groups]
        bands = select(Person.age_band).where(col(Person.group_id).in_(ids)).distinct()
        return (*groups, *(("a", band) for band in sorted(band for band in self._session.exec(bands) if band)))

    def _draft_view(self, row: Broadcast, role: RoleView, at: datetime) -> Draft:
        row.recipients = len(recipients(self._session, row.ward_code, Audience.from_json(row.audience), at))
        return Draft(row.id or 0, row.recipients, str(row.body["text"]), self._choices(role))

    def _view(self, row: CommunityRole) -> RoleView:
        rows = [self._session.get(ResidentialGroup, group) for group in row.groups]
        groups = [GroupView(one.id or 0, one.ward_code, one.name, one.join_code) for one in rows if one and one.active]
        return RoleView(row.role, row.ward_code, tuple(groups))
