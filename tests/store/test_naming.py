"""Names stand in the order of the Vietnamese alphabet, whatever the database."""

from __future__ import annotations

import random
import unicodedata

import pytest

from bot.store.naming import natural_key

ORDERED = [
    "An", "Ân", "Bình", "Cúc", "Dũng", "Đào", "Đức", "Em", "Êm", "Hoa", "Hòa", "Hỏa", "Hõa", "Hóa", "Họa", "Hoàn",
    "Oanh", "Ôn", "Ơn", "Tổ 2", "Tổ 10", "Tổ dân phố 1", "Uyên", "Ưng", "Vân", "Xuân", "Yến",
]  # fmt: skip


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_names_are_sorted_as_vietnamese_dictionaries_do(form: str) -> None:
    names = [unicodedata.normalize(form, name) for name in ORDERED]  # type: ignore[arg-type]
    shuffled = random.Random(7).sample(names, len(names))
    assert sorted(shuffled, key=natural_key) == names


def test_capitals_do_not_separate_names_and_numbers_count() -> None:
    assert sorted(["đông", "Đình", "tổ 12", "Tổ 3", "bắc"], key=natural_key) == ["bắc", "Đình", "đông", "Tổ 3", "tổ 12"]


def test_any_text_can_be_sorted() -> None:
    sorted(["", "٣", "2²", "Ω", "\u0301", "a\u0301\u0302", "=1+1"], key=natural_key)
