"""Diacritics put back: right in plain business sentences, and nothing else touched."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.restore import load_restorer
from knowledge.text import normalise, strip_diacritics


@pytest.mark.parametrize(
    "sentence",
    [
        "Thủ tục đăng ký tạm trú cho người thuê trọ cần gì?",
        "quên mật khẩu VNeID thì làm thế nào",
        "Bảo hiểm y tế hết hạn 150/KH-UBND",
        "làm giấy khai sinh cho con ở đâu",
        "CĂN CƯỚC CÔNG DÂN bị mất",
    ],
)
def test_restores_business_sentences(sentence: str) -> None:
    assert load_restorer().restore(strip_diacritics(sentence)) == sentence


def test_accented_words_stay() -> None:
    assert load_restorer().restore("cho em hỏi lệ phí") == "cho em hỏi lệ phí"
    assert load_restorer().restore("lam the BHYT cho trẻ").endswith("BHYT cho trẻ")


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=60))
def test_only_diacritics_change(text: str) -> None:
    restored = load_restorer().restore(text)
    assert strip_diacritics(restored).lower() == strip_diacritics(normalise(text)).lower()
