"""What the tests of the lessons share."""

from __future__ import annotations

import pytest

from lessons.catalogue import Catalogue
from tests.support.courses import shipped_courses


@pytest.fixture(scope="session")
def shipped() -> Catalogue:
    """The courses that are delivered."""
    return shipped_courses()
