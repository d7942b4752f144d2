"""What is quoted is short, whole, and holds what was asked."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from knowledge.extract import best_sentence, quote, sentences, shorten, window

ITEMS = [f"- Giấy tờ số {n}, do cơ quan thứ {n} cấp, còn hạn và rõ chữ;" for n in range(1, 25)]
LIST = "\n".join(["1. Hồ sơ gồm:", *ITEMS])
ASKED = {"giay": 1.0, "to": 1.0, "17": 1.0}


def test_a_short_passage_is_quoted_whole() -> None:
    assert quote("Nộp trước ngày 15/12.", 100, {}) == "Nộp trước ngày 15/12."


def test_the_sentence_that_answers_is_kept() -> None:
    text = "Mở đầu nói chung chung. " + "Câu này không liên quan. " * 20 + "Hạn nộp báo cáo là 15/12. Câu kết."
    shown = quote(text, 120, {"han": 1.0, "nop": 1.0, "bao_cao": 1.0})
    assert "Hạn nộp báo cáo là 15/12." in shown
    assert len(shown) <= 120
    assert "…" in shown


def test_a_long_list_keeps_its_heading_and_the_line_that_answers() -> None:
    shown = quote(LIST, 300, ASKED)
    assert shown.startswith("1. Hồ sơ gồm:")
    assert "Giấy tờ số 17" in shown
    assert len(shown) <= 300


def test_a_list_asked_for_whole_is_shortened_evenly() -> None:
    items = "\n".join(f"- {'rất dài ' * 20}{n}" for n in range(5))
    lines = quote(f"Danh mục:\n{items}", 500, {}, evenly=True).split("\n")
    assert len(lines) == 6
    assert max(map(len, lines[1:])) - min(map(len, lines[1:])) < 60


def test_a_long_sentence_is_cut_around_what_answers() -> None:
    text = ", ".join([f"mệnh đề thứ {n} nói về việc khác" for n in range(30)] + ["đến năm 2045 dẫn đầu châu Á"])
    assert "năm 2045" in window(text, 120, {"nam_2045": 1.0, "2045": 1.0})


def test_the_best_sentence_loses_its_bullet() -> None:
    assert best_sentence("- Nộp trước 05/12.\n- Khác.", 80, {"nop": 1.0}) == "Nộp trước 05/12."


def test_abbreviations_do_not_end_a_sentence() -> None:
    assert sentences("Theo QĐ số 1. của tỉnh. Nộp ngay.") == ["Theo QĐ số 1. của tỉnh.", "Nộp ngay."]


@given(st.text(max_size=3000), st.integers(min_value=60, max_value=700))
def test_never_longer_than_asked(text: str, limit: int) -> None:
    assert len(quote(text, limit, ASKED)) <= limit
    assert len(quote(text, limit, ASKED, evenly=True)) <= limit
    assert len(shorten(text, limit)) <= limit
