"""How a broadcast gets on, told in the chat of who sent it: one message edited in place, elsewhere a few messages."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from bot.channels.message import Reply
from bot.channels.message_json import reply_to_json
from bot.conversation.broadcasting import steering_buttons
from bot.delivery.broadcasts import Report, report
from bot.delivery.notices import queue_notice
from bot.delivery.outbox import INTERACTIVE
from bot.store.tables import Broadcast, Chat, Outbox
from bot.texts import text

EDIT_EVERY = timedelta(seconds=3)  # Telegram takes an edit a second in a chat; a bar need not move faster
BAR = 10  # signs of the bar
SPARSE = (50, 100)  # per cent told where nothing can be edited
OVER = ("done", "cancelled")
SHOWN = {
    "running": "team.progress_running",
    "paused": "team.progress_paused",
    "done": "team.progress_done",
    "cancelled": "team.progress_cancelled",
}
ALL_TOLD = 101  # told_percent when the end was told
QUOTED = 40  # characters of the broadcast's text by which its author knows it again


def to_show(session: Session) -> list[int]:
    """The broadcasts from a chat whose author has not been told everything yet."""
    statement = select(Broadcast.id).where(
        col(Broadcast.author_chat_id).is_not(None),
        col(Broadcast.status).in_(SHOWN),
        col(Broadcast.told_percent) < ALL_TOLD,
    )
    return [one or 0 for one in session.exec(statement.order_by(col(Broadcast.id)))]


def show(session: Session, number: int, editing: Collection[str], now: datetime) -> int:
    """Tell one author how it stands; 1 when something is to be sent. ``editing`` are the channels that edit."""
    row = session.exec(select(Broadcast).where(Broadcast.id == number).with_for_update()).first()
    chat = None if row is None or row.author_chat_id is None else session.get(Chat, row.author_chat_id)
    if row is None or chat is None:
        return 0
    figures = report(session, row)
    percent = 100 if row.status in OVER else percent_of(figures)
    if chat.channel in editing:
        return _edit(session, row, chat, progress(row, figures, percent), now)
    reached = max((step for step in SPARSE if percent >= step), default=0)
    over = row.status in OVER
    if not over and reached <= row.told_percent:
        return 0
    row.told_percent = ALL_TOLD if over else reached
    queue_notice(session, chat, [progress(row, figures, percent)], now, INTERACTIVE)
    return 1


def percent_of(figures: Report) -> int:
    """How much of a broadcast is settled, 0 to 100."""
    return 100 * (figures.recipients - figures.waiting) // max(1, figures.recipients)


def progress(row: Broadcast, figures: Report, percent: int) -> Reply:
    """The message: a bar and figures, and the buttons that steer it while it is under way."""
    filled = percent * BAR // 100
    said = str(row.body["text"])
    values = {
        "text": said if len(said) <= QUOTED else f"{said[: QUOTED - 1].rstrip()}…",
        "bar": "▓" * filled + "░" * (BAR - filled),
        "percent": percent,
        "sent": figures.sent,
        "count": figures.recipients,
        "failed": sum(figures.failed.values()),
        "unknown": figures.unknown,
        "cancelled": figures.cancelled,
    }
    return Reply(text(SHOWN[row.status], **values), steering_buttons(row.id or 0, row.status), edit=True)


def _edit(session: Session, row: Broadcast, chat: Chat, said: Reply, now: datetime) -> int:
    """Say it in the one message: anew when there is none, else by an edit once the last has arrived."""
    message = None if row.progress_id is None else session.get(Outbox, row.progress_id)
    body = reply_to_json(said)
    if message is None and row.progress_id is not None:
        row.told_percent = ALL_TOLD  # forgotten with the chat, or long ago
        return 0
    if message is None:
        queue_notice(session, chat, [said], now, INTERACTIVE)
        session.flush()
        newest = select(Outbox.id).where(Outbox.chat_id == chat.id).order_by(col(Outbox.id).desc()).limit(1)
        row.progress_id = session.exec(newest).one()
        row.told_percent = ALL_TOLD if row.status in OVER else row.told_percent
        return 1
    if message.status not in ("sent", "waiting"):
        # In flight: the next look says it. Refused for good: nobody is there to be told.
        row.told_percent = row.told_percent if message.status == "sending" else ALL_TOLD
        return 0
    over = row.status in OVER
    if message.body == body:
        row.told_percent = ALL_TOLD if over else row.told_percent
        return 0
    if message.status == "sent":
        if not over and message.sent_at is not None and now - message.sent_at < EDIT_EVERY:
            return 0
        message.status, message.edits, message.tries = "waiting", message.platform_id, 0
        message.not_before = now
    message.body = body
    return 1
