"""One index of the shipped material for every test of the room; small made-up ones beside it."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowledge.answer import Answerer
from knowledge.encoder import Encoder
from knowledge.index import Index, load_index


@pytest.fixture(scope="session")
def shipped_index(shipped_index: Path) -> Index:
    """The index of the material as shipped, loaded."""
    return load_index(shipped_index)


@pytest.fixture(scope="session")
def answerer(shipped_index: Index, encoder: Encoder) -> Answerer:
    """Answers from the material as shipped."""
    return Answerer(shipped_index, encoder)
