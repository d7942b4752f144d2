"""Messages nobody asked for just now: whom they may reach, and why the others cannot be reached."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import exists, func, or_
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select

from bot.channels.account import ward_of
from bot.delivery.notices import PULLING_CHANNELS
from bot.delivery.outbox import REMINDER
from bot.delivery.windows import Window, has_windows, room_for_pushes, window
from bot.store.consents import MESSAGES, agreed_to
from bot.store.tables import Attempt, Chat, Outbox, Person

WEEKLY_CAP = 3  # unasked messages a person gets in seven days: more and people stop reading
WEEK = timedelta(days=7)
STOPPED_KEY = "stopped"  # of a chat's state (bot/conversation/turn.py): the resident wants none
NOT_SENT = ("failed", "cancelled")


class Why(StrEnum):
    """Why a message cannot reach a person."""

    NO_CHAT = "no_chat"
    STOPPED = "stopped"
    CAPPED = "capped"
    BLOCKED = "blocked"
    WINDOW = "window"
    QUOTA = "quota"
    NOT_AGREED = "not_agreed"


@dataclass(frozen=True, slots=True)
class Audience:
    """Who: residents of these groups (none: the whole ward), perhaps only who has not finished a lesson, or an age."""

    groups: tuple[int, ...] = ()
    unfinished: str | None = None
    age_bands: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """For the table."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Audience:
        """From the table."""
        return cls(tuple(value["groups"]), value["unfinished"], tuple(value["age_bands"]))


@dataclass(frozen=True, slots=True)
class Reach:
    """``chats``: one chat a person that can be reached, ascending. ``out``: the others, by person."""

    chats: list[int] = field(default_factory=list)
    out: dict[int, Why] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Line:
    """A chat of a person; ``obstacle`` keeps a message from it."""

    chat_id: int
    channel: str
    seen: datetime
    obstacle: Why | None
    paid: bool

    @property
    def rank(self) -> tuple[bool, bool, bool, datetime]:
        """The best is open, free, pushed rather than waiting to be opened, and was used last."""
        return self.obstacle is None, not self.paid, self.channel not in PULLING_CHANNELS, self.seen


def reach(session: Session, ward_code: str, audience: Audience, now: datetime) -> Reach:
    """Whom a broadcast reaches at this moment."""
    statement = select(Person.id).where(col(Person.ward_code) == ward_code)
    if audience.groups:
        statement = statement.where(col(Person.group_id).in_(audience.groups))
    if audience.age_bands:
        statement = statement.where(col(Person.age_band).in_(audience.age_bands))
    if audience.unfinished:
        statement = statement.where(col(Person.id).not_in(_finished(audience.unfinished)))
    account = exists(select(Chat.id).where(col(Chat.person_id) == col(Person.id)))
    result = reach_of(session, statement.where(or_(agreed_to(MESSAGES), ~account)), now, WEEKLY_CAP, ward=ward_code)
    refused = statement.where(~agreed_to(MESSAGES), account)
    result.out.update({person: Why.NOT_AGREED for person in session.exec(refused) if person is not None})
    return result


def recipients(session: Session, ward_code: str, audience: Audience, now: datetime) -> list[int]:
    """One chat a person, ascending: who agreed, can be reached, takes messages and is not capped."""
    return reach(session, ward_code, audience, now).chats


def reach_of(
    session: Session,
    persons: Any,
    now: datetime,
    cap: int,
    among: Iterable[int] | None = None,
    ward: str | None = None,
) -> Reach:
    """Whom of these persons (a statement that selects their ids) a message reaches.

    ``cap`` is how many unasked messages they may have had in seven days; ``among`` are the only chats to be used.
    A message of ``ward`` leaves by no other ward's account.
    """
    lines: dict[int, list[_Line]] = {person: [] for person in session.exec(persons) if person is not None}
    allowed = None if among is None else frozenset(among)
    stopped: set[int] = set()
    columns = (Chat.id, Chat.person_id, Chat.channel, Chat.last_seen_at, Chat.state, Chat.reachable)
    found = select_columns(*map(col, columns)).where(col(Chat.person_id).in_(persons))
    for chat_id, person, channel, seen, state, reachable in session.execute(found):
        if state.get(STOPPED_KEY):
            stopped.add(person)
        its_own = ward is None or ward_of(channel) in (None, ward)
        if person in lines and its_own and (allowed is None or chat_id in allowed):
            state_of = window(channel, seen, now)
            shut = Why.WINDOW if state_of is Window.SHUT else None
            obstacle = shut if reachable else Why.BLOCKED
            lines[person].append(_Line(chat_id, channel, seen, obstacle, paid=state_of is Window.PAID))
    capped = _capped(session, now, cap)
    chosen: list[_Line] = []
    result = Reach()
    for person, chats in lines.items():
        best = max(chats, key=lambda line: line.rank, default=None)
        why = Why.STOPPED if person in stopped else Why.CAPPED if person in capped else _obstacle(best)
        if why is None and best is not None:
            chosen.append(best)
        elif why is not None:
            result.out[person] = why
    _within_quotas(session, chosen, now, result, {line.chat_id: person for person, of in lines.items() for line in of})
    result.chats.sort()
    return result


def _obstacle(line: _Line | None) -> Why | None:
    return Why.NO_CHAT if line is None else line.obstacle


def _within_quotas(session: Session, chosen: Sequence[_Line], now: datetime, result: Reach, of: dict[int, int]) -> None:
    """Who wrote last comes first where a month's messages do not suffice for all."""
    left: dict[str, int | None] = {}
    for line in sorted(chosen, key=lambda one: one.seen, reverse=True):
        # Of an account with windows only what is paid for is counted, and none may be paid for unless the ward says so.
        counted = line.paid or not has_windows(line.channel)
        if line.channel not in left:
            left[line.channel] = room_for_pushes(session, line.channel, now)
        room = left[line.channel]
        if counted and room is not None:
            if room <= 0:
                result.out[of[line.chat_id]] = Why.WINDOW if line.paid else Why.QUOTA
                continue
            left[line.channel] = room - 1
        result.chats.append(line.chat_id)


def _finished(lesson_id: str) -> Any:
    """The people who answered every question of a version of the lesson."""
    return (
        select(Attempt.person_id)
        .where(Attempt.lesson_id == lesson_id)
        .group_by(col(Attempt.person_id), col(Attempt.lesson_version))
        .having(func.count(func.distinct(Attempt.question_id)) >= func.max(Attempt.question_count))
    )


def _capped(session: Session, now: datetime, cap: int) -> set[int]:
    """People who had their share of the last seven days, on all their accounts together."""
    # A broadcast counts once, however many accounts it came by; each reminder is a message of its own.
    message = func.coalesce(col(Outbox.broadcast_id), -col(Outbox.id))
    statement = (
        select(Chat.person_id)
        .join(Outbox, col(Outbox.chat_id) == col(Chat.id))
        .where(
            or_(col(Outbox.broadcast_id).is_not(None), col(Outbox.priority) == REMINDER),
            col(Outbox.status).not_in(NOT_SENT),
            col(Outbox.created_at) > now - WEEK,
            col(Chat.person_id).is_not(None),
        )
        .group_by(col(Chat.person_id))
        .having(func.count(func.distinct(message)) >= cap)
    )
    return {person for person in session.exec(statement) if person is not None}
