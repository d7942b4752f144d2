"""How many players a messaging account carries through a live contest, computed before it begins."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

from lessons.contest.rules import Rules

# A question must be with everybody in the first quarter of its time: nobody hears of it from the neighbour much before.
SHARE = 0.25
# While questions leave, everybody who has one may answer at once, and every answer is acknowledged before the next
# question leaves: of a platform's messages a second the questions are sure of half.
QUESTIONS_SHARE = 0.5
# Three tenths of the pace are spare: repeated answers, messages tried again, people who only ask something, and a
# server that is busy with a hall on the web (beside 2,000 players there nine tenths took 6.1 of the 5 seconds).
SURE = 0.7


class Bound(StrEnum):
    """What limits the number of players."""

    PACE = "pace"
    ANSWERS = "answers"
    PEOPLE = "people"
    QUOTA = "quota"


@dataclass(frozen=True, slots=True)
class Way:
    """What an account's platform lets through a second; None for no limit.

    ``questions``: messages nobody asked for just now. ``messages``: of any kind. ``answers``: what people write.
    """

    questions: float | None = None
    messages: float | None = None
    answers: float | None = None


@dataclass(frozen=True, slots=True)
class Room:
    """How many ``players`` there is room for (None: any number), what limits them, and how many have a seat."""

    players: int | None
    bound: Bound | None
    seated: int = 0

    @property
    def free(self) -> bool:
        """Whether one more may take a seat."""
        return self.players is None or self.seated < self.players


def spread(rules: Rules) -> int:
    """Milliseconds in which a question must have left for everybody."""
    return int(rules.seconds_per_question * 1000 * SHARE)


def messages_needed(questions: int, results: bool = False) -> int:
    """Messages a player is sent: question and acknowledgement (and the ``results`` of each), then the points."""
    return questions * (3 if results else 2) + 1


def room(
    rules: Rules,
    way: Way,
    questions: int,
    messages_left: int | None = None,
    people: int | None = None,
    busy: int = 0,
    seated: int = 0,
) -> Room:
    """The room on an account for a contest with so many ``questions`` still to come.

    ``messages_left`` are those of the month, ``people`` whom the account may have; None for no limit. ``busy`` players
    of other contests are written to at the same time.
    """
    rates = [rate for rate in (way.questions, _half(way.messages)) if rate is not None]
    limits = []
    if rates:
        limits.append((max(0, math.floor(min(rates) * SURE * spread(rules) / 1000) - busy), Bound.PACE))
    if way.answers is not None:
        # An answer that waits at the platform loses time; more than the allowance nobody may lose.
        limits.append((max(0, math.floor(way.answers * rules.allowance_ms / 1000) - busy), Bound.ANSWERS))
    if people is not None:
        limits.append((people, Bound.PEOPLE))
    if messages_left is not None:
        limits.append((max(0, messages_left) // messages_needed(questions), Bound.QUOTA))
    if not limits:
        return Room(None, None, seated)
    players, bound = min(limits, key=lambda one: one[0])
    return Room(players, bound, seated)


def results_fit(players: int, questions: int, messages_left: int | None) -> bool:
    """Whether every player may be told the result of a question just closed and what is still to come can be sent."""
    return messages_left is None or players * (1 + messages_needed(questions)) <= messages_left


def _half(rate: float | None) -> float | None:
    return None if rate is None else rate * QUESTIONS_SHARE
