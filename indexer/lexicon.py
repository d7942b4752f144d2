"""Makes the shipped lexicon (``knowledge/lexicon``) from syllable counts and a word list: counts only, no text."""

from __future__ import annotations

import gzip
import math
import re
import unicodedata
from collections import Counter
from pathlib import Path

import numpy as np

from knowledge.lexicon import FOLDER, LEVELS_PER_LOG, PAIRS_FILE, SYLLABLES_FILE, VIETNAMESE_MARK
from knowledge.text.characters import place_tones, strip_diacritics
from knowledge.text.spelling import is_vietnamese_syllable

COUNTS_FILE = "syllable_lm.txt.gz"
WORDS_FILE = "Viet74K.txt"
# A syllable that no dictionary lists is Vietnamese when it is spelt so and met this often; rarer ones are misprints.
FREQUENT = 2000
UNSEEN_COUNT = 1  # a dictionary syllable that the counted text never used
LARGEST_ID = 65_535  # right ids are stored in two bytes

Pairs = dict[tuple[str, str], int]


def _canonical(syllable: str) -> str:
    return place_tones(unicodedata.normalize("NFC", syllable.lower()))


def read_counts(path: Path) -> tuple[Counter[str], Pairs]:
    """Unigram and bigram counts; spellings that differ in tone placement only are added up."""
    singles: Counter[str] = Counter()
    pairs: Counter[tuple[str, str]] = Counter()
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            fields = line.split()
            if fields[0] == "1":
                singles[_canonical(fields[1])] += int(fields[2])
            else:
                pairs[_canonical(fields[1]), _canonical(fields[2])] += int(fields[3])
    return singles, dict(pairs)


def read_dictionary(path: Path) -> set[str]:
    """Syllables of the word list that follow Vietnamese spelling."""
    text = _canonical(path.read_text(encoding="utf-8"))
    found = set(re.findall(r"[^\W\d_]+", text))
    return {syllable for syllable in found if is_vietnamese_syllable(strip_diacritics(syllable))}


def _is_vietnamese(syllable: str, count: int, dictionary: set[str]) -> bool:
    if not is_vietnamese_syllable(strip_diacritics(syllable)):
        return False
    return syllable in dictionary or count >= FREQUENT


def build_lexicon(shared: Path, folder: Path = FOLDER) -> int:
    """Writes the lexicon files from the data folder ``shared`` and returns their size in bytes."""
    singles, pairs = read_counts(shared / "data" / COUNTS_FILE)
    dictionary = read_dictionary(shared / "data" / WORDS_FILE)
    for syllable in dictionary:
        singles.setdefault(syllable, UNSEEN_COUNT)
    for edge in ("<s>", "</s>"):
        singles.setdefault(edge, UNSEEN_COUNT)
    ranked = sorted(singles.items(), key=lambda item: (-item[1], item[0]))
    if len(ranked) > LARGEST_ID:
        raise ValueError(f"{len(ranked)} syllables do not fit two-byte ids; raise the count limit of the input")
    folder.mkdir(parents=True, exist_ok=True)
    _write_syllables(folder / SYLLABLES_FILE, ranked, dictionary)
    _write_pairs(folder / PAIRS_FILE, [syllable for syllable, _ in ranked], pairs)
    return sum((folder / name).stat().st_size for name in (SYLLABLES_FILE, PAIRS_FILE))


def _write_syllables(path: Path, ranked: list[tuple[str, int]], dictionary: set[str]) -> None:
    lines = (
        f"{syllable} {count} {VIETNAMESE_MARK if _is_vietnamese(syllable, count, dictionary) else '-'}\n"
        for syllable, count in ranked
    )
    # mtime=0: the same counts give the same bytes.
    path.write_bytes(gzip.compress("".join(lines).encode("utf-8"), compresslevel=9, mtime=0))


def _write_pairs(path: Path, syllables: list[str], pairs: Pairs) -> None:
    ids = {syllable: index for index, syllable in enumerate(syllables)}
    both = ((pair, count) for pair, count in pairs.items() if pair[0] in ids and pair[1] in ids)
    rows = sorted((ids[left], ids[right], count) for (left, right), count in both)
    lefts = np.array([row[0] for row in rows], dtype=np.int64)
    starts = np.searchsorted(lefts, np.arange(len(syllables) + 1)).astype(np.uint32)
    rights = np.array([row[1] for row in rows], dtype=np.uint16)
    levels = np.array([min(255, round(math.log(row[2]) * LEVELS_PER_LOG)) for row in rows], dtype=np.uint8)
    np.savez_compressed(path, starts=starts, rights=rights, levels=levels)
