"""Counts how a scanner misread letters, on a scan restored with the help of its sister documents.

``python -m indexer.repair.learn`` rewrites ``confusions.json`` from the raw scans kept in ``knowledge/plans/raw``.
"""

from __future__ import annotations

import argparse
import json
import math
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path

from indexer.repair.channel import CONFUSIONS_FILE, LONGEST_RUN, Channel
from indexer.repair.decoder import decode
from indexer.repair.language import LanguageModel
from indexer.repair.text import SISTERS_FOLDER, sister_texts
from indexer.repair.tokens import Kind, tokenise

# Restoring and counting help each other: after this many rounds nothing changes any more.
ROUNDS = 3
# A reading less sure than this teaches nothing, nor does a single letter that may stand for anything.
SURE_ENOUGH = 0.9
LETTERS_ENOUGH = 2

Counts = dict[str, dict[str, int]]


def align(read: str, syllable: str, channel: Channel) -> list[tuple[str, str]]:
    """The likeliest way ``read`` came from ``syllable``: each letter with the run it was read as."""
    best: dict[int, tuple[float, list[tuple[str, str]]]] = {0: (0.0, [])}
    for letter in syllable:
        following: dict[int, tuple[float, list[tuple[str, str]]]] = {}
        for start, (score, runs) in best.items():
            for length in range(min(LONGEST_RUN, len(read) - start) + 1):
                run = read[start : start + length]
                reached = score + channel.log_chance(letter, run)
                if reached > following.get(start + length, (-math.inf, []))[0]:
                    following[start + length] = (reached, [*runs, (letter, run)])
        best = following
    return best[len(read)][1] if len(read) in best else []


def read_pairs(raw: str, model: LanguageModel, channel: Channel) -> Iterable[tuple[str, str]]:
    """What was read and the syllable it was taken for, for every word that is sure enough."""
    tokens = tokenise(raw.splitlines())
    spoken = [token for token in tokens if token.kind is not Kind.MARK]
    for token, choice in zip(spoken, decode(tokens, model, channel), strict=True):
        word = token.kind is Kind.WORD and not choice.reading.as_written
        if word and choice.share >= SURE_ENOUGH and len(token.text) >= LETTERS_ENOUGH:
            yield token.text.lower(), model.word(choice.reading.word)


def learn_confusions(scans: Iterable[str], sisters: list[str]) -> Counts:
    """Letter → run → how often, over all scans."""
    texts = list(scans)
    counts: Counts = {}
    for _ in range(ROUNDS):
        channel = Channel(counts)
        found: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for raw in texts:
            for read, syllable in read_pairs(raw, LanguageModel(sisters), channel):
                for letter, run in align(read, syllable, channel):
                    found[letter][run] += 1
        counts = {letter: dict(runs.most_common()) for letter, runs in sorted(found.items())}
    return counts


def main() -> None:
    """The command line of this module."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scans", type=Path, default=SISTERS_FOLDER / "raw")
    scans = [path.read_text(encoding="utf-8") for path in sorted(parser.parse_args().scans.glob("*.txt"))]
    content = {"counts": learn_confusions(scans, list(sister_texts(SISTERS_FOLDER)))}
    CONFUSIONS_FILE.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
