"""Rounds of a live contest: the database alone says where it is, so that a restart changes nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, col, select

from bot.contest import chats
from bot.store.contest_board import shown_names
from bot.store.contest_chats import lag
from bot.store.contest_play import nickname
from bot.store.contest_tables import Contest, ContestAnswer, ContestParticipant, ContestQuestion, ContestRound
from bot.store.contests import (
    FROZEN,
    LIVE_KIND,
    OPEN,
    REHEARSAL,
    closing_time,
    log_of,
    outages_of,
    question_of,
    rules_of,
)
from lessons.contest.boards import boards
from lessons.contest.clock import deadline, ran
from lessons.contest.rules import Outage, Rules, moment, time_of
from lessons.models import Question

LOBBY, ASKED, SHOWN, ENDED = "lobby", "asked", "shown", "ended"
TOP = 10  # lines of the board on the projector: legible from the last row


@dataclass(frozen=True, slots=True)
class Seat:
    """A player of the contest; ``code`` decides the order of options. ``in_chat``: questions are sent as messages."""

    id: int
    code: str
    player: str
    shown: str | None
    in_chat: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """A player's place, points and right answers."""

    place: int
    points: int
    right: int


@dataclass(frozen=True, slots=True)
class Live:
    """Where a live contest is: everything host and players are shown, but who has which seat.

    ``number`` is that of the present question, negative for practice; ``closes`` until when its answers count,
    allowance included, later by every outage; ``ends`` until when the round stays open, later by what the question
    took to leave for players in chats; ``closed`` when the right option was told. ``answered`` is how many answered it,
    ``counts`` how often each option was chosen.
    """

    id: int
    code: str
    ward_code: str
    name: str
    seed: str
    phase: str
    rules: Rules
    number: int
    total: int
    question: Question | None
    opened: datetime | None
    closes: datetime | None
    ends: datetime | None
    closed: datetime | None
    answered: int
    seats: Mapping[int, Seat] = field(repr=False)
    counts: Mapping[str, int] = field(default_factory=dict)
    standings: Mapping[str, Standing] = field(default_factory=dict, repr=False)
    top: Sequence[tuple[int, str, int]] = ()

    @property
    def step(self) -> tuple[str, int, datetime | None]:
        """Changes with everything that all players see."""
        return self.phase, self.number, self.closes


def live_contests(session: Session) -> list[int]:
    """The live contests that are on."""
    on = col(Contest.status).in_((OPEN, REHEARSAL))
    return [row for row in session.exec(select(Contest.id).where(Contest.kind == LIVE_KIND, on)) if row]


def open_next(session: Session, contest: Contest, now: datetime) -> str:
    """Ask the next question, practice first; the key of the staff text that says what became of it."""
    if contest.kind != LIVE_KIND or contest.status not in (OPEN, REHEARSAL):
        return "contest_state_wrong"
    rounds = _rounds(session, contest)
    if rounds and rounds[-1].closed_at is None:
        return "contest_round_open"
    asked = {row.number for row in rounds}
    # Practice questions are numbered -1, -2, …; they come first.
    left = [number for number in _numbers(session, contest) if number not in asked]
    if not left:
        return "contest_rounds_over"
    if now < contest.starts_at:
        contest.starts_at = now
    if now >= closing_time(session, contest):
        return "contest_window_over"
    session.add(ContestRound(contest_id=contest.id or 0, number=left[0], opened_at=now))
    session.flush()
    chats.ask(session, contest, left[0], sum(number > 0 for number in _numbers(session, contest)), now)
    return "contest_round_opened"


def close_due(session: Session, contest_id: int, now: datetime) -> bool:
    """Close the present round when its time is over, or when everybody has answered; whether it was closed."""
    contest = session.get_one(Contest, contest_id)
    row = session.exec(
        select(ContestRound)
        .where(ContestRound.contest_id == contest_id, col(ContestRound.closed_at).is_(None))
        .with_for_update()
    ).first()
    if row is None:
        return False
    seats = session.exec(
        select(func.count(col(ContestParticipant.id))).where(
            ContestParticipant.contest_id == contest_id, col(ContestParticipant.paper).is_(False)
        )
    ).one()
    everybody = 0 < seats <= _answered(session, contest_id, row.number)
    if not everybody and now <= _closes(session, contest, row, outages_of(session, contest_id), in_chats=True):
        return False
    row.closed_at = now
    chats.close(session, contest_id, row)
    return True


def finish(session: Session, contest: Contest, now: datetime) -> str:
    """No more questions: the window ends here, and the result can be frozen."""
    rounds = _rounds(session, contest)
    if contest.status not in (OPEN, REHEARSAL) or (rounds and rounds[-1].closed_at is None):
        return "contest_round_open"
    # So that the window, which outages make longer, ends now.
    starts = moment(contest.starts_at)
    ended = time_of(starts + ran(starts, moment(now), outages_of(session, contest.id or 0)))
    contest.ends_at = min(ended, contest.ends_at)
    return "contest_finished"


