"""Figures that are kept some minutes: not longer, not of another state, and no more of them than are asked for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.staff.kept import KEPT, Kept

NOON = datetime(2026, 11, 22, 5, tzinfo=UTC)


async def test_a_figure_is_counted_again_when_it_is_old_or_of_another_state() -> None:
    kept: Kept[int] = Kept()
    counted = 0

    async def count() -> int:
        nonlocal counted
        counted += 1
        return counted

    assert await kept.get("a", NOON, count, "open") == 1
    assert await kept.get("a", NOON + KEPT / 2, count, "open") == 1
    assert await kept.get("a", NOON + KEPT / 2, count, "frozen") == 2
    assert await kept.get("a", NOON + 2 * KEPT, count, "frozen") == 3


async def test_what_nobody_asks_for_any_more_takes_no_memory() -> None:
    kept: Kept[int] = Kept()

    async def count() -> int:
        return 1

    for minute in range(100):
        await kept.get(minute, NOON + timedelta(minutes=minute), count)
    assert len(kept._found) <= KEPT / timedelta(minutes=1) + 1
