"""What residents are told is traced to its fact, and the fact to what its source says."""

from __future__ import annotations

import re
from random import Random

import pytest

from indexer.trace import (
    COURSES,
    FACTS_FILE,
    KNOWLEDGE,
    PLAN,
    figures,
    missing_figures,
    sentence_of_plan,
    statements,
    trail,
)
from knowledge.facts import Fact, Facts, load_facts

DRAWN = 20


@pytest.fixture(scope="module")
def facts() -> Facts:
    return load_facts(KNOWLEDGE / FACTS_FILE)


def test_the_wording_of_every_fact_says_its_figures(facts: Facts) -> None:
    assert {fact.id: missing_figures(fact) for fact in facts if missing_figures(fact)} == {}


def test_what_a_plan_is_the_source_of_stands_in_a_plan(facts: Facts) -> None:
    from_plans = [fact for fact in facts if fact.source.startswith(PLAN)]
    assert len(from_plans) >= 6
    assert [fact.id for fact in from_plans if sentence_of_plan(fact) is None] == []


@pytest.mark.parametrize("seed", range(3))
def test_twenty_statements_at_random_lead_to_their_sources(facts: Facts, seed: int) -> None:
    drawn = Random(seed).sample(statements(facts), DRAWN)
    listed = (KNOWLEDGE / FACTS_FILE).read_text(encoding="utf-8").splitlines()
    for one in drawn:
        name, line = one.place.rsplit(":", 1)
        file = KNOWLEDGE / name if name.endswith(".md") else COURSES / name
        written = file.read_text(encoding="utf-8").splitlines()[int(line) - 1]
        for fact in one.facts:
            assert f"{{{{fact:{fact.id}}}}}" in written and fact.wording in one.text
            assert fact.id in listed[fact.line - 1]
            assert re.search(r"\w{3}", fact.source) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", fact.checked_on)
        said = list(trail(one))
        assert said[0].startswith(one.place) and "NO PLAN" not in "".join(said)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("không quá 03 ngày", {3}),
        ("1 tỷ đồng", {1, 1_000_000_000}),
        ("3.194,72 ki-lô-mét vuông", {3194, 72}),
        ("Nghị quyết 71/NQ-CP ngày 01/4/2025", {71, 1, 4, 2025}),
    ],
)
def test_figures_are_read_as_people_write_them(text: str, found: set[int]) -> None:
    assert figures(text) - {0} == found


def test_a_wording_that_does_not_say_its_figure_is_found() -> None:
    assert missing_figures(Fact("x", "10000", "7.000 đồng", "ai đó", "2026-11-21")) == {10000}
    assert missing_figures(Fact("x", "19000368", "1900 0368", "ai đó", "2026-11-21")) == set()
    assert sentence_of_plan(Fact("x", "999/QĐ-TTg", "Quyết định 999/QĐ-TTg", PLAN, "2026-11-21")) is None
