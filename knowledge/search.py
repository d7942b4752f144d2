"""Finds the passages that answer a question: lexical and dense search together, then one ranking.

What is ranked is a unit: a passage of a plan, or a whole service guide (its sections stand side by side in the
index). The features of the best units also give the confidence (``knowledge.calibration``).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from knowledge.asked_model import TOPIC_CLASS, evidence, load_asked_model
from knowledge.documents import DocumentInfo, DocumentKind
from knowledge.encoder import Encoder
from knowledge.index import NATIONAL, Entry, Index, check_model
from knowledge.overlap import overlaps
from knowledge.question import Question, figures
from knowledge.ranking import Ranking, lexical_share, load_ranking
from knowledge.topics import LIST_ROLE
from knowledge.units import load_units

POOL = 100  # best passages of each search that are fused, as measured in retrieval experiments
UNITS = 16  # units whose features are computed, beside those that the classifier names
# What the classifier names is looked at though no search found it: at most so many units, of its likeliest classes,
# each at least so probable. Of every eight development questions about plans, one had its answer nowhere among the
# units that the searches found.
NAMED_UNITS, NAMED_CLASSES, NAMED_FROM = 4, 3, 0.05
# Evidence for a guide that a ward added after the classifier was trained: neither for nor against.
NEVER_SEEN = 0.5
_ITEM_NUMBER = re.compile(r"^\(?(\d{1,2})[.)]")


class Features(NamedTuple):  # a dataclass takes four times as long to make, and 16 are made for every question
    """What is known of a unit and a question; every value is 0..1 unless said otherwise.

    - ``lexical``, ``dense``: min-max scores within the pool; ``fused`` their weighted sum.
    - ``cosine``, ``cosine_support``: the best raw cosine of a row, and the mean of the three best.
    - ``coverage``: the share of the question's meaning found in the unit; ``words`` over single syllables, ``pairs``
      over pairs; ``written``, ``written_pairs`` the same with the marks that were typed; ``known`` the share that
      any passage has; ``row`` the share found in one row; ``rarest`` that of the two most telling words.
    - ``likeness``, ``support``: weighted Dice of the question and the most similar row, and the mean of three.
    - ``word_evidence``: what the words it holds and lacks say about whether it answers, in log odds.
    - ``asked``: how surely the classifier of questions names this unit, on a logarithmic scale; ``chance`` the plain
      probability.
    - ``title``: the share of a guide's title that the question says.
    - ``opening``: the share of the question said by a plan's heading and first words; ``subject`` the same when an
      office or a group is asked about, else 0.
    - ``about``: 1 for a plan and -1 for anything else when the question speaks as plans do.
    - ``named``: likewise when it names one of our wards.
    - ``topic``: 1 when the unit holds a topic asked for, -1 when one is asked for and it does not; ``number``
      likewise for the number of an item; ``figure`` for all the numbers that are named ("nghị quyết 71", "năm 2027").
    - ``own``: 1 when the unit belongs to the ward asked about.
    - ``whole``, ``part``: 1 for a whole section when a list is, or is not, asked for.
    """

    lexical: float
    dense: float
    fused: float
    cosine: float
    coverage: float
    words: float
    pairs: float
    written: float
    written_pairs: float
    known: float
    row: float
    rarest: float
    likeness: float
    support: float
    cosine_support: float
    word_evidence: float
    asked: float
    chance: float
    title: float
    opening: float
    subject: float
    about: float
    named: float
    topic: float
    number: float
    figure: float
    own: float
    whole: float
    part: float


@dataclass(frozen=True, slots=True)
class Hit:
    """A unit found: its first passage, the passage that matched best, and how well it fits."""

    entry: Entry
    score: float
    features: Features
    unit: tuple[int, int]

    @property
    def document(self) -> DocumentInfo:
        """The document the unit belongs to."""
        return self.entry.passage.document


class Searcher:
    """Searches one index with the encoder it was made with; safe to use from several threads."""

    def __init__(self, index: Index, encoder: Encoder, ranking: Ranking | None = None) -> None:
        """``ranking`` takes the place of the shipped one.

        Raises IndexModelMismatchError when the index was made with another encoder.
        """
        check_model(index, encoder.name, encoder.fingerprint)
        self.index = index
        self._encoder = encoder
        self._lexical_share = lexical_share()
        self._ranking = ranking or load_ranking()
        self._unit_starts, self._unit_ends = _unit_bounds(index)
        numbers, firsts = np.unique(index.passage_documents, return_index=True)
        self._first_of = {index.documents[n].id: o for n, o in zip(numbers.tolist(), firsts.tolist(), strict=True)}

    def search(self, question: Question, wards: Sequence[str] | None, limit: int = UNITS) -> list[Hit]:
        """The best units for a question, best first, in the material of ``wards`` (None: of all) and the national.

        Topics that nobody covers come last, whatever their score: they are no answer, but say what might be meant.
        """
        if question.empty or not len(self.index):
            return []
        scopes = None if wards is None else (NATIONAL, *sorted(wards))
        vector = self._encoder.encode_queries([question.query.reading])[0]
        found = self._units(self._pool(question, vector, scopes), limit)
        found += self._named(question, wards or (), {unit.first for unit in found})
        units = _meant(found, question, wards or ())
        if not units:
            return []
        hits = self._rank(question, vector, units, wards)
        return sorted(hits, key=by_rank)

    def _pool(self, question: Question, vector: np.ndarray, scopes: tuple[str, ...] | None) -> _Pool:
        """The best passages of both searches with min-max scores; one missing from a list has 0 there."""
        passages, part = (None, None) if scopes is None else self.index.scope(scopes)
        ordinals, scores = self.index.lexical.search(question.search_weights(), passages, POOL)
        rows, cosines = self.index.vectors.search(vector, POOL, part)
        best: dict[int, float] = {}
        for owner, cosine in zip(self.index.row_owners[rows].tolist(), cosines.tolist(), strict=True):
            best.setdefault(owner, cosine)
        found = np.concatenate([ordinals, np.fromiter(best, np.int64, len(best))])
        pooled, places = np.unique(found, return_inverse=True)
        lexical, dense = np.zeros((2, len(pooled)))
        lexical[places[: len(ordinals)]] = _min_max(scores)
        dense[places[len(ordinals) :]] = _min_max(np.fromiter(best.values(), np.float32, len(best)))
        fused = self._lexical_share * lexical + (1 - self._lexical_share) * dense
        order = np.argsort(-fused, kind="stable")
        return _Pool(pooled[order], *(scored[order].tolist() for scored in (lexical, dense, fused)))

    def _units(self, pool: _Pool, limit: int) -> list[_Unit]:
        """The pool grouped: passages of a guide become one unit, best passage first."""
        units: dict[int, _Unit] = {}
        for place, first in enumerate(self._unit_starts[pool.ordinals].tolist()):
            unit = units.get(first)
            if unit is not None:
                unit.dense = max(unit.dense, pool.dense[place])
                unit.lexical = max(unit.lexical, pool.lexical[place])
            elif len(units) < limit:
                units[first] = self._unit(int(pool.ordinals[place]), first, pool, place)
        return list(units.values())

    def _unit(self, ordinal: int, first: int, pool: _Pool, place: int) -> _Unit:
        last, scores = int(self._unit_ends[ordinal]), (pool.fused[place], pool.dense[place], pool.lexical[place])
        return _Unit(first, last, self.index.entry(ordinal), self.index.document_of(ordinal), *scores)

    def _named(self, question: Question, wards: Sequence[str], found: set[int]) -> list[_Unit]:
        """Units that the classifier of questions names and no search found, likeliest first; without a score there."""
        likely = sorted(question.asked.probabilities.items(), key=lambda one: -one[1])[:NAMED_CLASSES]
        ordinals = [at for name, share in likely if share >= NAMED_FROM for at in self._holding(name, wards)]
        firsts = {int(self._unit_starts[ordinal]): ordinal for ordinal in ordinals}
        return [
            _Unit(first, int(self._unit_ends[at]), self.index.entry(at), self.index.document_of(at), 0.0, 0.0, 0.0)
            for first, at in firsts.items()
            if first not in found
        ][:NAMED_UNITS]

    def _holding(self, name: str, wards: Sequence[str]) -> list[int]:
        """The passages of a class: the first of a document, or those of some wards' plans that hold a narrow topic."""
        if not name.startswith(TOPIC_CLASS):
            return [self._first_of[name]] if name in self._first_of else []
        topic, held = name.removeprefix(TOPIC_CLASS), self.index.topics_held
        return [ordinal for ward in wards for ordinal in held.get(ward, {}).get(topic, ())]

    def _rank(
        self,
        question: Question,
        vector: np.ndarray,
        units: Sequence[_Unit],
        wards: Sequence[str] | None,
    ) -> list[Hit]:
        described = self._features(question, vector, units, wards or ())
        scores = self._ranking.scores(described)
        return [
            Hit(unit.entry, score, features, (unit.first, unit.last))
            for unit, features, score in zip(units, described, scores, strict=True)
        ]

    def _features(
        self, question: Question, vector: np.ndarray, units: Sequence[_Unit], wards: Sequence[str]
    ) -> list[Features]:
        """The features of all units: computed name by name, which takes less time than unit by unit."""
        plans = [unit.document.kind is DocumentKind.PLAN for unit in units]
        lists = [unit.entry.passage.role == LIST_ROLE for unit in units]
        opening = self._openings(question, units, plans)
        surest = [_asked(question, unit.entry) for unit in units]
        topics = {topic.id for topic in question.topics}
        columns: dict[str, Sequence[float]] = {
            **self._overlaps(question, vector, units),
            "lexical": [unit.lexical for unit in units],
            "dense": [unit.dense for unit in units],
            "fused": [unit.fused for unit in units],
            "asked": [evidence for evidence, _ in surest],
            "chance": [chance for _, chance in surest],
            "opening": opening,
            "subject": opening if question.asks_subject else [0.0] * len(units),
            "about": _agreement(question.about_plan, plans),
            "named": _agreement(bool(question.mentions.wards), plans),
            "topic": _agreement(bool(topics), [not topics.isdisjoint(unit.entry.topics) for unit in units]),
            "number": self._numbers(question, units, plans),
            "figure": self._figures(question, units),
            "own": [float(unit.document.ward in wards) for unit in units],
            "whole": [float(one and question.asks_list) for one in lists],
            "part": [float(one and not question.asks_list) for one in lists],
        }
        return list(map(Features._make, zip(*(columns[name] for name in Features._fields), strict=True)))

    def _overlaps(self, question: Question, vector: np.ndarray, units: Sequence[_Unit]) -> dict[str, list[float]]:
        spans = [(unit.first, unit.last) for unit in units]
        titled = [unit.document.kind is DocumentKind.GUIDE for unit in units]
        return overlaps(self.index, question.meaning, vector, spans, titled)

    def _openings(self, question: Question, units: Sequence[_Unit], plans: Sequence[bool]) -> list[float]:
        share, opening = question.meaning.share_in, self.index.opening
        return [share(opening(unit.entry.ordinal)) if plan else 0.0 for unit, plan in zip(units, plans, strict=True)]

    @staticmethod
    def _numbers(question: Question, units: Sequence[_Unit], plans: Sequence[bool]) -> list[float]:
        """Whether each plan's passage has the number of the item asked for."""
        if question.number is None:
            return [0.0] * len(units)
        return [
            _agrees(_has_number(unit.entry, question.number)) if plan else 0.0
            for unit, plan in zip(units, plans, strict=True)
        ]

    def _figures(self, question: Question, units: Sequence[_Unit]) -> list[float]:
        """Whether each unit has all the numbers a question names."""
        if not question.figures:
            return [0.0] * len(units)
        return [_agrees(question.figures <= self._named_figures(unit)) for unit in units]

    def _named_figures(self, unit: _Unit) -> frozenset[str]:
        passages = (self.index.entry(ordinal).passage for ordinal in range(unit.first, unit.last))
        return frozenset().union(*(figures(f"{passage.section}\n{passage.text}") for passage in passages))


