"""BM25 from arrays gives the scores of the formula, in a scope or without one, and finds what was asked for."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from knowledge.lexical import ASKED_WEIGHT, LexicalIndex, write_lexical
from knowledge.text import lexical_tokens

TEXTS = (
    ("Lệ phí đăng ký khai sinh là 8.000 đồng.", ["khai sinh mất bao nhiêu tiền", "phí khai sinh"]),
    ("Hồ sơ đăng ký kết hôn gồm tờ khai và căn cước.", ["cưới cần giấy gì"]),
    ("Kế hoạch số 150/KH-UBND ngày 22/12/2024.", []),
    ("Đăng ký tạm trú, đăng ký thường trú: nộp ở công an phường.", ["đăng ký tạm trú ở đâu"]),
)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> LexicalIndex:
    folder = tmp_path_factory.mktemp("lexical")
    write_lexical(folder, tokens())
    return LexicalIndex(folder)


def tokens() -> list[tuple[list[str], list[str]]]:
    return [(lexical_tokens(text), [t for one in asked for t in lexical_tokens(one)]) for text, asked in TEXTS]


def bm25(field: Sequence[Sequence[str]], token: str, place: int) -> float:
    """The formula of Robertson and Spärck Jones with its usual constants; lengths below 40 tokens are not rounded."""
    holding = sum(token in one for one in field)
    rarity = math.log(1 + (len(field) - holding + 0.5) / (holding + 0.5))
    count, mean = Counter(field[place])[token], sum(map(len, field)) / len(field)
    return rarity * count * 2.2 / (count + 1.2 * (0.25 + 0.75 * len(field[place]) / mean)) if count else 0.0


def test_scores_are_those_of_the_formula(index: LexicalIndex) -> None:
    weights = {"dang": 1.0, "ky": 0.5, "dang_ky": 2.0, "khai": 1.0, "150/kh-ubnd": 1.0, "khongco": 1.0}
    text, asked = zip(*tokens(), strict=True)
    assert max(map(len, (*text, *asked))) < 40
    expected = [
        sum(w * (bm25(text, token, n) + ASKED_WEIGHT * bm25(asked, token, n)) for token, w in weights.items())
        for n in range(len(TEXTS))
    ]
    found, scores = index.search(weights, None, 10)
    assert found.tolist() == sorted(range(len(TEXTS)), key=lambda n: -expected[n])
    assert scores == pytest.approx([expected[n] for n in found], rel=1e-4)


def test_passages_without_any_of_the_tokens_are_not_found(index: LexicalIndex) -> None:
    assert index.search({"ket_hon": 1.0}, None, 10)[0].tolist() == [1]
    assert index.search({"khongco": 1.0}, None, 10)[0].tolist() == []
    assert index.search({}, None, 10)[0].tolist() == []


def test_only_the_passages_of_a_scope_are_found(index: LexicalIndex) -> None:
    inside = np.asarray([False, True, True, True])
    assert index.search({"dang_ky": 1.0}, inside, 10)[0].tolist() == [3, 1]


def test_of_equally_good_passages_the_first_ones_are_found(tmp_path: Path) -> None:
    write_lexical(tmp_path, [(["a"], []), (["b", "a"], []), *[(["a"], [])] * 8])
    found, scores = LexicalIndex(tmp_path).search({"a": 1.0}, None, 3)
    assert found.tolist() == [0, 2, 3]
    assert len(set(scores.tolist())) == 1


def test_long_passages_of_nearly_one_length_are_alike(tmp_path: Path) -> None:
    filler = [f"w{n}" for n in range(103)]
    write_lexical(tmp_path, [(["a", *filler[:size]], []) for size in (95, 102, 3)])
    found, scores = LexicalIndex(tmp_path).search({"a": 1.0}, None, 3)
    assert found.tolist() == [2, 0, 1]
    assert scores[1] == scores[2]


def test_an_index_of_nothing_finds_nothing(tmp_path: Path) -> None:
    write_lexical(tmp_path, [])
    assert LexicalIndex(tmp_path).search({"a": 1.0}, None, 3)[0].tolist() == []
