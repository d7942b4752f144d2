"""The seed draws, and anybody can draw again."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from lessons.contest.draw import BankTooSmallError, Wanted, bank_of, draw, options_for, order_for
from tests.support.courses import shipped_courses

SEED = "5f3a"


@pytest.fixture(scope="module")
def catalogue():
    return shipped_courses()


def test_the_same_seed_draws_the_same_from_the_bank_in_any_order(catalogue) -> None:
    bank = bank_of(catalogue.questions)
    wanted = Wanted({1: 10, 2: 8, 3: 2})
    drawn = draw(bank, wanted, SEED)
    mixed = random.Random(1).sample(bank, len(bank))
    assert draw(mixed, wanted, SEED) == drawn
    assert draw(bank, wanted, "other") != drawn
    assert len(set(drawn)) == 20
    found = [catalogue.question(name) for name in drawn]
    assert [one.difficulty for one in found] == [1] * 10 + [2] * 8 + [3] * 2
    assert len({one.skill for one in found[:10]}) >= 8, "no skill fills the contest"


def test_only_the_skills_asked_for_and_a_bank_that_is_too_small_says_so(catalogue) -> None:
    bank = bank_of(catalogue.questions)
    drawn = draw(bank, Wanted({1: 5}, ("an-toan-so",)), SEED)
    assert {catalogue.question(name).skill for name in drawn} == {"an-toan-so"}
    with pytest.raises(BankTooSmallError, match="wanted"):
        draw(bank, Wanted({3: 500}), SEED)


def test_every_participant_sees_another_order_always_the_same(catalogue) -> None:
    numbers = list(range(1, 11))
    orders = {tuple(order_for(numbers, SEED, f"p{one}")) for one in range(50)}
    assert len(orders) > 45
    assert order_for(numbers, SEED, "p1") == order_for(list(reversed(numbers)), SEED, "p1")
    asked = next(one for one in catalogue.questions if one.kind == "single" and len(one.options) == 3)
    first = Counter(options_for(asked, SEED, f"p{one}")[0].id for one in range(300))
    assert all(60 < count < 140 for count in first.values()), "where the right option stands says nothing"
