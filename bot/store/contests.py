"""Contests over a Session: from rows to the log that lessons.contest counts, outages, freezing."""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select

from bot.store.contest_counts import keep_contest_counts
from bot.store.contest_tables import (
    Contest,
    ContestAnswer,
    ContestMark,
    ContestOutage,
    ContestPaper,
    ContestParticipant,
    ContestQuestion,
    ContestRound,
)
from bot.store.sql import table_of
from bot.store.tables import Inbox, ResidentialGroup
from lessons.certificate_data import CODE_LETTERS
from lessons.contest.clock import deadline
from lessons.contest.draw import BankEntry, Wanted
from lessons.contest.rules import Answer, Group, Key, Log, Outage, Participant, Rules, moment, time_of
from lessons.contest.verify import Drawn, digest_of, log_file
from lessons.models import Question
from lessons.versions import question_from_json

CODE_LENGTH = 8  # of 31 letters, 40 bits: enough to tell participants apart, short enough to be typed
DRAFT, REHEARSAL, OPEN, FROZEN = "draft", "rehearsal", "open", "frozen"
OPEN_KIND, LIVE_KIND = "open", "live"
BEAT_SECONDS = {OPEN_KIND: 5.0, LIVE_KIND: 1.0}  # how often it is noted that the program runs
# A gap of so many beats is an outage. What is shorter is within the allowance that every answer has.
OUTAGE_BEATS = 3
PROTEST_DAYS = 7  # after freezing; then what could tell participants apart is erased


class NotYetError(Exception):
    """A contest cannot be frozen yet; the message is the key of the staff text that says why."""


def new_code() -> str:
    """A random code of letters that are not mistaken for others."""
    return "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH))


def rules_of(contest: Contest) -> Rules:
    """The rules as the contest keeps them."""
    return Rules.from_json(contest.rules)


def questions_of(session: Session, contest_id: int) -> dict[int, tuple[ContestQuestion, Question]]:
    """The questions that count, by number, with the words they had when the contest was made."""
    rows = session.exec(
        select(ContestQuestion)
        .where(ContestQuestion.contest_id == contest_id, ContestQuestion.number > 0)
        .order_by(col(ContestQuestion.number))
    )
    return {row.number: (row, question_from_json({**row.body, "line": 0})) for row in rows}


def question_of(session: Session, contest_id: int, number: int) -> Question | None:
    """One question, of the practice (numbers below 0) too; None when there is none such."""
    row = session.exec(
        select(ContestQuestion).where(ContestQuestion.contest_id == contest_id, ContestQuestion.number == number)
    ).first()
    return None if row is None else question_from_json({**row.body, "line": 0})


def outages_of(session: Session, contest_id: int) -> list[Outage]:
    """When the program did not run during the contest."""
    rows = session.exec(select(ContestOutage).where(ContestOutage.contest_id == contest_id))
    return [Outage(moment(row.started_at), moment(row.ended_at)) for row in rows]


def closing_time(session: Session, contest: Contest, outages: Sequence[Outage] | None = None) -> datetime:
    """The end of the window, later by every outage within it; these are read unless they are given."""
    starts, ends = moment(contest.starts_at), moment(contest.ends_at)
    stood = outages_of(session, contest.id or 0) if outages is None else outages
    return time_of(deadline(starts, ends - starts, stood))


def log_of(session: Session, contest: Contest) -> Log:
    """Everything the result is computed from."""
    contest_id = contest.id or 0
    keys = [
        Key(number, question.id, question.correct[0], row.voided)
        for number, (row, question) in questions_of(session, contest_id).items()
    ]
    seats = session.exec(
        select(ContestParticipant)
        .where(ContestParticipant.contest_id == contest_id)
        .order_by(col(ContestParticipant.id))
    ).all()
    codes = {row.id: row.code for row in seats}
    given = table_of(ContestAnswer).c
    answers = session.connection().execute(  # plain columns: a hall gives tens of thousands
        select_columns(given.participant_id, given.number, given.asked_at, given.received_at, given.chosen).where(
            given.contest_id == contest_id, given.number > 0
        )
    )
    return Log(
        rules_of(contest),
        moment(contest.starts_at),
        moment(contest.ends_at),
        keys,
        _participants(seats),
        [Answer(codes[who], number, moment(asked), moment(at), chosen) for who, number, asked, at, chosen in answers],
        _groups(session, contest),
        outages_of(session, contest_id),
    )


