"""Forgetting on time: texts of messages after a day, unanswered questions after 90 days, old sessions and links."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, update
from sqlmodel import Session, col, select

from bot.delivery.broadcasts import freeze_reports
from bot.delivery.notices import HELD
from bot.store.desk import forget_closed
from bot.store.imports import forget_previews
from bot.store.staff_answers import FOLLOWED_DAYS
from bot.store.tables import (
    Chat,
    Inbox,
    Invitation,
    LinkCode,
    Outbox,
    SignInFailure,
    SignInLink,
    StaffAnswerFollower,
    StaffChatCode,
    StaffSession,
    UnansweredQuestion,
)

MESSAGE_TEXT_HOURS = 24  # design: the text is blanked this long after it was handled
NOTICE_DAYS = 30  # what was sent unasked: who opens the web chat seldom must still find it
REPLY_DAYS = 7  # a web page opened again shows at most this much; after it replies go
INBOX_ROW_DAYS = 30  # platforms repeat an update for at most a day; a month is ample to recognise it
UNANSWERED_DAYS = 90
HUMAN_DAYS = 30  # what was said with staff, after the thread is closed: a month to look back
FAILURE_HOURS = 24
OVER = ("sent", "failed", "unknown", "cancelled")  # a reply nothing more happens to
QUESTION_KEYS = ("asked", "choices")  # what bot/conversation/asked.py keeps for follow-ups


def forget_what_is_due(session: Session, now: datetime) -> None:
    """Delete or blank everything whose time has come."""
    settled = col(Inbox.status).in_(("done", "poison"))
    session.execute(
        update(Inbox).where(settled, col(Inbox.done_at) < now - timedelta(hours=MESSAGE_TEXT_HOURS)).values(body={})
    )
    freeze_reports(session, now - timedelta(days=NOTICE_DAYS - 1))
    session.execute(
        delete(Outbox).where(
            col(Outbox.status).in_(OVER),
            col(Outbox.inbox_id).is_not(None),
            col(Outbox.created_at) < now - timedelta(days=REPLY_DAYS),
        )
    )
    session.execute(
        delete(Outbox).where(
            col(Outbox.status).in_(OVER),
            col(Outbox.inbox_id).is_(None),
            col(Outbox.created_at) < now - timedelta(days=NOTICE_DAYS),
        )
    )
    session.execute(
        delete(Outbox).where(
            col(Outbox.status) == HELD,
            col(Outbox.broadcast_id).is_(None),
            col(Outbox.created_at) < now - timedelta(days=NOTICE_DAYS),
        )
    )
    old = now - timedelta(days=INBOX_ROW_DAYS)
    session.execute(update(Outbox).where(col(Outbox.created_at) < old).values(inbox_id=None))
    session.execute(delete(Inbox).where(settled, col(Inbox.done_at) < old))
    session.execute(
        delete(UnansweredQuestion).where(col(UnansweredQuestion.asked_at) < now - timedelta(days=UNANSWERED_DAYS))
    )
    session.execute(
        delete(StaffAnswerFollower).where(col(StaffAnswerFollower.received_at) < now - timedelta(days=FOLLOWED_DAYS))
    )
    forget_closed(session, now - timedelta(days=HUMAN_DAYS))
    forget_previews(session, now)
    _forget_last_questions(session, now)
    session.execute(delete(StaffSession).where(col(StaffSession.expires_at) < now))
    session.execute(delete(SignInLink).where(col(SignInLink.expires_at) < now))
    session.execute(delete(LinkCode).where(col(LinkCode.expires_at) < now))
    session.execute(delete(StaffChatCode).where(col(StaffChatCode.expires_at) < now))
    session.execute(delete(Invitation).where(col(Invitation.expires_at) < now))
    session.execute(delete(SignInFailure).where(col(SignInFailure.at) < now - timedelta(hours=FAILURE_HOURS)))


def _forget_last_questions(session: Session, now: datetime) -> None:
    """The questions a chat keeps for follow-ups go with the texts of its messages."""
    quiet = col(Chat.last_seen_at).between(
        now - timedelta(hours=2 * MESSAGE_TEXT_HOURS), now - timedelta(hours=MESSAGE_TEXT_HOURS)
    )
    for chat in session.exec(select(Chat).where(quiet)):
        if any(key in chat.state for key in QUESTION_KEYS):
            chat.state = {key: value for key, value in chat.state.items() if key not in QUESTION_KEYS}
