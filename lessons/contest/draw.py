"""Drawing questions from a bank, and the order in which each participant sees them: the seed decides, nobody else."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lessons.models import Option, Question, QuestionKind
from lessons.quiz import shuffled_options

# One tap on every channel: with several taps the speed of the platform would be measured too.
CONTEST_KINDS = frozenset({QuestionKind.SINGLE, QuestionKind.TRUE_FALSE})


class BankTooSmallError(ValueError):
    """There are fewer questions of a difficulty than are to be drawn."""

    def __init__(self, difficulty: int, wanted: int, there: int) -> None:
        super().__init__(f"{wanted} questions of difficulty {difficulty} are wanted, the bank has {there}")
        self.difficulty, self.wanted, self.there = difficulty, wanted, there


@dataclass(frozen=True, slots=True)
class BankEntry:
    """A question that may be drawn."""

    id: str
    skill: str
    difficulty: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to draw: how many of each difficulty, of these skills (none: of all)."""

    by_difficulty: Mapping[int, int]
    skills: Sequence[str] = field(default=())

    def to_json(self) -> dict[str, Any]:
        """As it is kept; JSON knows no numbers as keys."""
        counts = {str(level): count for level, count in self.by_difficulty.items()}
        return {"by_difficulty": counts, "skills": list(self.skills)}

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> Wanted:
        """What was wanted again."""
        return cls({int(level): count for level, count in body["by_difficulty"].items()}, tuple(body["skills"]))


def bank_of(questions: Sequence[Question]) -> list[BankEntry]:
    """The questions that a contest can ask, by id."""
    fitting = (one for one in questions if one.kind in CONTEST_KINDS)
    return sorted((BankEntry(one.id, one.skill, one.difficulty) for one in fitting), key=lambda entry: entry.id)


def draw(bank: Sequence[BankEntry], wanted: Wanted, seed: str) -> list[str]:
    """The ids of the questions in the order to ask them: easy before hard, skills by turns.

    The same bank (in any order) and seed give the same draw. Raises BankTooSmallError.
    """
    drawn: list[str] = []
    for level in sorted(wanted.by_difficulty):
        count = wanted.by_difficulty[level]
        piles: defaultdict[str, list[str]] = defaultdict(list)
        for entry in bank:
            if entry.difficulty == level and (not wanted.skills or entry.skill in wanted.skills):
                piles[entry.skill].append(entry.id)
        there = sum(map(len, piles.values()))
        if there < count:
            raise BankTooSmallError(level, count, there)
        drawn += _by_turns(piles, count, seed)
    return drawn


def _by_turns(piles: Mapping[str, list[str]], count: int, seed: str) -> list[str]:
    """One of each skill, then the next of each: no skill fills the contest because it has more questions."""
    ranked = [
        (turn, _rank(seed, skill), name)
        for skill, names in piles.items()
        for turn, name in enumerate(sorted(names, key=lambda one: _rank(seed, one)))
    ]
    return [name for _turn, _skill, name in sorted(ranked)[:count]]


def order_for(numbers: Sequence[int], seed: str, participant: str) -> list[int]:
    """The order in which one participant is asked: of no use to the neighbour."""
    return sorted(numbers, key=lambda number: _rank(seed, f"{participant}|{number}"))


def options_for(question: Question, seed: str, participant: str) -> list[Option]:
    """The options as one participant sees them."""
    return shuffled_options(question, f"{seed}|{participant}")


def _rank(seed: str, name: str) -> bytes:
    return hashlib.sha256(f"{seed}|{name}".encode()).digest()
