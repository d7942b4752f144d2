"""What the material's own readers say of a changed text, worded for staff."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from bot.editing import COURSES, FACTS, EditedMaterial
from bot.staff.content import items
from knowledge.facts import Facts, MaterialError, Problem, parse_facts
from knowledge.guides import Guide, parse_guide
from knowledge.material_check import check_guide
from knowledge.yaml_loader import load_yaml
from lessons.catalogue import read_courses
from lessons.check import check_courses
from lessons.material_source import Below

WORDINGS_FILE = Path(__file__).with_name("problems.yaml")


@dataclass(frozen=True, slots=True)
class Finding:
    """A problem in Vietnamese; ``line`` counts from 1 in the text that was checked."""

    line: int
    says: str


def check(item: items.Item, source: EditedMaterial) -> list[Finding]:
    """Everything wrong with an item as ``source`` has it; empty: it may be taught and answered from."""
    checker = {items.LESSONS: _lesson, items.GUIDES: _guide, items.FACTS: _fact}[item.kind]
    return [Finding(one.line, worded(one.message)) for one in checker(item, source)]


def _lesson(item: items.Item, source: EditedMaterial) -> list[Problem]:
    file, courses = item.name.removeprefix(f"{COURSES}/"), Below(source, COURSES)
    facts = parse_facts(source.read(FACTS), FACTS)
    problems = [one for one in check_courses(courses, facts) if one.file == file]
    catalogue, _ = read_courses(courses, facts)
    if not problems and catalogue.lesson(item.id) is None:
        problems.append(Problem(file, 1, f"the id must stay '{item.id}'"))
    return problems


def _guide(item: items.Item, source: EditedMaterial) -> list[Problem]:
    facts = parse_facts(source.read(FACTS), FACTS)
    return check_guide(source.read(item.name), item.name, facts, _readable_guides(source, facts))


def _readable_guides(source: EditedMaterial, facts: Facts) -> Iterable[Guide]:
    for name in source.items():
        if name.startswith(f"{items.GUIDES_PATH}/"):
            try:
                yield parse_guide(source.read(name), name, facts)
            except MaterialError:
                continue  # another's mistake


def _fact(item: items.Item, source: EditedMaterial) -> list[Problem]:
    try:
        only = parse_facts(source.read(item.name), item.name)
        if [fact.id for fact in only] != [item.id]:
            return [Problem(item.name, 1, f"the id must stay '{item.id}'")]
        everything = parse_facts(source.read(FACTS), FACTS)
    except MaterialError as error:
        return list(error.problems)
    naming = [
        lesson
        for lesson in Below(source, COURSES).items()
        if lesson.endswith(".yaml") and f"{{{{fact:{item.id}}}}}" in source.read(f"{COURSES}/{lesson}")
    ]
    found = [one for one in check_courses(Below(source, COURSES), everything) if one.file in naming] if naming else []
    return [Problem(item.name, 1, f"in {one.file}, line {one.line}: {one.message}") for one in found]


@cache
def _wordings() -> list[tuple[re.Pattern[str], str]]:
    listed = load_yaml(WORDINGS_FILE.read_text(encoding="utf-8"))
    return [(re.compile(one["found"]), one["says"]) for one in listed]


def worded(message: str) -> str:
    """A reader's message in Vietnamese; one without a wording is quoted as it is."""
    for pattern, says in _wordings():
        found = pattern.fullmatch(message)
        if found:
            parts = [worded(part) if name == "rest" else part for name, part in _parts(found)]
            return says.format(*parts)
    return f"Chưa đúng quy định của tệp. Máy báo: {message}"


def _parts(found: re.Match[str]) -> list[tuple[str, str]]:
    names = {number: name for name, number in found.re.groupindex.items()}
    return [(names.get(number, ""), part or "") for number, part in enumerate(found.groups(), 1)]
