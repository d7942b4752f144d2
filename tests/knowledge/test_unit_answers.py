"""Where an old ward is now, and what a new one was made of, come from the table of units."""

from __future__ import annotations

import pytest

from knowledge.answer import Answerer
from knowledge.answer_types import AnswerKind
from knowledge.unit_answers import TABLE_GUIDE


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("Hồi trước địa chỉ nhà tôi ghi là phường Đằng Lâm, bây giờ ra giấy tờ phải viết phường gì", "phường Hải An"),
        ("thi tran tu ky cu gio thuoc xa nao", "xã Tứ Kỳ"),
        ("Xã Quang Phục nhập vào xã nào?", "xã Tứ Kỳ"),
        ("Xã Hưng Đạo, Tứ Kỳ nay gọi là gì?", "xã Đại Sơn"),
        ("Phường Thanh Bình giờ là phường nào?", "phường Lê Thanh Nghị"),
        ("Xã Tứ Kỳ gồm những xã nào gộp lại?", "thị trấn Tứ Kỳ"),
        ("phường Hải Dương được lập từ những phường nào", "phường Nhị Châu"),
    ],
)
def test_the_table_answers(answerer: Answerer, question: str, said: str) -> None:
    answer = answerer.answer(question)
    assert answer.kind is AnswerKind.ANSWER
    assert said.casefold() in answer.text.casefold()
    assert answer.citations[0].document == TABLE_GUIDE
    assert answer.citations[0].source


@pytest.mark.parametrize(
    "question",
    [
        "Phường Hưng Đạo nộp báo cáo thi đua vào ngày nào?",
        "Kế hoạch của xã Tứ Kỳ gồm những nội dung nào?",
        "Tôi chuyển về phường Hưng Đạo thì đăng ký thường trú ở đâu?",
        "Bây giờ phường Lê Đại Hành khen thưởng những gì?",
    ],
)
def test_other_questions_that_name_a_place_are_left_to_search(answerer: Answerer, question: str) -> None:
    cited = answerer.answer(question, "hung-dao").citations
    assert not cited or cited[0].document != TABLE_GUIDE
