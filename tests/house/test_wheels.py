"""Most ward computers run Windows: every default dependency must come as a wheel for it."""

from __future__ import annotations

import pytest

from benchmarks.install import WINDOWS_PYTHONS, default_pins, without_windows_wheel


@pytest.mark.network
@pytest.mark.timeout(300)
def test_every_default_dependency_has_a_windows_wheel() -> None:
    newest = WINDOWS_PYTHONS[-1]  # wheels come last for it; the others are asked for by `make prove`
    assert without_windows_wheel(newest) == ""


def test_what_is_asked_for_is_the_default_install() -> None:
    names = {line.split("==")[0].lower() for line in default_pins()}
    assert {"aiohttp", "faiss-cpu", "numpy", "colorama"} <= names
    assert not {"torch", "pytest", "psycopg", "tzdata"} & names