def by_rank(hit: Hit) -> tuple[bool, float, int]:
    """The order of hits: what can be quoted first, then by score."""
    return hit.document.kind is DocumentKind.NOT_COVERED, -hit.score, hit.entry.ordinal


def _asked(question: Question, entry: Entry) -> tuple[float, float]:
    """How surely the classifier says that a unit is asked for, on two scales; a guide it never saw is left open."""
    document = entry.passage.document
    if document.kind is DocumentKind.PLAN:
        names = [TOPIC_CLASS + topic for topic in entry.topics]
    elif document.id in load_asked_model().known:
        names = [document.id]
    else:
        return NEVER_SEEN, 0.0
    chance = question.asked.probability(names)
    return evidence(chance), chance


def _unit_bounds(index: Index) -> tuple[np.ndarray, np.ndarray]:
    """For each passage where its unit starts and ends: a plan's passage is one, any other document is whole."""
    documents = index.passage_documents
    ordinals = np.arange(len(documents))
    starts = np.flatnonzero(np.diff(documents, prepend=-1))
    ends = np.append(starts[1:], len(documents))
    place = np.searchsorted(starts, ordinals, side="right") - 1
    alone = np.asarray([document.kind is DocumentKind.PLAN for document in index.documents], bool)[documents]
    return np.where(alone, ordinals, starts[place]), np.where(alone, ordinals + 1, ends[place])


