"""Refuses material that a ward officer would not sign: ``check_material`` returns every problem with its line."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from knowledge.answer_types import ANSWER_LIMIT, PASSAGE_LIMIT
from knowledge.facts import Facts, MaterialError, Problem, load_facts
from knowledge.guides import Guide, GuideSection, parse_guide, read_guides
from knowledge.material_rules import (
    AbbreviationRule,
    forbidden_words,
    long_sentences,
    loose_figures,
    sentences,
)
from knowledge.material_similarity import folded_words, same_phrasings, same_texts
from knowledge.wards import load_wards

__all__ = ["check_guide", "check_material"]

MIN_PHRASINGS = 8
"""Fewer do not cover how differently residents ask (the House issue's floor)."""

TOPICS = frozenset(
    {
        "vneid",
        "portal",
        "residence",
        "civil-status",
        "certification",
        "vehicle",
        "judicial-record",
        "passport",
        "identity-card",
        "insurance",
        "health",
        "social-security",
        "business",
        "digital-signature",
        "banking",
        "school",
        "safety",
        "campaign",
        "government",
        "assistant",
        "community",
    }
)

_STEP = re.compile(r"\d+\. \S")
_BULLET = re.compile(r"- \S")


def check_material(root: Path, today: date | None = None) -> list[Problem]:
    """Everything wrong with ``root``/facts.yaml and ``root``/services, sorted by file and line.

    ``today`` (default: the computer's date) is what a date may not be after.
    """
    day = (today or date.today()).isoformat()
    try:
        facts = load_facts(root / "facts.yaml")
    except MaterialError as error:
        return list(error.problems)
    guides, problems = read_guides(root / "services", facts)
    problems += _fact_dates(facts, day)
    ids = {guide.id for guide in guides}
    for guide in guides:
        problems += _front_matter(guide, ids, day)
        problems += _body(guide)
    problems += _alike(guides)
    return sorted(problems)


def check_guide(text: str, file: str, facts: Facts, others: Iterable[Guide]) -> list[Problem]:
    """Everything wrong with the text of one guide among the others, sorted by line."""
    try:
        guide = parse_guide(text, file, facts)
    except MaterialError as error:
        return list(error.problems)
    everything = [*(other for other in others if other.id != guide.id), guide]
    problems = _front_matter(guide, {one.id for one in everything}, date.today().isoformat())
    problems += _body(guide)
    alike = _alike(everything, since=len(everything) - 1)
    return sorted([*problems, *(one for one in alike if one.file == file)])


def _fact_dates(facts: Facts, today: str) -> Iterable[Problem]:
    return (
        Problem("facts.yaml", fact.line, f"fact '{fact.id}': checked_on {fact.checked_on} is in the future")
        for fact in facts
        if fact.checked_on > today
    )


def _front_matter(guide: Guide, ids: set[str], today: str) -> list[Problem]:
    problem = guide.lines.problem
    problems = []
    if not guide.sources:
        problems.append(problem("a guide without sources: say who states this, where and when", "sources"))
    if len(guide.phrasings) < MIN_PHRASINGS:
        message = f"{len(guide.phrasings)} phrasings, at least {MIN_PHRASINGS} needed"
        problems.append(problem(message, "phrasings"))
    if guide.topic not in TOPICS:
        problems.append(problem(f"unknown topic '{guide.topic}' (known: {', '.join(sorted(TOPICS))})", "topic"))
    if not guide.audience:
        problems.append(problem("no audience: write [everyone] or name the groups", "audience"))
    problems += [
        problem(f"dead link: no guide '{related}'", "related", index)
        for index, related in enumerate(guide.related)
        if related not in ids or related == guide.id
    ]
    if guide.about_ward is not None and guide.about_ward not in {ward.code for ward in load_wards().wards}:
        problems.append(problem(f"about_ward: no ward '{guide.about_ward}' in wards.yaml", "about_ward"))
    return problems + _dates(guide, today)


def _dates(guide: Guide, today: str) -> list[Problem]:
    """Dates in the future; a shorter date (2025-07) is compared by its own length. valid_until may lie ahead."""
    problem = guide.lines.problem
    problems = [
        problem(f"{name} {written} is in the future", name)
        for name, written in (("valid_from", guide.valid_from), ("checked_on", guide.checked_on))
        if written and written > today[: len(written)]
    ]
    problems += [
        problem(f"the source's date {source.date} is in the future", "sources", index)
        for index, source in enumerate(guide.sources)
        if source.date and source.date > today[: len(source.date)]
    ]
    if guide.valid_from and guide.valid_until and guide.valid_until < guide.valid_from:
        problems.append(problem("valid_until is before valid_from", "valid_until"))
    return problems


def _body(guide: Guide) -> list[Problem]:
    problems: list[Problem] = []
    abbreviations = AbbreviationRule()
    for section in guide.sections:
        problems += _section_size(guide, section)
        for line, raw, text in _lines(section):
            messages = [
                *loose_figures(raw),
                *forbidden_words(raw, guide.topic),
                *long_sentences(text),
                *abbreviations.check(raw),
                *_form(section, raw),
            ]
            problems += [Problem(guide.file, line, message) for message in messages]
    return problems


def _lines(section: GuideSection) -> Iterable[tuple[int, str, str]]:
    """(line number, as written, as read) of every line that is not empty.

    Raw and filled text have the same lines, and one empty line stands between a heading and its body.
    """
    pairs = zip(section.raw.splitlines(), section.text.splitlines(), strict=True)
    return ((section.body_line + index, raw, text) for index, (raw, text) in enumerate(pairs) if raw.strip())


def _section_size(guide: Guide, section: GuideSection) -> list[Problem]:
    limit = ANSWER_LIMIT if section.role == "answer" else PASSAGE_LIMIT
    problems = []
    if len(section.text) > limit:
        message = f"section '{section.heading}' has {len(section.text)} characters (at most {limit})"
        problems.append(Problem(guide.file, section.line, message))
    if section.role == "answer" and len(sentences(section.text)) != 1:
        problems.append(Problem(guide.file, section.line, "the answer must be one sentence"))
    return problems


def _form(section: GuideSection, raw: str) -> list[str]:
    """One step a line: the answer is plain text, steps are numbered, the rest are bullets."""
    if section.role == "answer":
        return []
    if section.role == "steps":
        return [] if _STEP.match(raw) else ["a step must begin with its number: '1. …'"]
    return [] if _BULLET.match(raw) else ["a line of this section must begin with '- '"]


def _alike(guides: list[Guide], since: int = 0) -> list[Problem]:
    """Guides that say the same; those before the place ``since`` are not compared with each other."""
    asked = [(guide, index) for guide in guides for index in range(len(guide.phrasings))]
    texts = [guide.phrasings[index] for guide, index in asked]
    problems = []
    for first, second in same_phrasings(texts, sum(len(guide.phrasings) for guide in guides[:since])):
        guide, index = asked[second]
        message = f"'{texts[second]}' says the same as '{texts[first]}' ({asked[first][0].id})"
        problems.append(guide.lines.problem(message, "phrasings", index))
    bodies = ["\n".join(section.text for section in guide.sections) for guide in guides]
    for first, second in same_texts(bodies, since):
        problems.append(guides[second].lines.problem(f"the same text as guide '{guides[first].id}'", "id"))
    titles: dict[str, str] = {}
    for guide in guides:
        folded = " ".join(folded_words(guide.title))
        if folded in titles:
            problems.append(guide.lines.problem(f"the same title as guide '{titles[folded]}'", "title"))
        titles.setdefault(folded, guide.id)
    return problems
