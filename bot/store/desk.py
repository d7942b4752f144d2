"""Requests for a human: the conversation's side and the staff's, as units over a Session."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, func
from sqlmodel import Session, col, select

from bot.channels.message import Reply
from bot.conversation.ports import ChatContext, DeskView
from bot.delivery.notices import queue_notice
from bot.delivery.outbox import INTERACTIVE
from bot.store import staff_chats
from bot.store.tables import Chat, HumanLine, HumanRequest, WardDesk
from lessons.progress import VIETNAM


class DeskRepository:
    """bot/conversation/ports.py says what it promises."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def ask(self, chat: ChatContext, at: datetime) -> DeskView:
        """Open a request unless one is open."""
        ward_code = chat.ward_code or ""
        row = open_request(self._session, chat.id)
        if row is None:
            row = HumanRequest(chat_id=chat.id, ward_code=ward_code, opened_at=at)
            self._session.add(row)
            self._session.flush()
        return desk_view(self._session, row.ward_code, at)

    def is_open(self, chat: ChatContext) -> bool:
        return open_request(self._session, chat.id) is not None

    def say(self, chat: ChatContext, masked_text: str, at: datetime) -> None:
        row = open_request(self._session, chat.id)
        if row is not None:
            self._session.add(HumanLine(request_id=row.id or 0, text=masked_text, at=at))

    def end(self, chat: ChatContext, at: datetime) -> None:
        row = open_request(self._session, chat.id)
        if row is not None:
            row.closed_at = at

    def join(self, chat: ChatContext, code: str, at: datetime) -> bool:
        return staff_chats.join(self._session, chat, code, at)

    def leave(self, chat: ChatContext) -> bool:
        return staff_chats.leave(self._session, chat.id)

    def tells_staff(self, chat: ChatContext) -> bool:
        return staff_chats.is_staff_chat(self._session, chat.id) is not None

    def lines_kept(self, chat: ChatContext) -> int:
        counted = select(func.count(col(HumanLine.id))).join(HumanRequest).where(HumanRequest.chat_id == chat.id)
        return self._session.exec(counted).one()


def open_request(session: Session, chat_id: int) -> HumanRequest | None:
    """The chat's open request."""
    return session.exec(
        select(HumanRequest).where(HumanRequest.chat_id == chat_id, col(HumanRequest.closed_at).is_(None))
    ).first()


def desk_view(session: Session, ward_code: str, at: datetime) -> DeskView:
    """Whether the ward's staff are there now, and what to say when not."""
    desk = session.get(WardDesk, ward_code) or WardDesk(ward_code=ward_code)
    local = at.astimezone(VIETNAM)
    there = str(local.weekday()) in desk.weekdays and desk.opens <= local.strftime("%H:%M") < desk.closes
    return DeskView(there, desk.opens, desk.closes, desk.away)


def answer_request(session: Session, request: HumanRequest, author: str, shown: Reply, text: str, at: datetime) -> None:
    """Staff write; the resident waits for it, so it goes out like a reply."""
    session.add(HumanLine(request_id=request.id or 0, author=author, text=text, at=at))
    queue_notice(session, session.get_one(Chat, request.chat_id), [shown], at, INTERACTIVE)


def close_request(session: Session, request: HumanRequest, author: str, shown: Reply, at: datetime) -> None:
    """The thread goes back to the bot, and the resident is told."""
    request.closed_at, request.closed_by = at, author
    queue_notice(session, session.get_one(Chat, request.chat_id), [shown], at, INTERACTIVE)


def forget_requests(session: Session, chats: list[int]) -> None:
    """Delete what was said with staff."""
    requests = select(HumanRequest.id).where(col(HumanRequest.chat_id).in_(chats))
    session.execute(delete(HumanLine).where(col(HumanLine.request_id).in_(requests)))
    session.execute(delete(HumanRequest).where(col(HumanRequest.chat_id).in_(chats)))


def forget_closed(session: Session, before: datetime) -> None:
    """Delete requests that were closed before."""
    requests = select(HumanRequest.id).where(col(HumanRequest.closed_at) < before)
    session.execute(delete(HumanLine).where(col(HumanLine.request_id).in_(requests)))
    session.execute(delete(HumanRequest).where(col(HumanRequest.closed_at) < before))
