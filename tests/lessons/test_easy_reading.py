"""Pieces for easy reading: one step each, nothing lost, no sentence cut."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from lessons.catalogue import Catalogue
from lessons.easy_reading import PIECE_LIMIT, pieces


def test_steps_come_one_by_one_and_the_lead_stays_with_the_first() -> None:
    text = "Để gọi điện:\n1. Chạm hình ống nghe.\n2. Bấm số cần gọi.\nGọi xong, chạm nút đỏ."
    assert pieces(text) == (
        "Để gọi điện:\n1. Chạm hình ống nghe.",
        "2. Bấm số cần gọi.",
        "Gọi xong, chạm nút đỏ.",
    )


def test_running_text_is_cut_between_sentences() -> None:
    text = "Câu đầu tiên khá dài để chiếm chỗ trên màn hình nhỏ. " * 4
    assert len(pieces(text)) == 2
    assert all(len(piece) <= PIECE_LIMIT for piece in pieces(text))


def test_every_shipped_card_becomes_short_pieces_and_loses_nothing(shipped: Catalogue) -> None:
    for lesson in shipped.lessons:
        for text in [*(card.text for card in lesson.cards), lesson.practice]:
            assert " ".join(pieces(text)).split() == text.split()
            assert max(map(len, pieces(text))) <= 200, "a sentence of the material is too long for easy reading"


@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.text(alphabet='ab .:!?\n"“(1', max_size=400))
def test_nothing_is_lost_of_any_text(text: str) -> None:
    assert " ".join(pieces(text)).split() == text.split()
    assert all(piece.strip() for piece in pieces(text))
