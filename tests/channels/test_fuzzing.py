"""Hostile bodies at the webhooks: the code of ``make prove`` at a fiftieth of its size."""

from __future__ import annotations

from benchmarks.fuzzing import BODIES, REFUSED, attacked


async def test_hostile_bodies_are_refused_or_ignored_and_nothing_leaks() -> None:
    found = await attacked(BODIES // 50)
    assert found.crashed == 0, found.statuses
    assert found.let_in == 0 and found.leaks == set()
    assert found.statuses[200] and set(found.statuses) - {200} == REFUSED
    assert found.alive == 3
