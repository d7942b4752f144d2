"""The benchmark of the staff site: its pages open on its data, and its bars judge what they say."""

from __future__ import annotations

import asyncio

from benchmarks.staff_site import LARGEST_KB, PAGES, SLOWEST, Measured, fill, judged, measure
from tests.support.house import House


async def test_every_page_is_measured_on_the_data_made_for_it(house: House) -> None:
    token = house.database.write_now(lambda session: fill(session, 0.01))
    found = await asyncio.to_thread(measure, house.url, token, 1)
    assert len(found) == len(PAGES) and all(one.p95 > 0 for one in found)
    size, _ = judged(found, 0.01)
    assert size.holds, size.figure


def test_the_heaviest_and_the_slowest_page_are_judged() -> None:
    found = [Measured("a", LARGEST_KB + 1, 0.01, 0.01), Measured("b", 1, SLOWEST + 1, 0.1)]
    heavy, slow = judged(found, 1)
    assert heavy.holds is False and "(a)" in heavy.figure
    assert slow.holds is False and "(b)" in slow.figure