class _Pool(NamedTuple):
    """Passages and their scores, best first."""

    ordinals: np.ndarray
    lexical: list[float]
    dense: list[float]
    fused: list[float]


@dataclass(slots=True)
class _Unit:
    """A unit, its best passage and the fused score of that, and the best scores of all its passages."""

    first: int
    last: int
    entry: Entry
    document: DocumentInfo
    fused: float
    dense: float
    lexical: float


def _min_max(scores: np.ndarray) -> np.ndarray:
    """Scores, best first, spread over 0..1; a single score, or equal ones, become 1."""
    if not len(scores) or scores[0] <= scores[-1]:
        return np.ones(len(scores))
    spread: np.ndarray = (scores - scores[-1]) / (scores[0] - scores[-1])
    return spread


def _meant(units: list[_Unit], question: Question, wards: Sequence[str]) -> list[_Unit]:
    """Without guides about another ward, unless the question names a place, of today or of before.

    "How many people live in our ward" must not be answered with the figures of another.
    """
    own = [unit for unit in units if unit.document.about_ward in (None, *wards)]
    return units if len(own) == len(units) or _names_place(question) else own


def _names_place(question: Question) -> bool:
    if question.mentions.wards or question.mentions.elsewhere:
        return True
    return bool(load_units().named(question.text) or load_units().successors(question.text))


def _agreement(asked: bool, held: Sequence[bool]) -> list[float]:
    """1 or -1 for each unit when something is asked for that it holds or does not, else 0."""
    return [_agrees(holds) for holds in held] if asked else [0.0] * len(held)


def _agrees(holds: bool) -> float:
    return 1.0 if holds else -1.0


def _has_number(entry: Entry, number: int) -> bool:
    if not entry.passage.path or entry.passage.role == LIST_ROLE:
        return False
    match = _ITEM_NUMBER.match(entry.passage.path[-1])
    return match is not None and int(match.group(1)) == number


__all__ = ["Features", "Hit", "Searcher"]
