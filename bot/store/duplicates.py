"""Who may be one person enrolled twice: suggested to staff with the reasons, merged by them alone."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations

from sqlmodel import Session, col, select

from bot.channels.message import Reply
from bot.conversation.address import FORMS
from bot.conversation.typed import plain
from bot.delivery.notices import PULLING_CHANNELS, queue_notice
from bot.store.linking import merge_persons
from bot.store.merging import BY_STAFF, merge, unmerge
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
    enrolled_by: int | None
    written_down: bool
    since: datetime


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Two who may be one, and why: keys of the staff site's texts."""

    first: Card
    second: Card
    reasons: tuple[str, ...]


def suggestions(session: Session, ward_code: str) -> list[Suggestion]:
    """The pairs of a ward, those with most reasons first."""
    people = {row.id or 0: row for row in session.exec(select(Person).where(Person.ward_code == ward_code))}
    certificates = session.exec(
        select(Certificate.person_id, Certificate.name)
        .join(Person, col(Person.id) == col(Certificate.person_id))
        .where(Person.ward_code == ward_code)
    )
    reasons: defaultdict[tuple[int, int], set[str]] = defaultdict(set)
    _note_pairs(reasons, "duplicate_name", ((number, _place_and_name(row)) for number, row in people.items()))
    _note_pairs(reasons, "duplicate_certificate", ((number, _full_name(name)) for number, name in certificates))
    settled = {frozenset((row.first_id, row.second_id)) for row in session.exec(select(DistinctPair))}
    cards = _cards(session, people, {number for pair in reasons for number in pair})
    found = [
        Suggestion(cards[first], cards[second], tuple(sorted(why | _circumstances(cards[first], cards[second]))))
        for (first, second), why in reasons.items()
        if frozenset((first, second)) not in settled and _may_be_one(cards[first], cards[second])
    ]
    return sorted(found, key=lambda one: (-len(one.reasons), one.first.id, one.second.id))[:SUGGESTED]


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


def _place_and_name(row: Person) -> object | None:
    name = bare_name(row.called or "")
    return (row.group_id, name) if name and row.group_id is not None else None


def _full_name(name: str) -> object | None:
    bare = bare_name(name)
    return bare if len(bare.split()) >= FEWEST_WORDS else None


def _cards(session: Session, people: dict[int, Person], wanted: set[int]) -> dict[int, Card]:
    channels: defaultdict[int, list[str]] = defaultdict(list)
    ward = {row.ward_code for row in people.values()}
    accounts = (
        select(Chat.person_id, Chat.channel)
        .join(Person, col(Person.id) == col(Chat.person_id))
        .where(col(Person.ward_code).in_(ward))
    )
    for number, channel in session.exec(accounts):
        channels[number or 0].append(channel)
    groups = {row.id: row.name for row in session.exec(select(ResidentialGroup))}
    return {
        number: Card(
            number,
            row.called or "",
            groups.get(row.group_id),
            row.age_band,
            tuple(sorted(channels[number])),
            row.enrolled_by,
            not channels[number],
            row.created_at,
        )
        for number, row in people.items()
        if number in wanted
    }


def _may_be_one(first: Card, second: Card) -> bool:
    """Not with two ages, nor with two accounts of a platform where everybody has one."""
    ages = {first.age_band, second.age_band} - {None}
    common = set(first.channels) & set(second.channels) - PULLING_CHANNELS
    return len(ages) < 2 and not common


def _circumstances(first: Card, second: Card) -> set[str]:
    if first.written_down and second.written_down:
        return {"duplicate_two_volunteers"} if first.enrolled_by != second.enrolled_by else set()
    if first.written_down or second.written_down:
        return {"duplicate_got_a_phone"}
    return {"duplicate_two_channels"} if set(first.channels) != set(second.channels) else set()


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
