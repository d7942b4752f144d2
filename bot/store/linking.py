"""Linking accounts: two persons become one, once; an account taken away starts anew."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Column, Table, delete, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from bot.channels.account import ward_of
from bot.channels.message import Reply
from bot.conversation.linking import channel_name
from bot.conversation.ports import ChatContext
from bot.conversation.ports_linking import AccountView
from bot.delivery.notices import queue_notice
from bot.store.contest_play import set_aside_second_seats
from bot.store.merging import BY_RESIDENT, merge, person_columns
from bot.store.tables import Certificate, Chat, CommunityRole, LinkCode, Person
from bot.texts import text

LINK_MINUTES = 10  # the code is read from one screen and typed into another
CODE_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # none that is mistaken for another
ACCOUNT, CHILD, LEARNER = "account", "child", "learner"  # kinds of code
CODE_LENGTH = 8  # of 31 letters: a guess within ten minutes has no chance


def hashed(code: str) -> str:
    """A code as it is stored: typed in small letters or with blanks it is the same."""
    return hashlib.sha256("".join(code.upper().split()).encode("utf-8")).hexdigest()


class LinkRepository:
    """bot/conversation/ports.py says what it promises."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def make_code(self, person_id: int, at: datetime, kind: str = ACCOUNT) -> str:
        self._session.execute(delete(LinkCode).where(col(LinkCode.person_id) == person_id, col(LinkCode.kind) == kind))
        code = "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH))
        expires_at = at + timedelta(minutes=LINK_MINUTES)
        self._session.add(LinkCode(code_hash=hashed(code), person_id=person_id, expires_at=expires_at, kind=kind))
        return code

    def owner(self, code: str, at: datetime) -> int | None:
        row = self._session.get(LinkCode, hashed(code))
        return None if row is None or row.expires_at <= at else row.person_id

    def kind(self, code: str, at: datetime) -> str | None:
        row = self._session.get(LinkCode, hashed(code))
        return None if row is None or row.expires_at <= at else row.kind

    def link(self, chat: ChatContext, code: str, at: datetime) -> bool:
        owner = None if self.kind(code, at) == CHILD else self.owner(code, at)
        person = None if owner is None else self._session.get(Person, owner)
        if person is None or owner is None or not _may_be_here(person, chat):
            return False
        self._session.execute(delete(LinkCode).where(col(LinkCode.code_hash) == hashed(code)))
        others = self._session.exec(select(Chat).where(Chat.person_id == owner, Chat.id != chat.id)).all()
        if chat.person_id is not None and chat.person_id != owner:
            merge(self._session, chat.person_id, person, merge_persons, BY_RESIDENT, at)
        chat.person_id, chat.ward_code, chat.group_id = owner, person.ward_code, person.group_id
        self._session.execute(update(Chat).where(col(Chat.id) == chat.id).values(person_id=owner))
        for other in others:
            queue_notice(self._session, other, [Reply(text("link.told", channel=channel_name(chat.channel)))], at)
        return True

    def accounts(self, person_id: int) -> Sequence[AccountView]:
        rows = self._session.exec(select(Chat).where(Chat.person_id == person_id).order_by(col(Chat.id))).all()
        return [AccountView(row.id or 0, row.channel) for row in rows]

    def unlink(self, chat: ChatContext, chat_id: int) -> bool:
        if chat.person_id is None:
            return False
        accounts = self.accounts(chat.person_id)
        if len(accounts) < 2 or chat_id not in {one.chat_id for one in accounts}:
            return False
        start: dict[str, Any] = {"person_id": None, "state": {}}
        self._session.execute(update(Chat).where(col(Chat.id) == chat_id).values(start))
        if chat_id == chat.id:
            chat.person_id = None
            chat.state.clear()
        return True


def _may_be_here(person: Person, chat: ChatContext) -> bool:
    """A ward's own account is for its residents; who chose no ward yet becomes one."""
    own = ward_of(chat.channel)
    if own is not None and person.ward_code is None:
        person.ward_code = own
    return own in (None, person.ward_code)


def merge_persons(session: Session, from_id: int, into: Person) -> None:
    """Everything of one person becomes the other's; the first is gone."""
    into_id = into.id or 0
    gone = session.get_one(Person, from_id)
    into.called = into.called or gone.called
    into.age_band = into.age_band or gone.age_band
    if into.ward_code is None:
        into.ward_code, into.group_id = gone.ward_code, gone.group_id
    session.execute(delete(LinkCode).where(col(LinkCode.person_id) == from_id))
    _keep_one_certificate_a_course(session, from_id, into_id)
    _join_roles(session, from_id, into_id)
    set_aside_second_seats(session, from_id, into_id)
    for column in person_columns():
        _hand_over(session, column, from_id, into_id)
    session.flush()
    session.delete(gone)
    session.flush()


def _keep_one_certificate_a_course(session: Session, from_id: int, into_id: int) -> None:
    """Of two for one course a revoked one stays, so that linking undoes no revocation; else the earlier."""
    held = session.exec(select(Certificate).where(col(Certificate.person_id).in_((from_id, into_id)))).all()
    kept: set[str] = set()
    for one in sorted(held, key=lambda row: (row.revoked_at is None, row.issued_at, row.id or 0)):
        if one.course_id in kept:
            session.delete(one)
        kept.add(one.course_id)
    session.flush()


def _join_roles(session: Session, from_id: int, into_id: int) -> None:
    """Of two roles in one ward one is made: the groups of both, and the wider of the two roles."""
    held = {row.ward_code: row for row in session.exec(select(CommunityRole).where(CommunityRole.person_id == into_id))}
    for row in session.exec(select(CommunityRole).where(CommunityRole.person_id == from_id)).all():
        kept = held.get(row.ward_code)
        if kept is None:
            continue
        kept.role = "leader" if "leader" in (kept.role, row.role) else kept.role
        kept.groups = sorted({*kept.groups, *row.groups})
        kept.given_at = min(kept.given_at, row.given_at)
        session.delete(row)
    session.flush()


def _hand_over(session: Session, column: Column[Any], from_id: int, into_id: int) -> None:
    """Rows of one person become the other's; one that the other has already is dropped."""
    table = column.table
    assert isinstance(table, Table)
    keys = session.execute(select(*table.primary_key.columns).where(column == from_id)).all()
    for key in keys:
        here = [one == value for one, value in zip(table.primary_key.columns, key, strict=True)]
        try:
            with session.begin_nested():
                session.execute(table.update().where(*here).values({column.name: into_id}))
        except IntegrityError:
            session.execute(table.delete().where(*here))
