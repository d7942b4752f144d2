"""The question sets stay a fair measure: true to the material, asked once, in words that nothing is filed under."""

from __future__ import annotations

from collections import Counter
from functools import cache
from itertools import chain
from pathlib import Path

import pytest

from indexer.asked import read_not_covered, read_phrasings
from indexer.question_sets import OUTSIDE, PLAN, QUESTIONS_FOLDER, SERVICE, Case, holds, load_cases
from knowledge.facts import load_facts
from knowledge.guides import Guide, load_guides
from knowledge.material_similarity import folded_words
from knowledge.topics import load_topics

KNOWLEDGE = Path("knowledge")
LEAST_HELD_OUT = 400  # questions of a kind: fewer leave the share right open by five points and more


@pytest.fixture(scope="module")
def guides() -> dict[str, Guide]:
    return {guide.id: guide for guide in load_guides(KNOWLEDGE / "services", load_facts(KNOWLEDGE / "facts.yaml"))}


@cache
def _cases(split: str) -> list[Case]:
    return load_cases(QUESTIONS_FOLDER, split)


@pytest.fixture(scope="module", params=["dev", "heldout"])
def cases(request: pytest.FixtureRequest) -> list[Case]:
    return _cases(request.param)


def test_what_a_plan_question_expects_stands_in_that_plan(cases: list[Case]) -> None:
    plans = {path.stem: path.read_text(encoding="utf-8") for path in (KNOWLEDGE / "plans").glob("*.md")}
    wrong = [
        (case.text, fact)
        for case in cases
        if case.kind == PLAN
        for fact in case.facts
        if not holds(plans[case.of or ""], fact)
    ]
    assert wrong == []


def test_every_guide_named_exists(cases: list[Case], guides: dict[str, Guide]) -> None:
    assert [case.text for case in cases if case.kind == SERVICE and not guides.keys() >= set(case.guides)] == []


def test_no_question_is_asked_twice(cases: list[Case]) -> None:
    asked = Counter((case.text, case.ward, case.of) for case in cases)
    assert [question for question, count in asked.items() if count > 1] == []


def test_the_held_out_questions_are_many_and_in_nothing_that_was_learnt(guides: dict[str, Guide]) -> None:
    held_out = _cases("heldout")
    assert min(Counter(case.kind for case in held_out).values()) >= LEAST_HELD_OUT
    learnt = chain(
        (case.text for case in _cases("dev")),
        (phrasing for guide in guides.values() for phrasing in (guide.title, *guide.phrasings)),
        chain.from_iterable(read_phrasings(KNOWLEDGE / "phrasings").values()),
        chain.from_iterable(passage.questions for passage in read_not_covered(KNOWLEDGE / "not_covered.yaml")),
        (phrasing for phrasing, _ in load_topics().examples()),
    )
    known = {tuple(folded_words(text)) for text in learnt}
    assert [case.text for case in held_out if tuple(folded_words(case.text)) in known] == []


def test_all_kinds_are_there(cases: list[Case]) -> None:
    assert {case.kind for case in cases} == {PLAN, SERVICE, OUTSIDE}
