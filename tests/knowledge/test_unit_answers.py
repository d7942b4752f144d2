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


@pytest.mark.parametrize("ward", ["hung-dao", "tu-ky", None])
@pytest.mark.parametrize("question", ["Phường mình có bao nhiêu dân?", "xa toi gom nhung xa cu nao"])
def test_who_names_no_place_is_not_told_of_another_ward(answerer: Answerer, question: str, ward: str | None) -> None:
    about = {
        "phuong-le-dai-hanh": "le-dai-hanh",
        "xa-dai-son": "dai-son",
        "xa-tu-ky": "tu-ky",
        "phuong-thanh-binh-le-thanh-nghi": "thanh-binh",
        "ten-hung-dao-de-nham": "hung-dao",
    }
    cited = answerer.answer(question, ward).citations
    assert all(about.get(one.document, ward) == ward for one in cited)


def test_a_guide_about_a_ward_answers_its_residents_and_who_names_it(answerer: Answerer) -> None:
    for question, ward in (("Phường mình có bao nhiêu dân?", "le-dai-hanh"), ("dan so phuong le dai hanh", "hung-dao")):
        assert answerer.answer(question, ward).citations[0].document == "phuong-le-dai-hanh", question


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
