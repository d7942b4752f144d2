"""The benchmark of the staff site: its pages open on its data, and its bars judge what they say."""

from __future__ import annotations

import asyncio

from benchmarks.staff_site import DOWNLOADS, LARGEST_KB, PAGES, SLOWEST, Measured, asked, fill, judged, measure
from tests.support.house import House
from tests.support.staff_routes import pieces, ward_routes

# Not measured: what is asked for now and then and made anew each time, and what waits for events.
LEFT_OUT = ("setup/", "posters.pdf", "participation.xlsx", "indicators-history.xlsx", "audit.csv", "compare")


async def test_every_page_is_measured_on_the_data_made_for_it(house: House) -> None:
    catalogue = house.application.material.catalogue
    tokens = await asyncio.to_thread(fill, house.database, 0.01, catalogue)
    found = await asyncio.to_thread(measure, house.url, tokens, 1)
    assert len(found) == len(list(asked(tokens))) and all(one.p95 > 0 for one in found)
    size, _ = judged(found, 0.01)
    assert size.holds, size.figure


def test_the_heaviest_and_the_slowest_page_are_judged() -> None:
    found = [Measured("a", LARGEST_KB + 1, 0.01, 0.01), Measured("b", 1, SLOWEST + 1, 0.1)]
    heavy, slow = judged(found, 1)
    assert heavy.holds is False and "(a)" in heavy.figure
    assert slow.holds is False and "(b)" in slow.figure
    assert "beyond: a 301 kB" in heavy.how and "beyond: b 1300 ms" in slow.how


async def test_no_page_of_a_ward_is_forgotten(house: House) -> None:
    measured = {page.partition("?")[0] for page in (*PAGES, *DOWNLOADS)}
    plain = (
        "".join(text for text, _ in pieces(route.path)).removeprefix("/w/ward/")
        for route in ward_routes(house)
        if route.method == "GET" and sum(bool(pattern) for _, pattern in pieces(route.path)) == 1
    )
    assert [page for page in plain if page not in measured and not page.startswith(LEFT_OUT)] == []
