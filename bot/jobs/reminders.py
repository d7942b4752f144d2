"""Reminders of learning, by the program that leads: in the evening, to who asked, within the weekly cap."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime, time
from functools import partial

from sqlmodel import Session, col, select

from bot.channels.message import Reply
from bot.conversation.buttons import with_offered
from bot.conversation.fitting import fit
from bot.conversation.reminders import may_remind, reminded, reminder
from bot.conversation.turn import REMIND
from bot.delivery.broadcasts import is_quiet
from bot.delivery.notices import queue_notice
from bot.delivery.outbox import REMINDER
from bot.delivery.reach import WEEKLY_CAP, reach_of
from bot.store.database import Database
from bot.store.repositories import AttemptRepository
from bot.store.tables import Chat, Person
from lessons.catalogue import Catalogue
from lessons.progress import VIETNAM

EVENING = time(18, 0)  # until the quiet hours: most people are at home and have ten minutes
# Of a week's unasked messages one place stays free for the ward's own.
REMINDER_CAP = WEEKLY_CAP - 1
AT_ONCE = 500  # residents looked at in one step: their answers are read and weighed, some milliseconds each


class Reminders:
    """Looks at every resident who asked for reminders once an evening."""

    def __init__(self, database: Database, catalogue: Callable[[], Catalogue]) -> None:
        self._database = database
        self._catalogue = catalogue
        self._day: date | None = None
        self._looked: set[int] = set()

    async def step(self, now: datetime) -> int:
        """Remind the next residents; how many were. Outside the evening nobody is."""
        local = now.astimezone(VIETNAM)
        if local.time() < EVENING or is_quiet(now):
            return 0
        if self._day != local.date():
            self._day, self._looked = local.date(), set()
        waiting = await self._database.read(lambda session: candidates(session, now))
        chosen = [chat for chat in waiting if chat not in self._looked][:AT_ONCE]
        self._looked.update(chosen)
        catalogue = self._catalogue()
        due = await self._database.read(
            lambda session: worth_it(session, to_remind(session, chosen, now), catalogue, now)
        )
        count = 0
        for chat in due:
            step = partial(remind_one, chat_id=chat, catalogue=catalogue, now=now)
            count += await self._database.write(step)
        return count


def candidates(session: Session, now: datetime) -> list[int]:
    """The chats that asked and may be reminded by what they keep themselves."""
    asked = col(Chat.state)[REMIND].as_string().is_not(None)
    rows = session.exec(
        select(Chat.id, Chat.state, Chat.last_seen_at)
        .where(asked, col(Chat.person_id).is_not(None), col(Chat.reachable).is_(True))
        .order_by(col(Chat.id))
    )
    return [chat or 0 for chat, state, seen in rows if may_remind(state, seen, now)]


def to_remind(session: Session, chats: Iterable[int], now: datetime) -> list[int]:
    """Of these chats those a message may reach now: stop words, weekly cap, windows and quotas are kept."""
    among = list(chats)
    persons = select(Person.id).where(col(Person.id).in_(select(Chat.person_id).where(col(Chat.id).in_(among))))
    return reach_of(session, persons, now, REMINDER_CAP, among).chats


def worth_it(session: Session, chats: Iterable[int], catalogue: Catalogue, now: datetime) -> list[int]:
    """Of these chats those with something to be reminded of: most are written nothing."""
    found = (session.get(Chat, number) for number in chats)
    return [chat.id or 0 for chat in found if chat is not None and _reminder(session, chat, catalogue, now) is not None]


def _reminder(session: Session, chat: Chat, catalogue: Catalogue, now: datetime) -> Reply | None:
    if chat.person_id is None or not may_remind(chat.state, chat.last_seen_at, now):
        return None
    return reminder(chat.state, AttemptRepository(session).of_person(chat.person_id), catalogue, now)


def remind_one(session: Session, chat_id: int, catalogue: Catalogue, now: datetime) -> int:
    """Leave a reminder when there is something to be reminded of: 1, else 0."""
    chat = session.exec(select(Chat).where(Chat.id == chat_id).with_for_update()).first()
    found = None if chat is None else _reminder(session, chat, catalogue, now)
    if chat is None or found is None:
        return 0
    replies = fit([found])
    queue_notice(session, chat, replies, now, REMINDER)
    chat.state = with_offered(reminded(chat.state, chat.last_seen_at, now), replies)
    return 1
