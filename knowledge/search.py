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

from knowledge.asked_model import TOPIC_CLASS, load_asked_model
from knowledge.documents import DocumentInfo, DocumentKind
from knowledge.encoder import Encoder
from knowledge.index import NATIONAL, Entry, Index, check_model
from knowledge.overlap import Overlap, overlaps
from knowledge.question import Question, figures
from knowledge.ranking import Ranking, lexical_share, load_ranking
from knowledge.topics import LIST_ROLE

POOL = 100  # best passages of each search that are fused, as measured in retrieval experiments
UNITS = 16  # units whose features are computed; the right one was among them in every development question
# Evidence for a guide that a ward added after the classifier was trained: neither for nor against.
NEVER_SEEN = 0.5
_ITEM_NUMBER = re.compile(r"^\(?(\d{1,2})[.)]")


@dataclass(slots=True)  # not frozen: that takes three times as long to make, and 16 are made for every question
class Features:
    """What is known of a unit and a question; every value is 0..1 unless said otherwise.

    - ``lexical``, ``dense``: min-max scores within the pool; ``fused`` their weighted sum.
    - ``cosine``, ``cosine_support``: the best raw cosine of a row, and the mean of the three best.
    - ``coverage``: the share of the question's meaning found in the unit; ``words`` over single syllables, ``pairs``
      over pairs; ``written``, ``written_pairs`` the same with the marks that were typed; ``known`` the share that
      any passage has; ``row`` the share found in one row; ``rarest`` that of the two most telling words.
    - ``likeness``, ``support``: weighted Dice of the question and the most similar row, and the mean of three.
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

    def search(self, question: Question, wards: Sequence[str] | None, limit: int = UNITS) -> list[Hit]:
        """The best units for a question, best first, in the material of ``wards`` (None: of all) and the national.

        Topics that nobody covers come last, whatever their score: they are no answer, but say what might be meant.
        """
        if question.empty or not len(self.index):
            return []
        scopes = None if wards is None else (NATIONAL, *sorted(wards))
        vector = self._encoder.encode_queries([question.query.reading])[0]
        units = self._units(self._pool(question, vector, scopes), limit)
        if not units:
            return []
        hits = self._rank(question, vector, units, wards)
        return sorted(hits, key=by_rank)

    def _pool(self, question: Question, vector: np.ndarray, scopes: tuple[str, ...] | None) -> list[_Pooled]:
        """The best passages of both searches with min-max scores; one missing from a list has 0 there."""
        passages, part = (None, None) if scopes is None else self.index.scope(scopes)
        ordinals, scores = self.index.lexical.search(question.search_weights(), passages, POOL)
        rows, cosines = self.index.vectors.search(vector, POOL, part)
        owners, first = np.unique(self.index.row_owners[rows], return_index=True)
        pooled = np.union1d(ordinals, owners)
        lexical, dense = np.zeros(len(pooled)), np.zeros(len(pooled))
        lexical[np.searchsorted(pooled, ordinals)] = _min_max(scores)
        dense[np.searchsorted(pooled, owners)] = _min_max(cosines[first])
        share = self._lexical_share
        fused = share * lexical + (1 - share) * dense
        order = np.lexsort((pooled, -fused))
        return list(map(_Pooled, *(values[order].tolist() for values in (pooled, lexical, dense, fused))))

    def _units(self, pool: Sequence[_Pooled], limit: int) -> list[_Unit]:
        """The pool grouped: passages of a guide become one unit, best passage first."""
        units: dict[int, _Unit] = {}
        for found in pool:
            first = int(self._unit_starts[found.ordinal])
            unit = units.get(first)
            if unit is not None:
                unit.dense = max(unit.dense, found.dense)
                unit.lexical = max(unit.lexical, found.lexical)
            elif len(units) < limit:
                document = self.index.document_of(found.ordinal)
                last = int(self._unit_ends[found.ordinal])
                units[first] = _Unit(first, last, found, document, found.dense, found.lexical)
        return list(units.values())

    def _rank(
        self,
        question: Question,
        vector: np.ndarray,
        units: Sequence[_Unit],
        wards: Sequence[str] | None,
    ) -> list[Hit]:
        spans = [(unit.first, unit.last) for unit in units]
        titled = [unit.document.kind is DocumentKind.GUIDE for unit in units]
        found = overlaps(self.index, question.meaning, vector, spans, titled)
        entries = [self.index.entry(unit.best.ordinal) for unit in units]
        described = [
            self._features(question, unit, entry, overlap, wards or ())
            for unit, entry, overlap in zip(units, entries, found, strict=True)
        ]
        return [
            Hit(entry, score, features, (unit.first, unit.last))
            for unit, entry, features, score in zip(
                units, entries, described, self._ranking.scores(described), strict=True
            )
        ]

    def _features(
        self, question: Question, unit: _Unit, entry: Entry, overlap: Overlap, wards: Sequence[str]
    ) -> Features:
        plan = unit.document.kind is DocumentKind.PLAN
        opening = question.meaning.share_in(self.index.opening(entry.ordinal)) if plan else 0.0
        evidence, chance = _asked(question, entry)
        return Features(
            lexical=unit.lexical,
            dense=unit.dense,
            fused=unit.best.fused,
            cosine=overlap.cosine,
            coverage=overlap.coverage,
            words=overlap.words,
            pairs=overlap.pairs,
            written=overlap.written,
            written_pairs=overlap.written_pairs,
            known=overlap.known,
            row=overlap.row,
            rarest=overlap.rarest,
            likeness=overlap.likeness,
            support=overlap.support,
            cosine_support=overlap.cosine_support,
            asked=evidence,
            chance=chance,
            title=overlap.title,
            opening=opening,
            subject=opening if question.asks_subject else 0.0,
            about=_agreement(question.about_plan, plan),
            named=_agreement(bool(question.mentions.wards), plan),
            topic=_agreement(bool(question.topics), plan and any(one.id in entry.topics for one in question.topics)),
            number=_agreement(question.number is not None and plan, _has_number(entry, question.number)),
            figure=self._holds_figures(question, unit),
            own=float(unit.document.ward in wards),
            whole=float(question.asks_list and entry.passage.role == LIST_ROLE),
            part=float(not question.asks_list and entry.passage.role == LIST_ROLE),
        )

    def _holds_figures(self, question: Question, unit: _Unit) -> float:
        """Whether a unit has all the numbers a question names."""
        if not question.figures:
            return 0.0
        passages = (self.index.entry(ordinal).passage for ordinal in range(unit.first, unit.last))
        named = frozenset().union(*(figures(f"{passage.section}\n{passage.text}") for passage in passages))
        return _agreement(True, question.figures <= named)


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
    return question.asked.evidence(names), question.asked.probability(names)


def _unit_bounds(index: Index) -> tuple[np.ndarray, np.ndarray]:
    """For each passage where its unit starts and ends: a plan's passage is one, any other document is whole."""
    documents = index.passage_documents
    ordinals = np.arange(len(documents))
    starts = np.flatnonzero(np.diff(documents, prepend=-1))
    ends = np.append(starts[1:], len(documents))
    place = np.searchsorted(starts, ordinals, side="right") - 1
    alone = np.asarray([document.kind is DocumentKind.PLAN for document in index.documents], bool)[documents]
    return np.where(alone, ordinals, starts[place]), np.where(alone, ordinals + 1, ends[place])


class _Pooled(NamedTuple):
    ordinal: int
    lexical: float
    dense: float
    fused: float


@dataclass(slots=True)
class _Unit:
    first: int
    last: int
    best: _Pooled
    document: DocumentInfo
    dense: float
    lexical: float


def _min_max(scores: np.ndarray) -> np.ndarray:
    """Scores spread over 0..1; a single score, or equal ones, become 1."""
    low, high = scores.min(initial=np.inf), scores.max(initial=-np.inf)
    return (scores - low) / (high - low) if high > low else np.ones(len(scores))


def _agreement(asked: bool, holds: bool) -> float:
    if not asked:
        return 0.0
    return 1.0 if holds else -1.0


def _has_number(entry: Entry, number: int | None) -> bool:
    if number is None or not entry.passage.path or entry.passage.role == LIST_ROLE:
        return False
    match = _ITEM_NUMBER.match(entry.passage.path[-1])
    return match is not None and int(match.group(1)) == number


__all__ = ["Features", "Hit", "Searcher"]
