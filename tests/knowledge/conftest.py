"""One index of the shipped material for every test of the room; small made-up ones beside it."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer.build import build_index
from knowledge.answer import Answerer
from knowledge.encoder import Encoder, load_encoder
from knowledge.index import Index, load_index

MATERIAL = Path("knowledge")


@pytest.fixture(scope="session")
def encoder() -> Encoder:
    """The bundled encoder."""
    return load_encoder()


@pytest.fixture(scope="session")
def shipped_index(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Index:
    """The index of the material as shipped."""
    folder = tmp_path_factory.mktemp("shipped") / "index"
    build_index(MATERIAL, folder, encoder=encoder)
    return load_index(folder)


@pytest.fixture(scope="session")
def answerer(shipped_index: Index, encoder: Encoder) -> Answerer:
    """Answers from the material as shipped."""
    return Answerer(shipped_index, encoder)
