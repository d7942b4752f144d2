"""Chats of staff: linked by a one-time code, told what concerns them, each thing once."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlmodel import Session, col, select

from bot.channels.message import Reply
from bot.conversation.ports import ChatContext
from bot.delivery.notices import queue_notice
from bot.store.linking import CODE_LENGTH, CODE_LETTERS, hashed
from bot.store.sql import insert_ignoring
from bot.store.tables import Chat, StaffAccount, StaffChat, StaffChatCode, StaffMembership, StaffTold

CODE_MINUTES = 10  # read from the staff site and typed into the chat


def make_code(session: Session, staff_id: int, now: datetime) -> str:
    """A code that links one chat to this member of staff; earlier ones stop working."""
    session.execute(delete(StaffChatCode).where(col(StaffChatCode.staff_id) == staff_id))
    code = "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH))
    expires_at = now + timedelta(minutes=CODE_MINUTES)
    session.add(StaffChatCode(code_hash=hashed(code), staff_id=staff_id, expires_at=expires_at))
    return code


def join(session: Session, chat: ChatContext, code: str, now: datetime) -> bool:
    """Use a code: the chat is told from now on. False for one that is not good."""
    row = session.get(StaffChatCode, hashed(code))
    if row is None or row.expires_at <= now:
        return False
    session.delete(row)
    leave(session, chat.id)
    session.add(StaffChat(staff_id=row.staff_id, chat_id=chat.id, linked_at=now))
    session.flush()
    return True


def leave(session: Session, chat_id: int) -> bool:
    """The chat is told no more; whether it was before."""
    row = is_staff_chat(session, chat_id)
    if row is None:
        return False
    session.delete(row)
    session.flush()
    return True


def is_staff_chat(session: Session, chat_id: int) -> StaffChat | None:
    """The link of a chat."""
    return session.exec(select(StaffChat).where(StaffChat.chat_id == chat_id)).first()


def chats_of(session: Session, staff_id: int) -> Sequence[tuple[StaffChat, Chat]]:
    """The chats of a member of staff, oldest first."""
    statement = select(StaffChat, Chat).join(Chat, col(Chat.id) == col(StaffChat.chat_id))
    return session.exec(statement.where(StaffChat.staff_id == staff_id).order_by(col(StaffChat.id))).all()


def tell_once(
    session: Session,
    key: str,
    reply: Reply,
    roles: Collection[str],
    now: datetime,
    *,
    ward: str | None = None,
    but_by: Collection[str] = (),
) -> int:
    """Tell everybody with one of the roles (in a ward, or in any) in their chats, unless ``key`` was told before.

    ``but_by`` are channels that deliver nothing at this moment. How many chats were told; 0 keeps the key untold, so
    that who links a chat later still learns of it.
    """
    if session.get(StaffTold, key) is not None:
        return 0
    chats = chats_to_tell(session, roles, ward, but_by)
    if not chats or not insert_ignoring(session, StaffTold, {"key": key, "at": now}):
        return 0
    for chat in chats:
        queue_notice(session, chat, [reply], now)
    return len(chats)


def chats_to_tell(
    session: Session, roles: Collection[str], ward: str | None, but_by: Collection[str]
) -> Sequence[Chat]:
    """The chats of everybody with one of the roles (in a ward, or in any), but those on ``but_by``."""
    members = select(StaffMembership.staff_id).where(col(StaffMembership.role).in_(roles))
    if ward is not None:
        members = members.where(StaffMembership.ward_code == ward)
    return session.exec(
        select(Chat)
        .join(StaffChat, col(StaffChat.chat_id) == col(Chat.id))
        .join(StaffAccount, col(StaffAccount.id) == col(StaffChat.staff_id))
        .where(
            col(StaffAccount.id).in_(members),
            col(StaffAccount.active).is_(True),
            col(Chat.reachable).is_(True),
            col(Chat.channel).not_in(but_by),
        )
        .order_by(col(Chat.id))
    ).all()


def told(session: Session, prefix: str) -> Sequence[StaffTold]:
    """What was told under keys that begin so."""
    return session.exec(select(StaffTold).where(col(StaffTold.key).startswith(prefix))).all()
