"""Who came where: each person by the best attempt, each group by its average a player."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeVar

from lessons.contest.rules import Group, Log, Participant
from lessons.contest.score import Score, scores

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Place:
    """A person's best attempt and its place from 1; equal scores share one."""

    place: int
    participant: Participant
    score: Score


@dataclass(frozen=True, slots=True)
class GroupPlace:
    """A group; ``average`` is in hundredths of a point a player, rounded down. ``place`` None: too few played."""

    place: int | None
    group: Group
    players: int
    needed: int
    points: int
    average: int


@dataclass(frozen=True, slots=True)
class Boards:
    """Both boards, the best first."""

    people: tuple[Place, ...]
    groups: tuple[GroupPlace, ...]


def boards(log: Log) -> Boards:
    """The boards of a log."""
    people = _people(log)
    return Boards(tuple(people), tuple(_groups(log, people)))


def needed_players(log: Log, group: Group) -> int:
    """How many of a group must play: the minimum, or the percentage of its adults where that is fewer; at least 1."""
    rules = log.rules
    if group.adults is None or not rules.minimum_percent:
        return max(1, rules.minimum_players)
    share = -(-group.adults * rules.minimum_percent // 100)
    return max(1, min(rules.minimum_players, share))


def _people(log: Log) -> list[Place]:
    found = scores(log)
    best: dict[str, Participant] = {}
    for one in log.participants:
        if one.set_aside:
            continue
        held = best.get(one.person)
        if held is None or (found[one.id].rank, one.attempt, one.id) < (found[held.id].rank, held.attempt, held.id):
            best[one.person] = one
    ranked = sorted(best.values(), key=lambda one: (found[one.id].rank, one.id))
    return [Place(place, one, found[one.id]) for place, one in _placed(ranked, lambda one: found[one.id].rank)]


def _groups(log: Log, people: Sequence[Place]) -> list[GroupPlace]:
    points: defaultdict[str, list[int]] = defaultdict(list)
    for row in people:
        if row.participant.group is not None and row.score.answered:
            points[row.participant.group].append(row.score.points)
    averages = {name: Fraction(sum(given), len(given)) for name, given in points.items()}

    def row_of(group: Group, place: int | None) -> GroupPlace:
        given = points.get(group.id, [])
        average = int(averages.get(group.id, Fraction(0)) * 100)
        return GroupPlace(place, group, len(given), needed_players(log, group), sum(given), average)

    enough = [one for one in log.groups if len(points.get(one.id, ())) >= needed_players(log, one)]
    ranked = sorted(enough, key=lambda one: (-averages[one.id], one.id))
    placed = [row_of(group, place) for place, group in _placed(ranked, lambda one: averages[one.id])]
    others = sorted(
        (one for one in log.groups if one not in enough), key=lambda one: (-len(points.get(one.id, ())), one.id)
    )
    return [*placed, *(row_of(group, None) for group in others)]


def _placed(ranked: Sequence[T], worth: Callable[[T], object]) -> list[tuple[int, T]]:
    """Each with its place: 1, 2, 2, 4."""
    found: list[tuple[int, T]] = []
    for number, one in enumerate(ranked, 1):
        same = found and worth(found[-1][1]) == worth(one)
        found.append((found[-1][0] if same else number, one))
    return found