def is_due(live: Live, now: datetime) -> bool:
    """Whether the present round may be closed: its time is over, or everybody has answered."""
    return live.ends is not None and (now > live.ends or 0 < len(live.seats) <= live.answered)


def live_state(session: Session, contest_id: int, now: datetime, before: Live | None = None) -> Live | None:
    """Where a contest is; None for one that is not live or not opened. What ``before`` has is not read again."""
    contest = session.get(Contest, contest_id)
    if contest is None or contest.kind != LIVE_KIND or contest.status not in (OPEN, REHEARSAL, FROZEN):
        return None
    rounds, seats = _rounds(session, contest), _seats(session, contest_id, before)
    total = sum(number > 0 for number in _numbers(session, contest))
    common: dict[str, Any] = {
        "id": contest_id, "code": contest.code, "ward_code": contest.ward_code, "name": contest.name,
        "seed": contest.seed, "rules": rules_of(contest), "total": total, "seats": seats,
    }  # fmt: skip
    stood = outages_of(session, contest_id)
    over = now > closing_time(session, contest, stood) or contest.status == FROZEN
    if not rounds:
        nothing: dict[str, Any] = {"number": 0, **dict.fromkeys(("question", "opened", "closes", "ends", "closed"))}
        return Live(**common, **nothing, phase=ENDED if over else LOBBY, answered=0)
    last = rounds[-1]
    same = before is not None and before.number == last.number
    common |= {
        "number": last.number,
        "question": before.question if before and same else question_of(session, contest_id, last.number),
        "answered": _answered(session, contest_id, last.number),
        "opened": last.opened_at,
        "closes": _closes(session, contest, last, stood),
        "ends": _closes(session, contest, last, stood, any(seat.in_chat for seat in seats.values())),
        "closed": last.closed_at,
    }
    if last.closed_at is None:
        return Live(**common, phase=ASKED)
    phase = ENDED if over else SHOWN
    if before and same and before.phase == phase and before.answered == common["answered"]:
        return Live(**common, phase=phase, counts=before.counts, standings=before.standings, top=before.top)
    standings, top = _standings(session, contest)
    counts = _counts(session, contest_id, last.number)
    return Live(**common, phase=phase, counts=counts, standings=standings, top=top)


def _seats(session: Session, contest_id: int, before: Live | None) -> Mapping[int, Seat]:
    """The players; read again only when there are more or fewer."""
    playing = col(ContestParticipant.set_aside).is_(False), col(ContestParticipant.paper).is_(False)
    here = (ContestParticipant.contest_id == contest_id, *playing)
    count = session.exec(select(func.count(col(ContestParticipant.id))).where(*here)).one()
    if before is not None and len(before.seats) == count:
        return before.seats
    names = shown_names(session, contest_id)
    return {
        row.id or 0: Seat(row.id or 0, row.code, row.player, names.get(row.code), row.chat_id is not None)
        for row in session.exec(select(ContestParticipant).where(*here))
    }


def _standings(session: Session, contest: Contest) -> tuple[dict[str, Standing], list[tuple[int, str, int]]]:
    rows = boards(log_of(session, contest)).people
    names = shown_names(session, contest.id or 0)
    standings = {row.participant.id: Standing(row.place, row.score.points, row.score.right) for row in rows}
    named = [(row.place, names[row.participant.id], row.score.points) for row in rows]
    return standings, [(place, name, points) for place, name, points in named if name is not None][:TOP]


def _closes(
    session: Session, contest: Contest, row: ContestRound, stood: list[Outage], in_chats: bool = False
) -> datetime:
    """When the time of a round is over for who saw it at once, or (``in_chats``) for everybody."""
    rules = rules_of(contest)
    later = lag(session, contest.id or 0, row, rules, stood) if in_chats else 0
    return time_of(deadline(moment(row.opened_at), rules.longest_ms + later, stood))


def _rounds(session: Session, contest: Contest) -> Sequence[ContestRound]:
    return session.exec(
        select(ContestRound).where(ContestRound.contest_id == contest.id).order_by(col(ContestRound.id))
    ).all()


def _numbers(session: Session, contest: Contest) -> list[int]:
    """In the order they are asked: practice -1, -2, …, then 1, 2, …"""
    found = session.exec(select(ContestQuestion.number).where(ContestQuestion.contest_id == contest.id)).all()
    return sorted(found, key=lambda number: (number > 0, abs(number)))


def _answered(session: Session, contest_id: int, number: int) -> int:
    return session.exec(
        select(func.count(col(ContestAnswer.id))).where(
            ContestAnswer.contest_id == contest_id, ContestAnswer.number == number
        )
    ).one()


def _counts(session: Session, contest_id: int, number: int) -> dict[str, int]:
    return Counter(
        session.exec(
            select(ContestAnswer.chosen).where(ContestAnswer.contest_id == contest_id, ContestAnswer.number == number)
        ).all()
    )


def own_name(seat: Seat) -> str:
    """What a player is called on the own screen."""
    return seat.shown or nickname(seat.player)