def _participants(seats: Any) -> list[Participant]:
    """Attempts are numbered by when they began: a merge renumbers rows, never what counts."""
    attempts: defaultdict[str, int] = defaultdict(int)
    found = []
    for row in seats:
        attempts[row.player] += 1
        group = None if row.group_id is None else str(row.group_id)
        began, number = moment(row.joined_at), attempts[row.player]
        found.append(Participant(row.code, row.player, group, number, began, row.paper, row.set_aside))
    return found


def _groups(session: Session, contest: Contest) -> list[Group]:
    rows = session.exec(select(ResidentialGroup).where(ResidentialGroup.ward_code == contest.ward_code)).all()
    playing = [row for row in rows if row.active and (not contest.groups or row.id in contest.groups)]
    return [Group(str(row.id), row.name, row.adults) for row in playing]


def file_of(session: Session, contest: Contest) -> str:
    """The log as a file, with the boards it gives."""
    questions = questions_of(session, contest.id or 0)
    words = {
        question.id: {"text": question.text, "options": {one.id: one.text for one in question.options}}
        for _row, question in questions.values()
    }
    wanted = Wanted.from_json(contest.wanted) if contest.wanted else None
    drawn = Drawn(contest.seed, wanted, [BankEntry(*entry) for entry in contest.bank])
    return log_file(contest.name, log_of(session, contest), drawn, words)


def freeze(session: Session, contest: Contest, now: datetime) -> str:
    """Freeze the result, for the first time or after a recount; the hash. Raises NotYetError."""
    ends = closing_time(session, contest)
    if now <= ends + timedelta(milliseconds=rules_of(contest).allowance_ms):
        raise NotYetError("contest_not_over")
    waiting = select(Inbox.id).where(Inbox.status == "new", col(Inbox.received_at) <= ends).limit(1)
    if session.exec(waiting).first() is not None:
        raise NotYetError("contest_messages_wait")  # they were received in time, only not yet read
    contest.result_file = file_of(session, contest)
    contest.result_hash = digest_of(contest.result_file)
    contest.status = FROZEN
    keep_contest_counts(session, contest, log_of(session, contest))
    if contest.frozen_at is None:
        contest.frozen_at, contest.protests_until = now, now + timedelta(days=PROTEST_DAYS)
    return contest.result_hash


def _running(session: Session) -> list[Contest]:
    rows = session.exec(select(Contest).where(col(Contest.status).in_((OPEN, REHEARSAL)))).all()
    return [row for row in rows if row.alive_at is None or row.alive_at <= closing_time(session, row)]


def _is_due(contest: Contest, now: datetime) -> bool:
    alive = contest.alive_at
    return alive is None or (now - alive).total_seconds() >= BEAT_SECONDS[contest.kind]


def beat_due(session: Session, now: datetime) -> bool:
    """Whether something is to be noted now; most seconds nothing is."""
    return any(_is_due(contest, now) for contest in _running(session))


def beat(session: Session, now: datetime) -> None:
    """Note that the program runs, for every contest that was opened; a gap since the last time was an outage."""
    for contest in _running(session):
        if not _is_due(contest, now):
            continue
        last, every = contest.alive_at or now, BEAT_SECONDS[contest.kind]
        contest.alive_at = now
        if now - last <= timedelta(seconds=every * OUTAGE_BEATS) or now <= contest.starts_at:
            continue
        if last <= closing_time(session, contest):
            began = max(last, contest.starts_at)
            session.add(ContestOutage(contest_id=contest.id or 0, started_at=began, ended_at=now))
            session.flush()


def settle(session: Session, contest: Contest, now: datetime) -> None:
    """Protests are over: what could tell who played is erased."""
    session.execute(delete(ContestMark).where(col(ContestMark.contest_id) == contest.id))
    contest.salt, contest.settled_at = "", now


def settle_due(session: Session, now: datetime) -> None:
    """Close the protests of every contest whose days for them are over."""
    due = select(Contest).where(col(Contest.protests_until) < now, col(Contest.settled_at).is_(None))
    for contest in session.exec(due).all():
        settle(session, contest, now)


def clear_play(session: Session, contest: Contest) -> None:
    """Everything of a rehearsal goes: the contest is as if nobody had played."""
    mine = contest.id
    for table in (ContestMark, ContestAnswer, ContestRound, ContestOutage, ContestPaper, ContestParticipant):
        session.execute(delete(table).where(col(table.contest_id) == mine))
    contest.alive_at = None
