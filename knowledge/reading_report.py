"""Counts how easy the service guides are to read, as docs/reading-report-guides.md shows it.

``python -m knowledge.reading_report`` writes that file anew; a test says when it is out of date.
"""

from __future__ import annotations

import re
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from knowledge.answer_types import ANSWER_LIMIT, PASSAGE_LIMIT
from knowledge.facts import load_facts
from knowledge.guides import Guide, load_guides
from knowledge.material_files import FACTS_FILE, GUIDES_FOLDER
from knowledge.material_rules import MAX_SENTENCE_SYLLABLES, NAMES_IN_CAPITALS, abbreviations, sentences

HERE = Path(__file__).resolve().parent
TEMPLATE = HERE / "reading_report.md"
REPORT = HERE.parent / "docs" / "reading-report-guides.md"
LONGEST_SHOWN = 10
BANDS = (10, 15, 20, 25, 30, MAX_SENTENCE_SYLLABLES)  # upper ends, in syllables


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a guide; ``length`` in syllables."""

    length: int
    text: str
    guide: Guide


def reading_report(guides: Sequence[Guide]) -> str:
    """The report as Markdown; the same guides give the same text."""
    said = [sentence for guide in guides for sentence in _sentences(guide)]
    return TEMPLATE.read_text(encoding="utf-8").format(
        sentence_limit=MAX_SENTENCE_SYLLABLES,
        answer_limit=ANSWER_LIMIT,
        passage_limit=PASSAGE_LIMIT,
        guides=len(guides),
        sentences=len(said),
        mean_sentence=_number(_mean([one.length for one in said])),
        topic_rows="\n".join(_topic_rows(guides)),
        length_rows="\n".join(_length_rows(said)),
        longest_rows="\n".join(_longest_rows(said)),
        abbreviation_rows="\n".join(_abbreviation_rows(guides)),
    )


def shipped_guides() -> list[Guide]:
    """The guides that the program is delivered with."""
    return load_guides(HERE / GUIDES_FOLDER, load_facts(HERE / FACTS_FILE))


def _sentences(guide: Guide) -> Iterator[Sentence]:
    for section in guide.sections:
        for line in section.text.splitlines():
            for text in sentences(line):
                yield Sentence(len(text.split()), text, guide)


def _mean(values: Sequence[int]) -> float:
    return sum(values) / max(1, len(values))


def _number(value: float) -> str:
    """With a decimal comma, as Vietnamese writes it."""
    return f"{value:.1f}".replace(".", ",")


def _topic_rows(guides: Sequence[Guide]) -> Iterator[str]:
    by_topic: dict[str, list[Guide]] = defaultdict(list)
    for guide in guides:
        by_topic[guide.topic].append(guide)
    for topic, own in sorted(by_topic.items()):
        lengths = [[one.length for one in _sentences(guide)] for guide in own]
        whole, each = [sum(one) for one in lengths], [length for one in lengths for length in one]
        cells = (topic, len(own), _number(_mean(whole)), max(whole), _number(_mean(each)), max(each))
        yield f"| {' | '.join(map(str, cells))} |"


def _length_rows(said: Sequence[Sentence]) -> Iterator[str]:
    lower = 1
    for upper in BANDS:
        count = sum(lower <= sentence.length <= upper for sentence in said)
        yield f"| {lower}–{upper} | {count} | {_number(100 * count / max(1, len(said)))} |"
        lower = upper + 1


def _longest_rows(said: Sequence[Sentence]) -> Iterator[str]:
    for one in sorted(said, key=lambda one: (-one.length, one.guide.id, one.text))[:LONGEST_SHOWN]:
        yield f'- {one.length} tiếng, hướng dẫn "{one.guide.title}": {one.text}'


def _abbreviation_rows(guides: Sequence[Guide]) -> Iterator[str]:
    """Each abbreviation with the number of guides that use it, and one sentence that explains it."""
    used: dict[str, list[str]] = defaultdict(list)
    for guide in guides:
        lines = [line for section in guide.sections for line in section.raw.splitlines()]
        for name in dict.fromkeys(name for line in lines for name in abbreviations(line)):
            if name not in NAMES_IN_CAPITALS:
                used[name].append(_explaining(name, guide))
    for name, found in sorted(used.items()):
        yield f"| {name} | {len(found)} | {found[0].replace('|', '/')} |"


def _explaining(name: str, guide: Guide) -> str:
    word = re.compile(rf"(?<!\w){name}(?!\w)")
    return next(one.text for one in _sentences(guide) if word.search(one.text))


def main() -> None:
    """Write docs/reading-report-guides.md."""
    REPORT.write_text(reading_report(shipped_guides()), encoding="utf-8", newline="\n")
    sys.stdout.write(f"{REPORT}\n")


if __name__ == "__main__":
    main()
