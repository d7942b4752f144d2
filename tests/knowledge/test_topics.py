"""What plans are asked about: the topic of a question and the passages that hold it."""

from __future__ import annotations

import pytest

from knowledge.documents import DocumentInfo, DocumentKind, Passage
from knowledge.question import read_question
from knowledge.topics import load_topics


@pytest.mark.parametrize(
    ("question", "topic"),
    [
        ("Hạn nộp báo cáo phong trào là ngày nào?", "report_deadline"),
        ("Ai ký kế hoạch?", "signer"),
        ("ai la nguoi ky van ban nay", "signer"),
        ("Hồ sơ đề nghị khen thưởng gồm gì?", "dossier"),
        ("Phong trào chia mấy giai đoạn?", "schedule"),
        ("Phòng nào chủ trì phong trào?", "lead_office"),
        ("Chỉ tiêu bao nhiêu phần trăm?", "targets"),
        ("Nội dung thi đua thứ 6 là gì?", "content_item"),
    ],
)
def test_recognises_the_topic(question: str, topic: str) -> None:
    assert topic in {found.id for found in read_question(question).topics}


@pytest.mark.parametrize("question", ["Chữ ký số là gì?", "Đăng ký tạm trú ở đâu?", "Ai ký số văn bản?"])
def test_signing_electronically_is_no_signer(question: str) -> None:
    assert "signer" not in {found.id for found in read_question(question).topics}


def plan(signer: str | None) -> DocumentInfo:
    return DocumentInfo("p", DocumentKind.PLAN, "Kế hoạch", ward="hung-dao", signer=signer)


def test_an_office_without_a_name_is_no_signer() -> None:
    named = Passage("p#1", plan("CHỦ TỊCH, Phạm Văn Minh"), ("Người ký",), "Phạm Văn Minh")
    nameless = Passage("p#1", plan("KT. CHỦ TỊCH"), ("Người ký",), "KT. CHỦ TỊCH")
    assert "signer" in load_topics().held(named)
    assert "signer" not in load_topics().held(nameless)


@pytest.mark.parametrize(
    ("question", "number"),
    [
        ("Nội dung thi đua thứ sáu là gì?", 6),
        ("nội dung số 4", 4),
        ("Nội dung thi đua đầu tiên?", 1),
        ("Nội dung năm 2027", None),
        ("Có mấy nội dung thi đua?", None),
    ],
)
def test_number_of_an_item(question: str, number: int | None) -> None:
    assert read_question(question).number == number
