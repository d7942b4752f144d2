"""What the tests of the lessons share."""

from __future__ import annotations

import pytest

from lessons.catalogue import Catalogue, load_courses


@pytest.fixture(scope="session")
def shipped() -> Catalogue:
    """The courses that are delivered."""
    return load_courses()
