"""A few bare words that have several readings are asked back, with readings that then get an answer."""

from __future__ import annotations

import pytest

from knowledge.answer import Answerer
from knowledge.answer_types import AnswerKind


@pytest.mark.parametrize("words", ["tt", "kh", "đk tt", "giấy xác nhận", "giay xac nhan", "căn cước", "đổi mật khẩu"])
def test_several_readings_are_offered(answerer: Answerer, words: str) -> None:
    asked_back = answerer.answer(words, "hung-dao")
    assert asked_back.kind is AnswerKind.CLARIFY
    assert 2 <= len(asked_back.choices) <= 3


@pytest.mark.parametrize("words", ["giấy xác nhận", "gia hạn", "đổi mật khẩu", "đăng ký"])
def test_every_reading_of_vague_words_is_answered(answerer: Answerer, words: str) -> None:
    for choice in answerer.answer(words, "hung-dao").choices:
        assert answerer.answer(choice.question, "hung-dao").kind is AnswerKind.ANSWER, choice.question


@pytest.mark.parametrize("words", ["khai sinh", "hạn báo cáo", "ai ký", "giấy độc thân"])
def test_short_questions_that_are_clear_are_answered(answerer: Answerer, words: str) -> None:
    assert answerer.answer(words, "hung-dao").kind is AnswerKind.ANSWER
