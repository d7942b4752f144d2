"""Players of a live contest in chats of messaging platforms: seats there is room for, questions sent, answers taken."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, func, update
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select

from bot.channels.account import kind_of
from bot.conversation.ports_contest import Taken
from bot.delivery.outbox import CONTEST
from bot.delivery.windows import FREE_WINDOWS, has_windows, room_for_pushes
from bot.store.contest_tables import (
    Contest,
    ContestAnswer,
    ContestParticipant,
    ContestQuestion,
    ContestRound,
)
from bot.store.contests import LIVE_KIND, OPEN, REHEARSAL, closing_time, outages_of, question_of, rules_of
from bot.store.quotas import limits_of
from bot.store.sql import insert_ignoring
from bot.store.tables import Chat, Outbox
from lessons.contest.capacity import Room, Way, messages_needed, room, spread
from lessons.contest.clock import ran
from lessons.contest.draw import options_for
from lessons.contest.rules import Outage, Rules, moment


class ChatSeat(NamedTuple):
    """A seat that is played in a chat."""

    seat: ContestParticipant
    chat: Chat


def seats_in_chats(session: Session, contest_id: int) -> list[ChatSeat]:
    """The seats of a contest in chats that are still their players', by chat."""
    rows = session.exec(
        select(ContestParticipant, Chat)
        .join(Chat, _its_chat())
        .where(ContestParticipant.contest_id == contest_id, col(ContestParticipant.set_aside).is_(False))
        .order_by(col(Chat.id))
    )
    return [ChatSeat(seat, chat) for seat, chat in rows]


def chat_room(session: Session, contest: Contest, account: str, way: Way, now: datetime) -> Room:
    """The room on an account for players of a live contest; two who join in one moment may both take the last seat."""
    seated, busy, promised = _seated(session, contest, account)
    left = None if has_windows(account) else room_for_pushes(session, account, now)
    return room(
        rules_of(contest),
        way,
        questions_to_come(session, contest),
        None if left is None else left - promised,
        limits_of(session, account)[1],
        busy,
        seated,
    )


def opens_too_late(contest: Contest, account: str, now: datetime) -> bool:
    """Whether the account may not be written by any more when the contest begins, if the player is silent till then."""
    free = FREE_WINDOWS.get(kind_of(account))
    return free is not None and contest.starts_at - now > free


def questions_to_come(session: Session, contest: Contest) -> int:
    """How many questions, of the practice too, were not asked yet."""
    every = session.exec(
        select(func.count(col(ContestQuestion.id))).where(ContestQuestion.contest_id == contest.id)
    ).one()
    asked = session.exec(select(func.count(col(ContestRound.id))).where(ContestRound.contest_id == contest.id)).one()
    return max(0, every - asked)


def _seated(session: Session, contest: Contest, account: str) -> tuple[int, int, int]:
    """On an account: the players of the contest, those of others at the same time, and messages others will need."""
    counted = session.exec(
        select(Contest, func.count(col(ContestParticipant.id)))
        .join(ContestParticipant, col(ContestParticipant.contest_id) == col(Contest.id))
        .join(Chat, _its_chat())
        .where(
            Contest.kind == LIVE_KIND,
            col(Contest.status).in_((OPEN, REHEARSAL)),
            col(ContestParticipant.set_aside).is_(False),
            Chat.channel == account,
        )
        .group_by(col(Contest.id))
    ).all()
    seated = busy = promised = 0
    for one, players in counted:
        if one.id == contest.id:
            seated = players
            continue
        promised += players * messages_needed(questions_to_come(session, one))
        if one.starts_at <= closing_time(session, contest) and contest.starts_at <= closing_time(session, one):
            busy += players
    return seated, busy, promised


def _its_chat() -> ColumnElement[bool]:
    """The chat of a seat while it is still its player's: one that was unlinked gets no more questions."""
    return and_(
        col(Chat.id) == col(ContestParticipant.chat_id), col(Chat.person_id) == col(ContestParticipant.person_id)
    )


def _of_round(opened: datetime) -> tuple[ColumnElement[bool], ...]:
    """The messages that brought the question of a round: nothing else of this priority is made at its moment."""
    return col(Outbox.priority) == CONTEST, col(Outbox.created_at) == opened


def lag(session: Session, contest_id: int, row: ContestRound, rules: Rules, outages: list[Outage]) -> int:
    """Milliseconds by which a round lasts longer, as its question left for some chats later; at most the spread."""
    mine = select(ContestParticipant.chat_id).where(
        ContestParticipant.contest_id == contest_id, col(ContestParticipant.chat_id).is_not(None)
    )
    rows = session.execute(
        select_columns(col(Outbox.status), func.max(Outbox.sent_at))
        .where(col(Outbox.chat_id).in_(mine), *_of_round(row.opened_at))
        .group_by(col(Outbox.status))
    ).all()
    if any(status in ("waiting", "sending") for status, _at in rows):
        return spread(rules)
    sent = [at for _status, at in rows if at is not None]
    return min(spread(rules), ran(moment(row.opened_at), moment(max(sent)), outages)) if sent else 0


def drop_unsent(session: Session, chats: Iterable[int], made_at: datetime | None) -> None:
    """Messages of a contest that did not leave in time stay."""
    if made_at is not None:
        mine = (col(Outbox.chat_id).in_(list(chats)), *_of_round(made_at), col(Outbox.status) == "waiting")
        session.execute(update(Outbox).where(*mine).values(status="cancelled"))


def sent_at(session: Session, chat_id: int, opened: datetime) -> datetime | None:
    """When the question of a round had left for a chat."""
    mine = (col(Outbox.chat_id) == chat_id, *_of_round(opened))
    return session.exec(select(func.max(Outbox.sent_at)).where(*mine)).one()


def answer_live(session: Session, seat_id: int, number: int, option: int, chat_id: int, at: datetime) -> Taken:
    """As Contests.answer_live."""
    seat = session.get_one(ContestParticipant, seat_id)
    contest = session.get_one(Contest, seat.contest_id)
    asked = session.exec(
        select(ContestRound).where(ContestRound.contest_id == seat.contest_id, ContestRound.number == number)
    ).first()
    if asked is None or contest.status not in (OPEN, REHEARSAL):
        return Taken.OLD
    given = select(ContestAnswer.id).where(
        ContestAnswer.contest_id == seat.contest_id,
        ContestAnswer.participant_id == seat_id,
        ContestAnswer.number == number,
    )
    if session.exec(given).first() is not None:
        return Taken.REPEATED
    # The clock begins when the question has left: pacing costs nobody a second.
    begun = max(asked.opened_at, sent_at(session, chat_id, asked.opened_at) or asked.opened_at)
    rules = rules_of(contest)
    used = ran(moment(begun), moment(at), outages_of(session, seat.contest_id))
    if used > rules.longest_ms or (asked.closed_at is not None and at >= asked.closed_at):
        return Taken.LATE
    question = question_of(session, seat.contest_id, number)
    options = [] if question is None else options_for(question, contest.seed, seat.code)
    if option >= len(options):
        return Taken.OLD
    values = {
        "contest_id": seat.contest_id, "participant_id": seat_id, "number": number,
        "asked_at": begun, "received_at": at, "chosen": options[option].id,
    }  # fmt: skip
    return Taken.REPEATED if insert_ignoring(session, ContestAnswer, values) is None else Taken.KEPT
