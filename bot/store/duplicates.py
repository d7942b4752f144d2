"""Who may be one person enrolled twice: suggested to staff with the reasons, merged by them alone."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import combinations
from typing import Any

from sqlalchemy import select as select_columns
from sqlmodel import Session, col, select

from bot.channels.message import Reply
from bot.conversation.address import FORMS
from bot.conversation.typed import plain
from bot.delivery.notices import PULLING_CHANNELS, queue_notice
from bot.store.linking import merge_persons
from bot.store.merging import BY_STAFF, merge, unmerge
from bot.store.sql import table_of
from bot.store.tables import Certificate, Chat, DistinctPair, Person, PersonMerge, ResidentialGroup
from bot.texts import text

SUGGESTED = 50  # pairs on the page: when they are settled, the next come
MOST_ALIKE = 6  # people of one name: a name that more share says nothing
FEWEST_WORDS = 2  # of a name on a certificate: "Lan" alone is half a ward
_ADDRESS = re.compile(rf"(?:(?:{'|'.join(FORMS)}|em|cu) )+")


@dataclass(frozen=True, slots=True)
class Card:
    """A person as staff see one beside the other; ``written_down``: a volunteer enrolled them."""

    id: int
    called: str
    group: str | None
    age_band: str | None
    channels: tuple[str, ...]
    written_down: bool
    since: datetime


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Two who may be one, and why: keys of the staff site's texts."""

    first: Card
    second: Card
    reasons: tuple[str, ...]

    @property
    def of(self) -> set[int]:
        """The two persons' numbers."""
        return {self.first.id, self.second.id}


@dataclass(frozen=True, slots=True)
class _Known:
    """What of a person is compared."""

    group_id: int | None
    called: str
    age_band: str | None
    enrolled_by: int | None


def suggestions(session: Session, ward_code: str, only: Collection[int] | None = None) -> list[Suggestion]:
    """The pairs of a ward, those with most reasons first, at most SUGGESTED; ``only``: among these persons."""
    people = _people(session, ward_code, only)
    bare = lru_cache(maxsize=None)(bare_name)  # a ward has more residents than names
    reasons: defaultdict[tuple[int, int], set[str]] = defaultdict(set)
    _note_pairs(reasons, "duplicate_name", ((number, _place_and_name(one, bare)) for number, one in people.items()))
    names = _certificates(session, ward_code, only)
    _note_pairs(reasons, "duplicate_certificate", ((number, _full_name(name, bare)) for number, name in names))
    settled = {(row.first_id, row.second_id) for row in session.exec(select(DistinctPair))} if reasons else set()
    channels = _channels(session, ward_code, only) if reasons else {}
    found = []
    for pair, why in reasons.items():
        sides = [(people[number], channels.get(number, ())) for number in pair]
        if pair not in settled and _may_be_one(*sides):
            found.append((pair, tuple(sorted(why | _circumstances(*sides)))))
    found.sort(key=lambda one: (-len(one[1]), one[0]))
    cards = _cards(session, {number for pair, _ in found[:SUGGESTED] for number in pair}, channels)
    return [Suggestion(cards[first], cards[second], why) for (first, second), why in found[:SUGGESTED]]


def still_there(session: Session, ward_code: str, pairs: Sequence[Suggestion]) -> list[Suggestion]:
    """Those of kept pairs of whom both are still persons of the ward: who was deleted is shown to nobody."""
    ids = {number for pair in pairs for number in pair.of}
    there = set(session.exec(select(Person.id).where(col(Person.id).in_(ids), Person.ward_code == ward_code)))
    return [pair for pair in pairs if pair.of <= there]


def _people(session: Session, ward_code: str, only: Collection[int] | None) -> dict[int, _Known]:
    person = table_of(Person).c
    columns = person.id, person.group_id, person.called, person.age_band, person.enrolled_by
    rows = _of_ward(session, select_columns(*columns), ward_code, only)
    return {number: _Known(group, called or "", age, by) for number, group, called, age, by in rows}


def _certificates(session: Session, ward_code: str, only: Collection[int] | None) -> Sequence[Any]:
    certificate = table_of(Certificate)
    named = select_columns(certificate.c.person_id, certificate.c.name)
    joined = named.join(table_of(Person), table_of(Person).c.id == certificate.c.person_id)
    return _of_ward(session, joined, ward_code, only)


