"""What a scanner makes of a syllable: the chance that one is read as a given run of characters.

Every letter of the true syllable is read as a run of none to three characters, on its own. The chances are those
declared here (how an English reader sees Vietnamese letters), corrected by what was counted on real scans
(``confusions.json``, made by ``indexer.repair.learn``).
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from knowledge.lexicon import load_lexicon
from knowledge.text.characters import strip_diacritics

CONFUSIONS_FILE = Path(__file__).parent / "confusions.json"
LONGEST_RUN = 3
SKELETONS = 150  # de-accented forms whose syllables are scored exactly
# How many counted letters the declared chances are worth against what was counted.
DECLARED_WEIGHT = 8.0
# How much of the expectation comes from the letter's family ("ở" is read as ố and ờ are) and not from the rules.
FAMILY_SHARE = 0.5
LETTERS = "aàáảãạăằắẳẵặâầấẩẫậbcdđeèéẻẽẹêềếểễệfghiìíỉĩịjklmnoòóỏõọôồốổỗộơờớởỡợpqrstuùúủũụưừứửữựvwxyỳýỷỹỵz"
LETTER_NUMBER = {letter: number for number, letter in enumerate(LETTERS)}
VOWELS = set("aeiouy")

# Readings that no rule below foresees: true letters, run read, chance.
DECLARED = (
    ("oòóỏõọôồốổỗộơờớởỡợ", "6", 0.02),
    ("ôồốổỗộơờớởỡợ", "é", 0.03),
    ("ôồốổỗ", "b", 0.02),
    ("ôồốổỗộơờớởỡợ", "d", 0.02),
    ("ôồốổỗ", "s", 0.002),
    ("ôồốổỗ", "", 0.01),
    ("oòóỏõọôồốổỗộơờớởỡợ", "0", 0.01),
    ("oòóỏõọôồốổỗộơờớởỡợ", "g", 0.002),
    ("aàáảãạăằắẳẵặâầấẩẫậ", "4", 0.01),
    ("aàáảãạăằắẳẵặâầấẩẫậ", "i", 0.01),
    ("aàáảãạăằắẳẵặâầấẩẫậ", "é", 0.01),
    ("aàáảãạăằắẳẵặâầấẩẫậ", "d", 0.004),
    ("ãạảá", "&", 0.03),
    ("ãạảá", "3", 0.02),
    ("ãạảá", "§", 0.01),
    ("eèéẻẽẹêềếểễệ", "¢", 0.01),
    ("eèéẻẽẹêềếểễệ", "€", 0.01),
    ("eèéẻẽẹêềếểễệ", "g", 0.002),
    ("ọộợ", "¢", 0.02),
    ("ỹỷýỳỵ", "¥", 0.02),
    ("l", "1", 0.05),
    ("l", "i", 0.02),
    ("iìíỉĩị", "1", 0.01),
    ("iìíỉĩị", "j", 0.02),
    ("iìíỉĩị", "l", 0.005),
    ("đ", "d", 0.7),
    ("đ", "p", 0.1),
    ("đ", "b", 0.02),
    ("đ", "dp", 0.01),
    ("ưừứửữự", "ir", 0.05),
    ("ưừứửữự", "t", 0.04),
    ("ưừứửữự", "tr", 0.02),
    ("ưừứửữự", "it", 0.02),
    ("ưừứửữự", "i", 0.05),
    ("ưừứửữự", "u'", 0.02),
    ("ưừứửữự", "y", 0.01),
    ("ưừứửữự", "v", 0.005),
    ("ụùúủũ", "y", 0.02),
    ("ụùúủũ", "i", 0.02),
    ("ụùúủũ", "ii", 0.01),
    ("ụùúủũ", "ti", 0.01),
    ("ụùúủũ", "t", 0.01),
    ("ụùúủũ", "ui", 0.01),
    ("ụùúủũ", "g", 0.002),
    ("n", "m", 0.01),
    ("c", "e", 0.005),
    ("iìíỉĩị", "t", 0.002),
    ("n", "rn", 0.002),
    ("ơờớởỡợ", "g", 0.01),
    ("ơờớởỡợ", "a", 0.02),
)
SAME_PLAIN, SAME_MARKED = 0.96, 0.15
BASE_OF_MARKED = 0.6
OTHER_MARK = 0.01
OTHER_VOWEL = 0.003
OTHER_LETTER = 0.0004
DIGIT_OR_SIGN = 0.0006
DROPPED_MARKED, DROPPED_PLAIN = 0.004, 0.0008
TWO_WITH_BASE = 0.002
EXTRA = 0.003  # for each character read beside the one that stands for the letter


@lru_cache(maxsize=100_000)
def declared_chance(letter: str, run: str) -> float:
    """The chance that ``letter`` is read as ``run``, from the rules and DECLARED alone."""
    special = _special().get((letter, run), 0.0)
    return max(special, _chance_by_rule(letter, run))


@lru_cache(maxsize=1)
def _special() -> dict[tuple[str, str], float]:
    return {(letter, run): chance for letters, run, chance in DECLARED for letter in letters}


def _chance_by_rule(letter: str, run: str) -> float:
    base = strip_diacritics(letter)
    marked = base != letter
    if not run:
        return DROPPED_MARKED if marked else DROPPED_PLAIN
    if len(run) > 1:
        nearest = max(declared_chance(letter, character) for character in run)
        return max(
            TWO_WITH_BASE if base in strip_diacritics(run) and len(run) == 2 else 0.0, nearest * EXTRA ** (len(run) - 1)
        )
    if run == letter:
        return SAME_MARKED if marked else SAME_PLAIN
    plain = strip_diacritics(run)
    if run == base:
        return BASE_OF_MARKED
    if plain == base:
        return OTHER_MARK
    if not run.isalpha():
        return DIGIT_OR_SIGN
    return OTHER_VOWEL if plain in VOWELS and base in VOWELS else OTHER_LETTER


Table = npt.NDArray[np.float32]
Letters = npt.NDArray[np.int64]
PADDING = len(LETTERS)


@dataclass(frozen=True, slots=True)
class SyllableTable:
    """Syllables as rows of letter numbers, padded at the end."""

    letters: Letters
    ids: Letters


class Channel:
    """Scores syllables of the lexicon against what was read."""

    def __init__(self, counts: Mapping[str, Mapping[str, int]] | None = None) -> None:
        """``counts``: letter → run → how often; None takes the shipped ones, {} none."""
        self._counts = shipped_counts() if counts is None else counts
        self._totals = {letter: sum(runs.values()) for letter, runs in self._counts.items()}
        self._families = _families(self._counts)
        self._columns: dict[str, Table] = {}
        self._found: dict[tuple[str, int], list[tuple[int, float]]] = {}

    def log_chance(self, letter: str, run: str) -> float:
        """ln P(run | letter)."""
        seen = self._counts.get(letter, {}).get(run, 0)
        family = self._families.get(_family_of(letter))
        expected = declared_chance(letter, run)
        if family is not None:
            expected = (1 - FAMILY_SHARE) * expected + FAMILY_SHARE * family.get(run, 0.0)
        return math.log((seen + DECLARED_WEIGHT * expected) / (self._totals.get(letter, 0) + DECLARED_WEIGHT))

    def candidates(self, read: str, limit: int) -> list[tuple[int, float]]:
        """Lexicon ids of the likeliest syllables behind ``read`` (lower-case), with ln P(read | syllable)."""
        found = self._found.get((read, limit))
        if found is None:
            found = self._found[read, limit] = self._search(read, limit)
        return found

    def score(self, read: str, syllable: str) -> float:
        """ln P(read | syllable) of one syllable."""
        return float(_best_paths(_rows([syllable]), self._table(read), len(read))[0])

    def _search(self, read: str, limit: int) -> list[tuple[int, float]]:
        syllables, skeletons, members = syllable_tables()
        table = self._table(read)
        # The best reading of a skeleton is no worse than that of any syllable it stands for.
        scores = _best_paths(skeletons.letters, _best_per_base(table), len(read))
        nearest = np.argpartition(-scores, SKELETONS)[:SKELETONS]
        rows = np.concatenate([members[index] for index in nearest])
        exact = _best_paths(syllables.letters[rows], table, len(read))
        best = np.argsort(-exact, kind="stable")[:limit]
        return [(int(syllables.ids[rows[row]]), float(exact[row])) for row in best]

    def _table(self, read: str) -> Table:
        """ln chances [letter, run length, start of the run]; the padding is read as nothing."""
        size = len(read)
        table = np.full((PADDING + 1, LONGEST_RUN + 1, size + 1), -np.inf, dtype=np.float32)
        for length in range(LONGEST_RUN + 1):
            for start in range(size + 1 - length):
                table[:PADDING, length, start] = self._column(read[start : start + length])
        table[PADDING, 0, :] = 0.0
        return table

    def _column(self, run: str) -> Table:
        column = self._columns.get(run)
        if column is None:
            chances = [self.log_chance(letter, run) for letter in LETTERS]
            column = self._columns[run] = np.array(chances, dtype=np.float32)
        return column


def _family_of(letter: str) -> str:
    """Marked letters of one base letter look alike to a scanner; plain letters are families of their own."""
    base = strip_diacritics(letter)
    return letter if base == letter else f"{base} marked"


def _families(counts: Mapping[str, Mapping[str, int]]) -> dict[str, dict[str, float]]:
    """Family → run → its share among all runs that letters of the family were read as."""
    pooled: dict[str, dict[str, float]] = {}
    for letter, runs in counts.items():
        family = pooled.setdefault(_family_of(letter), {})
        for run, count in runs.items():
            family[run] = family.get(run, 0.0) + count
    return {name: {run: n / sum(family.values()) for run, n in family.items()} for name, family in pooled.items()}


@lru_cache(maxsize=1)
def shipped_counts() -> Mapping[str, Mapping[str, int]]:
    """The confusions counted on real scans: letter → run → how often."""
    counts: dict[str, dict[str, int]] = json.loads(CONFUSIONS_FILE.read_text(encoding="utf-8"))["counts"]
    return counts


@lru_cache(maxsize=1)
def syllable_tables() -> tuple[SyllableTable, SyllableTable, list[Letters]]:
    """All Vietnamese syllables, their skeletons, and for each skeleton the rows of its syllables."""
    lexicon = load_lexicon()
    ids = [
        index
        for index, syllable in enumerate(lexicon.syllables)
        if lexicon.vietnamese[index] and all(letter in LETTER_NUMBER for letter in syllable)
    ]
    skeletons: dict[str, list[int]] = {}
    for row, index in enumerate(ids):
        skeletons.setdefault(lexicon.folded[index], []).append(row)
    syllables = SyllableTable(_rows([lexicon.syllables[index] for index in ids]), np.array(ids))
    folded = SyllableTable(_rows(list(skeletons)), np.arange(len(skeletons)))
    return syllables, folded, [np.array(rows) for rows in skeletons.values()]


def _rows(syllables: Sequence[str]) -> Letters:
    rows = np.full((len(syllables), max(map(len, syllables))), PADDING, dtype=np.int64)
    for row, syllable in enumerate(syllables):
        rows[row, : len(syllable)] = [LETTER_NUMBER[letter] for letter in syllable]
    return rows


def _best_per_base(table: Table) -> Table:
    """The table with each plain letter as good as the best of its marked forms."""
    best = table.copy()
    for number, letter in enumerate(LETTERS):
        base = LETTER_NUMBER[strip_diacritics(letter)]
        if base != number:
            np.maximum(best[base], table[number], out=best[base])
    return best


def _best_paths(letters: Letters, table: Table, size: int) -> Table:
    """For each row of letters the best way to read the whole text as them, letter by letter."""
    best = np.full((len(letters), size + 1), -np.inf, dtype=np.float32)
    best[:, 0] = 0.0
    for column in range(letters.shape[1]):
        chances = table[letters[:, column]]
        following = best + chances[:, 0, :]
        for length in range(1, min(LONGEST_RUN, size) + 1):
            moved = best[:, : size + 1 - length] + chances[:, length, : size + 1 - length]
            np.maximum(following[:, length:], moved, out=following[:, length:])
        best = following
    return best[:, size]
