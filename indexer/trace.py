"""Where what residents are told comes from: each statement with a figure, its fact, and the sentence of the source.

``python -m indexer.trace --count 20 --seed 7`` draws statements of guides and lessons at random and prints the trail,
for a person who checks the material.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

import knowledge
import lessons
from knowledge.facts import FACT_MARK, Fact, Facts, load_facts
from knowledge.guides import load_guides
from knowledge.material_files import FACTS_FILE, GUIDES_FOLDER, PLANS_FOLDER

KNOWLEDGE = Path(knowledge.__file__).parent
COURSES = Path(lessons.__file__).parent / "courses"
PLAN = "Kế hoạch"  # how a source that is one of the plans in the repository begins
UNITS = {"nghìn": 1000, "triệu": 1_000_000, "tỷ": 1_000_000_000}
HALF = ("nửa", "0,5")
FREE = "0"  # the value of what costs nothing, which is worded without a figure
_FIGURE = re.compile(r"(\d[\d.,]*)(?:\s*(nghìn|triệu|tỷ))?")
_SENTENCE_END = re.compile(r"(?<=[.;:])\s+|\n+")


@dataclass(frozen=True, slots=True)
class Statement:
    """A line of a guide or lesson that names facts, as residents read it; ``place`` is its file and line."""

    place: str
    text: str
    facts: tuple[Fact, ...]


def statements(facts: Facts) -> list[Statement]:
    """Every line of the shipped guides and lessons that names a fact."""
    found = list(_of_guides(facts))
    for file in sorted(COURSES.rglob("*.yaml")):
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
            if FACT_MARK.search(line):
                place = f"{file.relative_to(COURSES).as_posix()}:{number}"
                found.append(Statement(place, facts.fill(line).strip(), tuple(facts.named_in(line))))
    return found


def _of_guides(facts: Facts) -> Iterator[Statement]:
    for guide in load_guides(KNOWLEDGE / GUIDES_FOLDER, facts):
        for section in guide.sections:
            lines = zip(section.raw.splitlines(), section.text.splitlines(), strict=True)
            for number, (raw, text) in enumerate(lines, start=section.body_line):
                if FACT_MARK.search(raw):
                    yield Statement(f"{guide.file}:{number}", text, tuple(facts.named_in(raw)))


def figures(text: str) -> set[int]:
    """Every whole number of a text, "1 tỷ" also as 1000000000, "10.000" as one; dates and codes fall into parts."""
    found: set[int] = set()
    for written, unit in _FIGURE.findall(text):
        whole = re.fullmatch(r"(\d{1,3}(?:\.\d{3})+)(?:,(\d+))?", written)
        parts = [whole[1].replace(".", ""), whole[2] or "0"] if whole else re.findall(r"\d+", written)
        found |= {int(part) * UNITS.get(unit, 1) for part in parts}
        found |= {int(part) for part in parts}
    return found


def missing_figures(fact: Fact) -> set[int]:
    """The figures of a fact's bare value that its wording does not say."""
    if fact.value == FREE:
        return set()
    said = figures(fact.wording.replace(*HALF)) | {0}  # 15:00 is "15 giờ"
    joined = int("".join(re.findall(r"\d", fact.wording)) or 0)  # a telephone number is written in groups
    return {figure for figure in figures(fact.value) if figure not in said and figure != joined}


def sentence_of_plan(fact: Fact, plans: Path = KNOWLEDGE / PLANS_FOLDER) -> str | None:
    """The sentence of a plan that states a fact whose source is a plan; None when no plan does."""
    wanted = figures(fact.value)
    for plan in sorted(plans.glob("*.md")):
        for sentence in _SENTENCE_END.split(plan.read_text(encoding="utf-8")):
            if wanted <= figures(sentence) and (not re.search(r"[A-Z]", fact.value) or fact.value in sentence):
                return f"{plan.stem}: {' '.join(sentence.split())}"
    return None


def trail(statement: Statement) -> Iterator[str]:
    """The lines that lead from a statement to its sources."""
    yield f"{statement.place}: {statement.text}"
    for fact in statement.facts:
        yield f"    {FACTS_FILE}:{fact.line} {fact.id} = {fact.value}: {fact.wording}"
        yield f"    {fact.source}; checked {fact.checked_on}"
        if fact.source.startswith(PLAN):
            yield f"    {sentence_of_plan(fact) or 'NO PLAN SAYS SO'}"


def main() -> None:
    """Print the trails of statements drawn at random."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=20)
    parser.add_argument("--seed", type=int, default=None)
    arguments = parser.parse_args()
    everything = statements(load_facts(KNOWLEDGE / FACTS_FILE))
    for one in Random(arguments.seed).sample(everything, min(arguments.count, len(everything))):
        sys.stdout.write("\n".join(trail(one)) + "\n\n")


if __name__ == "__main__":
    main()
