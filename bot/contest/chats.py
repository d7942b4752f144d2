"""What players in chats are sent in a live contest: the question, perhaps its result, and the points at the end.

Written into the outbox in the transaction of what it tells of, so that a restart loses and doubles nothing; by a
priority that is never sent again when it may have arrived.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from bot.channels.message import Reply
from bot.conversation.buttons import with_offered
from bot.conversation.contest_live import final_reply, live_question, result_reply
from bot.conversation.fitting import fit
from bot.delivery.notices import queue_notice
from bot.delivery.outbox import CONTEST
from bot.delivery.windows import has_windows, may_write, room_for_pushes
from bot.store.contest_chats import ChatSeat, drop_unsent, questions_to_come, seats_in_chats
from bot.store.contest_tables import Contest, ContestAnswer, ContestRound
from bot.store.contests import closing_time, log_of, question_of, rules_of
from bot.store.tables import Chat, Inbox
from lessons.contest.boards import boards
from lessons.contest.capacity import results_fit
from lessons.contest.draw import options_for
from lessons.contest.score import points_of
from lessons.models import Question

# What came before the end of a round is taken before its result is told; the worker needs milliseconds for it.
READ_LIMIT = timedelta(seconds=5)


def ask(session: Session, contest: Contest, number: int, total: int, now: datetime) -> int:
    """Leave a question for every player in a chat; how many. ``now`` is when its round opened."""
    seats = seats_in_chats(session, contest.id or 0)
    if not seats:
        return 0
    last = session.exec(
        select(ContestRound.told_at)
        .where(ContestRound.contest_id == contest.id, ContestRound.number != number)
        .order_by(col(ContestRound.id).desc())
    ).first()
    drop_unsent(session, (one.chat.id or 0 for one in seats), last)
    question, seconds = _asked(session, contest, number), rules_of(contest).seconds_per_question
    for seat, chat in seats:
        options = options_for(question, contest.seed, seat.code)
        _leave(session, chat, live_question(contest.id or 0, number, total, question, options, seconds), now)
    return len(seats)


def close(session: Session, contest_id: int, row: ContestRound) -> None:
    """A round ends: its question does not leave any more."""
    drop_unsent(session, (one.chat.id or 0 for one in seats_in_chats(session, contest_id)), row.opened_at)


def to_tell(session: Session, contest_id: int, now: datetime) -> bool:
    """Whether players in chats are to be told something."""
    contest = session.get_one(Contest, contest_id)
    row = _untold(session, contest_id, now)
    return row is not None or _is_over(session, contest, row, now)


def tell(session: Session, contest_id: int, now: datetime) -> int:
    """Tell each player in a chat, once, what came of the round just closed, and the points at the end; how many were.

    Where the month's messages do not suffice for a result each, the end tells all.
    """
    contest = session.exec(select(Contest).where(Contest.id == contest_id).with_for_update()).one()
    row, seats, told = _untold(session, contest_id, now), seats_in_chats(session, contest_id), 0
    over = _is_over(session, contest, row, now)
    if row is not None:
        row.told_at = now
        told = 0 if over else _tell_results(session, contest, row, _affordable(session, contest, seats, now), now)
    if over:
        contest.told_at = now
        told += _tell_totals(session, contest, seats, now)
    return told


def _untold(session: Session, contest_id: int, now: datetime) -> ContestRound | None:
    """The newest round when its result may be told."""
    row = session.exec(
        select(ContestRound).where(ContestRound.contest_id == contest_id).order_by(col(ContestRound.id).desc())
    ).first()
    if row is None or row.closed_at is None or row.told_at is not None:
        return None
    chats = [one.chat.id for one in seats_in_chats(session, contest_id)]
    waiting = select(Inbox.id).where(
        col(Inbox.chat_id).in_(chats), Inbox.status == "new", col(Inbox.received_at) < row.closed_at
    )
    unread = now < row.closed_at + READ_LIMIT and session.exec(waiting.limit(1)).first() is not None
    return None if unread else row


def _is_over(session: Session, contest: Contest, untold: ContestRound | None, now: datetime) -> bool:
    """Whether the end is to be told: the contest is over, and the answers to its last question are read.

    ``untold``: as ``_untold`` found it.
    """
    if contest.told_at is not None or now <= closing_time(session, contest):
        return False
    rounds = select(ContestRound.told_at).where(ContestRound.contest_id == contest.id)
    told = session.exec(rounds.order_by(col(ContestRound.id).desc())).all()
    return bool(told) and (told[0] is not None or untold is not None)


def _affordable(session: Session, contest: Contest, seats: Sequence[ChatSeat], now: datetime) -> list[ChatSeat]:
    """The players of accounts that have messages enough for results beside what must be sent."""
    by_account: defaultdict[str, list[ChatSeat]] = defaultdict(list)
    for one in seats:
        by_account[one.chat.channel].append(one)
    left = {name: None if has_windows(name) else room_for_pushes(session, name, now) for name in by_account}
    to_come = questions_to_come(session, contest)
    return [one for name, mine in by_account.items() if results_fit(len(mine), to_come, left[name]) for one in mine]


def _tell_results(
    session: Session, contest: Contest, row: ContestRound, seats: Sequence[ChatSeat], now: datetime
) -> int:
    if not seats:
        return 0
    log, question = log_of(session, contest), _asked(session, contest, row.number)
    key = next((one for one in log.keys if one.number == row.number), None)
    totals = {one.participant.id: one.score.points for one in boards(log).people}
    who = {one.id: one for one in log.participants}
    timed = {one.participant: one for one in log.answers if one.number == row.number}
    chosen = _chosen(session, contest, row.number)
    for seat, chat in seats:
        points = points_of(log, who[seat.code], key, timed[seat.code])[0] if key and seat.code in timed else 0
        said = result_reply(row.number, question, chosen.get(seat.id or 0), points, totals.get(seat.code, 0))
        _leave(session, chat, said, now)
    return len(seats)


def _chosen(session: Session, contest: Contest, number: int) -> dict[int, str]:
    rows = session.exec(
        select(ContestAnswer.participant_id, ContestAnswer.chosen).where(
            ContestAnswer.contest_id == contest.id, ContestAnswer.number == number
        )
    )
    return dict(rows.all())


def _tell_totals(session: Session, contest: Contest, seats: Sequence[ChatSeat], now: datetime) -> int:
    if not seats:
        return 0
    log = log_of(session, contest)
    people = boards(log).people
    places = {one.participant.id: one for one in people}
    for seat, chat in seats:
        if (mine := places.get(seat.code)) is not None:
            _leave(session, chat, final_reply(contest.name, mine.place, len(people), mine.score, len(log.keys)), now)
    return len(seats)


def _leave(session: Session, chat: Chat, reply: Reply, now: datetime) -> None:
    """Nothing is held for later, when nobody could use it any more."""
    if chat.reachable and may_write(session, chat, now):
        replies = fit([reply])
        queue_notice(session, chat, replies, now, CONTEST)
        chat.state = with_offered(chat.state, replies)


def _asked(session: Session, contest: Contest, number: int) -> Question:
    question = question_of(session, contest.id or 0, number)
    assert question is not None, "a round is opened with one of the contest's questions"
    return question
