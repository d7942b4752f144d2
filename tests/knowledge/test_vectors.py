"""Dense search finds exactly what comparing with every row would find, though it scans vectors in eight bits."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from knowledge.vectors import VectorIndex, write_vectors

ROWS, VECTORS, DIMENSION = 3000, 1800, 64  # rows that share a vector, as the same question of every ward's plan


@pytest.fixture(scope="module")
def vectors() -> np.ndarray:
    made = np.random.default_rng(1).standard_normal((VECTORS, DIMENSION)).astype(np.float32)
    unit: np.ndarray = made / np.linalg.norm(made, axis=1, keepdims=True)
    return unit


@pytest.fixture(scope="module")
def places() -> np.ndarray:
    extra = np.random.default_rng(2).integers(0, VECTORS, ROWS - VECTORS)
    return np.concatenate([np.arange(VECTORS), extra])


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory, vectors: np.ndarray, places: np.ndarray) -> VectorIndex:
    folder = tmp_path_factory.mktemp("vectors")
    write_vectors(folder, np.array_split(vectors, 7), DIMENSION, places, np.full(ROWS, -1))
    return VectorIndex(folder, places)


def nearest(vectors: np.ndarray, places: np.ndarray, question: np.ndarray, mask: np.ndarray) -> np.ndarray:
    cosines = vectors[places] @ question
    rows = np.flatnonzero(mask)
    best: np.ndarray = rows[np.argsort(-cosines[rows], kind="stable")]
    return best


def test_the_nearest_rows_are_found_exactly(index: VectorIndex, vectors: np.ndarray, places: np.ndarray) -> None:
    everywhere = np.ones(ROWS, bool)
    for question in vectors[:40] + vectors[40:80]:
        unit = question / np.linalg.norm(question)
        rows, cosines = index.search(unit, 50, None)
        assert sorted(rows) == sorted(nearest(vectors, places, unit, everywhere)[:50])
        assert cosines == pytest.approx(vectors[places[rows]] @ unit, abs=1e-6)
        assert (np.diff(cosines) <= 0).all()


def test_only_rows_of_the_part_are_found(index: VectorIndex, vectors: np.ndarray, places: np.ndarray) -> None:
    mask = np.random.default_rng(3).random(ROWS) < 0.3
    part = index.part(mask)
    for question in vectors[:40]:
        rows, _ = index.search(question, 50, part)
        assert sorted(rows) == sorted(nearest(vectors, places, question, mask)[:50])


def test_a_part_smaller_than_asked_for_is_found_whole(index: VectorIndex, vectors: np.ndarray) -> None:
    mask = np.zeros(ROWS, bool)
    mask[[5, 2000, 2999]] = True
    assert set(index.search(vectors[0], 50, index.part(mask))[0].tolist()) == {5, 2000, 2999}


def test_a_question_without_a_known_word_ends(index: VectorIndex) -> None:
    rows, cosines = index.search(np.zeros(DIMENSION, np.float32), 50, None)
    assert len(rows) == 50
    assert not cosines.any()


def test_where_all_are_equally_near_it_ends_with_the_first_rows(tmp_path: Path) -> None:
    same = np.zeros((9000, 8), np.float32)
    same[:, 0] = 1.0
    write_vectors(tmp_path, [same], 8, np.arange(9000), np.full(9000, -1))
    rows, cosines = VectorIndex(tmp_path, np.arange(9000)).search(same[0], 20, None)
    assert len(rows) == 20
    assert (cosines == 1.0).all()


def test_cosines(index: VectorIndex, vectors: np.ndarray) -> None:
    some = np.asarray([1799, 0, 1500])
    assert index.cosines(vectors[3], some) == pytest.approx(vectors[some] @ vectors[3], abs=1e-6)


def test_of_very_many_vectors_eight_bits_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("knowledge.vectors.EXACT_VECTORS", 100)
    made = np.random.default_rng(4).standard_normal((400, 32)).astype(np.float32)
    made /= np.linalg.norm(made, axis=1, keepdims=True)
    write_vectors(tmp_path, [made], 32, np.arange(400), np.full(400, -1))
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) < made.nbytes
    index = VectorIndex(tmp_path, np.arange(400))
    rows, cosines = index.search(made[7], 5, None)
    assert rows[0] == 7
    assert cosines == pytest.approx(made[rows] @ made[7], abs=0.01)


@pytest.mark.parametrize("ward", [0, 1, None])
def test_of_many_vectors_sketches_find_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, vectors: np.ndarray, places: np.ndarray, ward: int | None
) -> None:
    monkeypatch.setattr("knowledge.vectors.SKETCHED_FROM", 100)
    owners = np.where(np.arange(ROWS) % 5 < 3, -1, np.arange(ROWS) % 2)
    mask = np.ones(ROWS, bool) if ward is None else (owners == ward) | (owners < 0)
    write_vectors(tmp_path, [vectors], DIMENSION, places, owners)
    index = VectorIndex(tmp_path, places)
    for question in vectors[:40] + 0.3 * vectors[40:80]:
        found, cosines = index.search(question, 20, None if ward is None else index.part(mask))
        assert set(found[:10]) == set(nearest(vectors, places, question, mask)[:10])
        assert cosines == pytest.approx(vectors[places[found]] @ question, abs=1e-6)
    assert mask[found].all()


def test_an_index_of_nothing_finds_nothing(tmp_path: Path) -> None:
    write_vectors(tmp_path, [], 8, np.empty(0, np.int64), np.empty(0, np.int64))
    rows, cosines = VectorIndex(tmp_path, np.empty(0, np.int64)).search(np.ones(8, np.float32), 20, None)
    assert not len(rows) and not len(cosines)
