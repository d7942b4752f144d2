"""Forgetting on time, by the settings keep_…: texts of messages, questions, talks with staff, the silent, backups."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import delete, update
from sqlmodel import Session, col, select

from bot.delivery.broadcasts import freeze_reports
from bot.delivery.notices import HELD
from bot.settings import Settings
from bot.store.contests import settle_due
from bot.store.desk import forget_closed
from bot.store.forget import forget_addresses, forget_silent
from bot.store.imports import forget_previews
from bot.store.staff_answers import FOLLOWED_DAYS
from bot.store.tables import (
    Chat,
    DataExport,
    Forgotten,
    Inbox,
    Invitation,
    LinkCode,
    Outbox,
    PersonMerge,
    RightsRequest,
    SignInFailure,
    SignInLink,
    StaffAnswerFollower,
    StaffChatCode,
    StaffSession,
    UnansweredQuestion,
)
from bot.store.webhooks import forget_deliveries

NOTICE_DAYS = 30  # what was sent unasked: who opens the web chat seldom must still find it
LOOKED_BACK = timedelta(days=1)  # chats silent for longer were seen to in an earlier run
OWN_BACKUPS = "before-*.zip"  # made before a migration or restore; those that people make are theirs to remove
INBOX_ROW_DAYS = 30  # platforms repeat an update for at most a day; a month is ample to recognise it
FAILURE_HOURS = 24
ADDRESS_HOURS = 24  # platforms repeat a message for at most a day; then nobody needs a deleted chat's address
OVER = ("sent", "failed", "unknown", "cancelled")  # a reply nothing more happens to
QUESTION_KEYS = ("asked", "choices")  # what bot/conversation/asked.py keeps for follow-ups


@dataclass(frozen=True, slots=True)
class Keep:
    """How long what is kept; the settings say what each is."""

    texts: timedelta = timedelta(hours=24)
    replies: timedelta = timedelta(days=7)
    questions: timedelta = timedelta(days=90)
    staff_talks: timedelta = timedelta(days=30)
    silent: timedelta | None = timedelta(days=730)
    requests: timedelta = timedelta(days=1825)
    merges: timedelta = timedelta(days=90)
    backups: timedelta = timedelta(days=90)

    @classmethod
    def of(cls, settings: Settings) -> Keep:
        """What the settings say."""
        return cls(
            timedelta(hours=settings.keep_texts_hours),
            timedelta(days=settings.keep_replies_days),
            timedelta(days=settings.keep_questions_days),
            timedelta(days=settings.keep_staff_talks_days),
            timedelta(days=settings.keep_silent_days) if settings.keep_silent_days else None,
            timedelta(days=settings.keep_requests_days),
            timedelta(days=settings.keep_merges_days),
            timedelta(days=settings.keep_backups_days),
        )


KEEP = Keep()


def forget_what_is_due(session: Session, now: datetime, keep: Keep = KEEP) -> None:
    """Delete or blank everything whose time has come."""
    settled = col(Inbox.status).in_(("done", "poison"))
    session.execute(update(Inbox).where(settled, col(Inbox.done_at) < now - keep.texts).values(body={}))
    freeze_reports(session, now - timedelta(days=NOTICE_DAYS - 1))
    forget_deliveries(session, now)
    session.execute(
        delete(Outbox).where(
            col(Outbox.status).in_(OVER),
            col(Outbox.inbox_id).is_not(None),
            col(Outbox.created_at) < now - keep.replies,
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
    session.execute(delete(UnansweredQuestion).where(col(UnansweredQuestion.asked_at) < now - keep.questions))
    session.execute(
        delete(StaffAnswerFollower).where(col(StaffAnswerFollower.received_at) < now - timedelta(days=FOLLOWED_DAYS))
    )
    forget_closed(session, now - keep.staff_talks)
    settle_due(session, now)
    forget_previews(session, now)
    _forget_last_questions(session, now, keep.texts)
    session.execute(delete(StaffSession).where(col(StaffSession.expires_at) < now))
    session.execute(delete(SignInLink).where(col(SignInLink.expires_at) < now))
    session.execute(delete(LinkCode).where(col(LinkCode.expires_at) < now))
    session.execute(delete(DataExport).where(col(DataExport.expires_at) < now))
    for table, moment in ((RightsRequest, col(RightsRequest.received_at)), (Forgotten, col(Forgotten.at))):
        session.execute(delete(table).where(moment < now - keep.requests))
    session.execute(delete(PersonMerge).where(col(PersonMerge.at) < now - keep.merges))
    if keep.silent is not None:
        forget_silent(session, now - keep.silent)
    forget_addresses(session, now - timedelta(hours=ADDRESS_HOURS))
    session.execute(delete(StaffChatCode).where(col(StaffChatCode.expires_at) < now))
    session.execute(delete(Invitation).where(col(Invitation.expires_at) < now))
    session.execute(delete(SignInFailure).where(col(SignInFailure.at) < now - timedelta(hours=FAILURE_HOURS)))


def remove_old_backups(folder: Path, now: datetime, keep: timedelta) -> None:
    """Remove the backups that the program made by itself: a deleted person must be gone from them too."""
    for file in folder.glob(OWN_BACKUPS):
        if datetime.fromtimestamp(file.stat().st_mtime, UTC) < now - keep:
            file.unlink(missing_ok=True)


def _forget_last_questions(session: Session, now: datetime, texts: timedelta) -> None:
    """The questions a chat keeps for follow-ups go with the texts of its messages."""
    quiet = col(Chat.last_seen_at).between(now - texts - LOOKED_BACK, now - texts)
    for chat in session.exec(select(Chat).where(quiet)):
        if any(key in chat.state for key in QUESTION_KEYS):
            chat.state = {key: value for key, value in chat.state.items() if key not in QUESTION_KEYS}
