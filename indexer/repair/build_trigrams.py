"""Counts the trigrams that repair knows Vietnamese by; ``python -m indexer.repair.build_trigrams`` rewrites them."""

from __future__ import annotations

import argparse
import gzip
import json
import math
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

from indexer.repair.trigrams import TRIGRAMS_FILE
from knowledge.lexicon import LEVELS_PER_LOG, NUMBER, SENTENCE_START, load_lexicon
from knowledge.text.characters import normalise

PAIRS_FILE = "pairs_clean.jsonl.gz"
LAW_SOURCE = "law_title"
# Our own guides and lessons speak of what ward documents speak of, laws are written as they are: both count more,
# and rarer trigrams of theirs are kept. The plans are left out: they would be their own sisters.
OWN, LAW, OTHER = "own", "law", "other"
WEIGHTS = {OWN: 5, LAW: 3, OTHER: 1}
MINIMUM = {OWN: 1, LAW: 2, OTHER: 3}
OWN_FOLDERS = ("knowledge/services", "lessons/courses")
UNKNOWN = 65_535  # no lexicon id is as large; a trigram with it is left out
TOKEN = re.compile(r"[^\W\d_]+|\d[\d.,/]*|[.;:!?\n]")

Ids = npt.NDArray[np.uint64]


def _syllable_ids(text: str) -> Iterator[int]:
    ids = load_lexicon().ids
    for piece in TOKEN.findall(normalise(text).lower()):
        if piece[0].isdigit():
            yield ids[NUMBER]
        elif piece in ".;:!?\n":
            yield ids[SENTENCE_START]
        else:
            yield ids.get(piece, UNKNOWN)


def _counted(ids: Ids) -> tuple[Ids, npt.NDArray[np.int64]]:
    left, middle, right = ids[:-2], ids[1:-1], ids[2:]
    known = (left != UNKNOWN) & (middle != UNKNOWN) & (right != UNKNOWN)
    keys = (left << np.uint64(32)) | (middle << np.uint64(16)) | right
    found, counts = np.unique(keys[known], return_counts=True)
    return found, counts


def build_trigrams(shared: Path, project: Path, target: Path = TRIGRAMS_FILE) -> int:
    """Counts the trigrams of the training pairs under ``shared`` and of our own material; returns how many stay."""
    streams: dict[str, list[int]] = {OWN: [], LAW: [], OTHER: []}
    with gzip.open(shared / "data" / PAIRS_FILE, "rt", encoding="utf-8") as lines:
        for line in lines:
            pair = json.loads(line)
            source = LAW if pair["s"] == LAW_SOURCE else OTHER
            streams[source].extend(_syllable_ids(f"{pair['q']}\n{pair['p']}\n"))
    for folder in OWN_FOLDERS:
        for path in sorted((project / folder).rglob("*")):
            if path.suffix in {".md", ".yaml"}:
                streams[OWN].extend(_syllable_ids(path.read_text(encoding="utf-8")))
    kept: dict[int, int] = {}
    totals: dict[int, int] = {}
    for source, stream in streams.items():
        for key, count in zip(*_counted(np.array(stream, dtype=np.uint64)), strict=True):
            totals[int(key) >> 16] = totals.get(int(key) >> 16, 0) + int(count) * WEIGHTS[source]
            if count >= MINIMUM[source]:
                kept[int(key)] = kept.get(int(key), 0) + int(count) * WEIGHTS[source]
    _write(target, kept, totals)
    return len(kept)


def _write(target: Path, kept: dict[int, int], totals: dict[int, int]) -> None:
    keys = np.array(sorted(kept), dtype=np.uint64)
    contexts, starts = np.unique(keys >> np.uint64(16), return_index=True)
    np.savez_compressed(
        target,
        contexts=contexts.astype(np.uint32),
        totals=_levels([totals[int(context)] for context in contexts]),
        starts=np.append(starts, len(keys)).astype(np.uint32),
        rights=(keys & np.uint64(0xFFFF)).astype(np.uint16),
        levels=_levels([kept[int(key)] for key in keys]),
    )


def _levels(counts: list[int]) -> npt.NDArray[np.uint8]:
    return np.array([min(255, round(math.log(count) * LEVELS_PER_LOG)) for count in counts], dtype=np.uint8)


def main() -> None:
    """The command line of this module."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, default=Path("../shared"), help="folder that holds data/")
    parser.add_argument("--project", type=Path, default=Path(), help="folder of this project")
    arguments = parser.parse_args()
    print(build_trigrams(arguments.shared, arguments.project), "trigrams")


if __name__ == "__main__":
    main()
