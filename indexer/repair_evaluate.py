"""Measures the repair of scans on readable plans, damaged the way real scans were.

``python -m indexer.repair_evaluate`` damages each plan with the confusions counted on real scans, restores it with
and without the other plans, and prints the share of wrong syllables and the errors in numbers, dates and codes.
"""

from __future__ import annotations

import argparse
import random
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path

from indexer.lines import join_lines
from indexer.repair.channel import LETTERS, shipped_counts
from indexer.repair.language import LanguageModel
from indexer.repair.text import SISTERS_FOLDER, repair_text
from indexer.repair.tokens import SHORT_FORM
from indexer.sections import read_plan
from knowledge.text.characters import place_tones, strip_diacritics
from knowledge.text.spelling import is_vietnamese_syllable

SCAN_WIDTH = 85  # characters in a line of the scans seen
NUMBER_OR_CODE = re.compile(r"\S*\d\S*")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a restoration got wrong: syllables, and tokens with digits."""

    syllables: int
    damaged: int
    wrong: int
    numbers: int
    wrong_numbers: int
    seconds: float
    mistakes: tuple[tuple[str, str], ...] = ()

    @property
    def share(self) -> float:
        """Wrong syllables in all syllables."""
        return self.wrong / self.syllables


class Scanner:
    """Damages readable text letter by letter, as often and in the ways that were counted."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._counts = shipped_counts()

    def damage(self, text: str) -> str:
        """The text as a scanner might have read it; tokens with digits and abbreviations lose diacritics only."""
        return re.sub(r"\S+", lambda match: self._token(match.group()), text)

    def _token(self, token: str) -> str:
        core = token.strip(".,;:()/&“”")
        plain = strip_diacritics(core)
        abbreviated = plain.isupper() and not is_vietnamese_syllable(plain.lower())
        if abbreviated or any(c.isdigit() for c in token) or SHORT_FORM.match(core):
            return strip_diacritics(token)
        return "".join(self._letter(letter) for letter in token)

    def _letter(self, letter: str) -> str:
        small = letter.lower()
        if small not in LETTERS:
            return letter
        runs = self._counts.get(small) or {strip_diacritics(small): 1}
        read = self._random.choices(list(runs), list(runs.values()))[0]
        return read.upper() if letter.isupper() else read


def scan_lines(text: str) -> str:
    """The text broken into lines as wide as those of a printed page."""
    lines: list[str] = []
    for paragraph in join_lines(text):
        line = ""
        for word in paragraph.removeprefix("# ").split():
            if line and len(line) + len(word) >= SCAN_WIDTH:
                lines.append(line)
                line = ""
            line = f"{line} {word}".strip()
        lines += [line, ""]
    return "\n".join(lines)


def compare(expected: str, damaged: str, restored: str, seconds: float) -> Outcome:
    """Compares word by word; where a word was split or lost, by alignment."""
    wanted, got, read = words(expected), words(restored), words(damaged)
    mistakes = tuple(_differences(wanted, got))
    numbers = NUMBER_OR_CODE.findall(expected)
    wrong_numbers = sum(1 for wanted, _ in _differences(numbers, NUMBER_OR_CODE.findall(restored)) if wanted)
    return Outcome(
        syllables=len(wanted),
        damaged=sum(1 for _ in _differences(wanted, read)),
        wrong=len(mistakes),
        numbers=len(numbers),
        wrong_numbers=wrong_numbers,
        seconds=seconds,
        mistakes=mistakes,
    )


def words(text: str) -> list[str]:
    """Syllables in small letters, tones in their dictionary place: case and tone placement are not errors."""
    return [place_tones(word) for word in re.findall(r"[^\W_]+", text.lower())]


def _differences(wanted: Sequence[str], got: Sequence[str]) -> Iterator[tuple[str, str]]:
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, wanted, got, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        for offset in range(max(i2 - i1, j2 - j1)):
            left = wanted[i1 + offset] if i1 + offset < i2 else ""
            right = got[j1 + offset] if j1 + offset < j2 else ""
            yield left, right


def evaluate_plan(ward: str, bodies: dict[str, str], with_sisters: bool, seed: int) -> Outcome:
    """Damages and restores one plan; the others are its sisters, its own text never is."""
    expected = scan_lines(bodies[ward])
    damaged = Scanner(seed).damage(expected)
    sisters = [body for other, body in bodies.items() if other != ward] if with_sisters else []
    model = LanguageModel(sisters)
    start = time.process_time()
    restored = "\n".join(line.text for line in repair_text(damaged, language_model=model))
    return compare(expected, damaged, restored, time.process_time() - start)


def main() -> None:
    """The command line of this module."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--plans", type=Path, default=SISTERS_FOLDER)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--mistakes", action="store_true", help="print every wrong syllable")
    arguments = parser.parse_args()
    plans = [read_plan(path) for path in sorted(arguments.plans.glob("*.md"))]
    bodies = {document.id: body for document, body in plans if not document.restored}
    for with_sisters in (True, False):
        for ward in bodies:
            outcome = evaluate_plan(ward, bodies, with_sisters, arguments.seed)
            print(
                f"{'with' if with_sisters else 'without'} sisters  {ward:12} {outcome.syllables} syllables, damaged "
                f"{outcome.damaged / outcome.syllables:.1%}, wrong {outcome.wrong} = {outcome.share:.2%}; "
                f"numbers and codes {outcome.wrong_numbers} of {outcome.numbers} wrong; {outcome.seconds:.1f} s"
            )
            if arguments.mistakes:
                print("   " + ", ".join(f"{wanted}→{got}" for wanted, got in outcome.mistakes))


if __name__ == "__main__":
    main()
