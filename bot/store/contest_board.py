"""Boards with what each agreed to be called: a name, a nickname made by the program, or nothing."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from bot.conversation.purposes import BOARD, CHILD
from bot.store.contest_play import NAMED, UNSHOWN, nickname
from bot.store.contest_tables import Contest, ContestParticipant
from bot.store.contests import log_of
from bot.store.tables import Consent, Person
from lessons.contest.boards import Boards, GroupPlace, boards
from lessons.contest.rules import Group


@dataclass(frozen=True, slots=True)
class BoardRow:
    """A line of the people's board; ``name`` None: this one does not wish to appear."""

    place: int
    code: str
    name: str | None
    nickname: str
    group: str
    points: int
    right: int
    answered: int
    seconds: float
    paper: bool


@dataclass(frozen=True, slots=True)
class NamedBoards:
    """Both boards of a contest at this moment."""

    people: tuple[BoardRow, ...]
    groups: tuple[GroupPlace, ...]


def named_boards(session: Session, contest: Contest) -> NamedBoards:
    """The boards; who took back the agreement to be named is no longer named."""
    log = log_of(session, contest)
    return with_names(session, contest, boards(log), log.groups)


def with_names(
    session: Session, contest: Contest, found: Boards, of_groups: Sequence[Group], shown: int | None = None
) -> NamedBoards:
    """Boards with the names of this moment; ``shown`` lines of the people's, None: all."""
    lines = found.people[:shown]
    named = None if shown is None else [row.participant.id for row in lines]
    names, groups = shown_names(session, contest.id or 0, named), {one.id: one.name for one in of_groups}
    rows = [
        BoardRow(
            row.place,
            row.participant.id,
            names[row.participant.id],
            nickname(row.participant.person),
            groups.get(row.participant.group or "", ""),
            row.score.points,
            row.score.right,
            row.score.answered,
            row.score.taken_ms / 1000,
            row.participant.paper,
        )
        for row in lines
    ]
    return NamedBoards(tuple(rows), found.groups)


def shown_names(session: Session, contest_id: int, codes: Collection[str] | None = None) -> dict[str, str | None]:
    """What each participant of a contest is called in public, by code; ``codes``: of these alone."""
    agreed = set(
        session.exec(
            select(Consent.person_id)
            .join(ContestParticipant, col(ContestParticipant.person_id) == col(Consent.person_id))
            .where(
                ContestParticipant.contest_id == contest_id,
                Consent.purpose == BOARD,
                col(Consent.withdrawn_at).is_(None),
            )
        )
    )
    statement = (
        select(ContestParticipant, Person)
        .join(Person, col(Person.id) == col(ContestParticipant.person_id), isouter=True)
        .where(ContestParticipant.contest_id == contest_id)
    )
    if codes is not None:
        statement = statement.where(col(ContestParticipant.code).in_(codes))
    rows = session.exec(statement)
    return {seat.code: _shown(seat, person, agreed) for seat, person in rows}


def _shown(seat: ContestParticipant, person: Person | None, agreed: set[int]) -> str | None:
    if seat.shown_as == UNSHOWN:
        return None
    may = person is not None and person.id in agreed and person.age_band != CHILD and person.called
    return person.called if seat.shown_as == NAMED and may and person is not None else nickname(seat.player)
