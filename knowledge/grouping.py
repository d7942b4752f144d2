"""Groups questions that ask the same thing in other words, so that staff answer them once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from knowledge.encoder import Encoder, Vectors
from knowledge.likeness import asked_of
from knowledge.question import read_question

# Mean cosine of the bundled encoder between a question and a group from which it belongs there. Fitted by
# ``python -m indexer.likeness``: see the table in knowledge/README.md.
GROUP_COSINE = 0.5
# Questions read that are kept, about 2 KB each: those of several wards' pages. Forgotten all at once when full.
READ_KEPT = 5_000
RESULTS_KEPT = 32  # lists grouped last, by their texts: those of several wards, and of people without one


@dataclass(frozen=True, slots=True)
class _Read:
    """What of a question is compared (knowledge.likeness)."""

    vector: Vectors
    numbers: frozenset[str]
    kinds: frozenset[str]


@dataclass(slots=True)
class _Group:
    """The members' places, and what all of them have in common or ask for."""

    numbers: frozenset[str]
    members: list[int] = field(default_factory=list)
    kinds: set[frozenset[str]] = field(default_factory=set)

    def add(self, place: int, read: _Read) -> None:
        self.members.append(place)
        if read.kinds:
            self.kinds.add(read.kinds)

    def may_hold(self, read: _Read) -> bool:
        """``may_be_same`` with every member: none joins one with other numbers, so that the first's are all's."""
        contrary = bool(read.kinds) and any(read.kinds.isdisjoint(kinds) for kinds in self.kinds)
        return not contrary and self.numbers == read.numbers


class QuestionGrouper:
    """Groups lists of questions; a question is read once, and a list that was grouped before is not grouped again."""

    def __init__(self, encoder: Encoder, least: float = GROUP_COSINE) -> None:
        """``least``: the mean cosine from which a question belongs to a group."""
        self._encoder = encoder
        self._least = least
        self._read: dict[str, _Read] = {}
        self._results: dict[tuple[str, ...], list[list[int]]] = {}

    def groups(self, texts: Sequence[str]) -> list[list[int]]:
        """The places of the questions in groups, in the order of the first of each; the same texts always group alike.

        A question joins the group whose members are nearest to it on average, when that is ``least`` or more and
        nothing speaks against any of them; else it begins a group.
        """
        key = tuple(texts)
        found = self._results.get(key)
        if found is None:
            found = self._grouped(self._reading(key))
            if len(self._results) >= RESULTS_KEPT:
                self._results.pop(next(iter(self._results), key), None)
            self._results[key] = found
        return found

    def _reading(self, texts: Sequence[str]) -> list[_Read]:
        kept = self._read if len(self._read) < READ_KEPT else {}
        new = [text for text in dict.fromkeys(texts) if text not in kept]
        questions = [read_question(text) for text in new]
        if new:
            vectors = self._encoder.encode_queries([one.query.reading for one in questions])
            asked = map(asked_of, questions)
            read = [_Read(vector, one.numbers, one.kinds) for vector, one in zip(vectors, asked, strict=True)]
            kept = {**kept, **dict(zip(new, read, strict=True))}
            self._read = kept  # put in whole: another thread may be grouping another ward's
        return [kept[text] for text in texts]

    def _grouped(self, read: Sequence[_Read]) -> list[list[int]]:
        groups: list[_Group] = []
        # The mean cosine with a group is the product with the sum of its members' vectors, by their number.
        sums = np.zeros((len(read), self._encoder.dimension), np.float32)
        sizes = np.ones(len(read), np.float32)
        for place, one in enumerate(read):
            means = sums[: len(groups)] @ one.vector / sizes[: len(groups)]
            near = np.flatnonzero(means >= self._least)
            nearest_first = near[np.argsort(means[near], kind="stable")[::-1]].tolist()
            number = next((number for number in nearest_first if groups[number].may_hold(one)), len(groups))
            if number == len(groups):
                groups.append(_Group(one.numbers))
                sizes[number] = 0
            groups[number].add(place, one)
            sums[number] += one.vector
            sizes[number] += 1
        return [group.members for group in groups]


def group_questions(texts: Sequence[str], encoder: Encoder, least: float = GROUP_COSINE) -> list[list[int]]:
    """As ``QuestionGrouper.groups``, once."""
    return QuestionGrouper(encoder, least).groups(texts)