def _channels(session: Session, ward_code: str, only: Collection[int] | None) -> dict[int, tuple[str, ...]]:
    chat = table_of(Chat)
    used = select_columns(chat.c.person_id, chat.c.channel)
    joined = used.join(table_of(Person), table_of(Person).c.id == chat.c.person_id)
    found: dict[int, tuple[str, ...]] = {}
    for number, channel in _of_ward(session, joined, ward_code, only):
        found[number] = (*found.get(number, ()), channel)
    return found


def _of_ward(session: Session, rows: Any, ward_code: str, only: Collection[int] | None) -> Sequence[Any]:
    """Rows of the ward's persons as plain columns: of a hundred thousand residents objects would take seconds."""
    person = table_of(Person).c
    rows = rows.where(person.ward_code == ward_code)
    if only is not None:
        rows = rows.where(person.id.in_(only))
    return session.connection().execute(rows).all()


def _note_pairs(reasons: dict[tuple[int, int], set[str]], why: str, named: Iterable[tuple[int, object | None]]) -> None:
    alike: defaultdict[object, set[int]] = defaultdict(set)
    for number, name in named:
        if name is not None:
            alike[name].add(number)
    for numbers in alike.values():
        for pair in combinations(sorted(numbers), 2) if len(numbers) <= MOST_ALIKE else ():
            reasons[pair].add(why)


def bare_name(called: str) -> str:
    """A name as it is compared: no diacritics, no form of address before it."""
    return _ADDRESS.sub("", plain(called) + " ", count=1).strip()


def _place_and_name(one: _Known, bare: Callable[[str], str]) -> object | None:
    if one.group_id is None:
        return None
    name = bare(one.called)
    return (one.group_id, name) if name else None


def _full_name(name: str, bare: Callable[[str], str]) -> object | None:
    found = bare(name)
    return found if len(found.split()) >= FEWEST_WORDS else None


def _cards(session: Session, wanted: Collection[int], channels: Mapping[int, tuple[str, ...]]) -> dict[int, Card]:
    rows = session.exec(
        select(Person, ResidentialGroup.name)
        .outerjoin(ResidentialGroup, col(ResidentialGroup.id) == col(Person.group_id))
        .where(col(Person.id).in_(wanted))
    )
    return {
        row.id or 0: Card(
            row.id or 0,
            row.called or "",
            group,
            row.age_band,
            tuple(sorted(channels.get(row.id or 0, ()))),
            not channels.get(row.id or 0),
            row.created_at,
        )
        for row, group in rows
    }


Side = tuple[_Known, tuple[str, ...]]  # a person and the channels of their accounts


def _may_be_one(first: Side, second: Side) -> bool:
    """Not with two ages, nor with two accounts of a platform where everybody has one."""
    ages = {first[0].age_band, second[0].age_band} - {None}
    common = set(first[1]) & set(second[1]) - PULLING_CHANNELS
    return len(ages) < 2 and not common


def _circumstances(first: Side, second: Side) -> set[str]:
    """Somebody without an account was written down by a volunteer."""
    if not first[1] and not second[1]:
        return {"duplicate_two_volunteers"} if first[0].enrolled_by != second[0].enrolled_by else set()
    if not first[1] or not second[1]:
        return {"duplicate_got_a_phone"}
    return {"duplicate_two_channels"} if set(first[1]) != set(second[1]) else set()


def merge_pair(session: Session, first: Person, second: Person, at: datetime) -> PersonMerge:
    """Staff say that two are one: who has an account is kept, else who came first; the accounts are told."""
    ranked = sorted((first, second), key=lambda one: (not _has_account(session, one), one.created_at, one.id or 0))
    kept, gone = ranked
    record = merge(session, gone.id or 0, kept, merge_persons, BY_STAFF, at)
    _tell(session, [kept.id or 0], text("merged.told"), at)
    return record


def undo_merge(session: Session, record: PersonMerge, at: datetime) -> None:
    """Two again; the accounts of both are told. Raises ValueError when a later merge comes first."""
    _tell(session, unmerge(session, record), text("merged.undone"), at)


def keep_apart(session: Session, first_id: int, second_id: int) -> None:
    """Staff say that two are two: not suggested again."""
    low, high = sorted((first_id, second_id))
    session.merge(DistinctPair(first_id=low, second_id=high))


def _has_account(session: Session, person: Person) -> bool:
    return session.exec(select(Chat.id).where(Chat.person_id == person.id)).first() is not None


def _tell(session: Session, people: list[int], said: str, at: datetime) -> None:
    for chat in session.exec(select(Chat).where(col(Chat.person_id).in_(people))):
        queue_notice(session, chat, [Reply(said)], at)
