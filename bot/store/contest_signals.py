"""Signs that a result may not be fair. They flag for people to look at, change no total, and go when protests close."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from sqlmodel import Session, col, select

from bot.store.contest_tables import Contest, ContestMark, ContestParticipant
from bot.store.contests import log_of
from bot.store.sql import insert_ignoring, insert_into
from lessons.contest.clock import ran
from lessons.contest.rules import Log
from lessons.contest.score import first_answers

COOKIE, ADDRESS = "cookie", "address"
# Accounts that one browser, or one line, may have before it is a sign: a family and a culture house share a line.
SHARED = {COOKIE: 2, ADDRESS: 6}
SAME_MS = 250  # two answers this close were given at once
SAME_ANSWERS = 5  # of which so many, by the same two, are no chance
MOST_AT_ONCE = 6  # more that answer at once: a hall hears the question together
FASTEST_MS = 1500  # nobody reads a question and its options sooner
TOO_FAST = 3  # right answers so fast


@dataclass(frozen=True, slots=True)
class Signal:
    """A sign by its ``kind`` (cookie, address, same_times, too_fast), whom it is about, and how often."""

    kind: str
    participants: tuple[str, ...]
    count: int


def note_mark(session: Session, contest: Contest, seat_id: int, kind: str, value: str) -> None:
    """Keep a salted hash of where a participant plays from; nothing once protests are over."""
    if contest.salt:
        insert_ignoring(session, ContestMark, _mark(contest.id or 0, contest.salt, seat_id, kind, value))


def note_marks(session: Session, contest_id: int, kind: str, marks: Sequence[tuple[int, str]]) -> None:
    """As ``note_mark`` for many (seat, value) of a contest; seats that are gone are left out."""
    salt = session.exec(select(Contest.salt).where(Contest.id == contest_id)).first()
    seats = [seat for seat, _value in marks]
    there = set(session.exec(select(ContestParticipant.id).where(col(ContestParticipant.id).in_(seats))))
    rows = [_mark(contest_id, salt, seat, kind, value) for seat, value in marks if salt and seat in there]
    if rows:
        session.connection().execute(insert_into(session, ContestMark).on_conflict_do_nothing(), rows)


def _mark(contest_id: int, salt: str, seat_id: int, kind: str, value: str) -> dict[str, Any]:
    mark = hashlib.sha256(f"{salt}|{kind}|{value}".encode()).hexdigest()
    return {"contest_id": contest_id, "participant_id": seat_id, "kind": kind, "mark": mark}


def signals(session: Session, contest: Contest, log: Log | None = None) -> list[Signal]:
    """Every sign, the most telling first; ``log``: the contest's, where it was read already."""
    log = log or log_of(session, contest)
    found = [*_shared(session, contest), *_same_times(log), *_too_fast(log)]
    return sorted(found, key=lambda one: (-one.count, one.kind, one.participants))


def _shared(session: Session, contest: Contest) -> Iterable[Signal]:
    """Several people from one browser or line; the attempts of one person are no sign."""
    rows = session.exec(
        select(ContestMark.kind, ContestMark.mark, ContestParticipant.player)
        .join(ContestParticipant)
        .where(ContestMark.contest_id == contest.id)
    )
    players: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for kind, mark, player in rows:
        players[kind, mark].add(player)
    for (kind, _mark), those in players.items():
        if len(those) >= SHARED[kind]:
            yield Signal(kind, tuple(sorted(those)), len(those))


def _same_times(log: Log) -> Iterable[Signal]:
    at_once: defaultdict[tuple[int, int], list[str]] = defaultdict(list)
    people = {one.id: one.person for one in log.participants if not one.paper}
    for answer in first_answers(log.answers).values():
        if answer.participant in people:
            at_once[answer.number, answer.received // SAME_MS].append(people[answer.participant])
    pairs: Counter[tuple[str, str]] = Counter()
    for those in at_once.values():
        if len(those) <= MOST_AT_ONCE:
            pairs.update(combinations(sorted(set(those)), 2))
    return [Signal("same_times", pair, count) for pair, count in pairs.items() if count >= SAME_ANSWERS]


def _too_fast(log: Log) -> Iterable[Signal]:
    right = {key.number: key.right for key in log.keys}
    people = {one.id: one.person for one in log.participants if not one.paper}
    fast: Counter[str] = Counter()
    for answer in first_answers(log.answers).values():
        if answer.participant not in people or right.get(answer.number) != answer.chosen:
            continue
        fast[people[answer.participant]] += ran(answer.asked, answer.received, log.outages) < FASTEST_MS
    return [Signal("too_fast", (who,), count) for who, count in fast.items() if count >= TOO_FAST]
