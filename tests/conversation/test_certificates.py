"""The certificate in the chat: who gets one, which name stands on it, and what is said where it can't be sent."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bot.conversation.offers import Offers
from bot.conversation.ports import CertificateView, Repositories
from bot.conversation.router import Conversation
from lessons.catalogue import Catalogue, load_courses
from tests.conversation.memory import Stored
from tests.conversation.passages import Noting
from tests.conversation.resident import Resident
from tests.conversation.test_learn import answer, to_quiz
from tests.lessons.material import write_courses

PUBLIC = Offers("https://hoc.example", frozenset({"web"}))


@pytest.fixture
def small(tmp_path: Path) -> Catalogue:
    """One course of one lesson."""
    return load_courses(write_courses(tmp_path))


@pytest.fixture
def learner(noting: Noting, small: Catalogue, repositories: Repositories, stored: Stored) -> Resident:
    return Resident(Conversation(noting, small, PUBLIC), repositories, stored).agrees()


def finish(learner: Resident, small: Catalogue) -> str:
    to_quiz(learner)
    for question in small.questions:
        said = answer(learner, question)
    return said


def paper(stored: Stored) -> CertificateView:
    (held,) = stored.certificates.values()
    return held


def test_who_finishes_a_course_gets_a_paper_with_the_name_they_choose(
    learner: Resident, small: Catalogue, stored: Stored
) -> None:
    assert "học xong cả khóa" in finish(learner, small)
    said = learner.taps("Nhận giấy hoàn thành")
    assert "ghi tên ai" in said and "tùy bạn" in said
    said = learner.says("nguyễn thị lan")
    held = paper(stored)
    assert held.name == "Nguyễn Thị Lan"
    assert 'Nguyễn Thị Lan hoàn thành khóa học "Khóa một" của phường Hưng Đạo' in said
    assert f"https://hoc.example/chung-nhan/{held.code}" in said
    assert "không phải xác nhận của nhà nước" in said
    (reply,) = learner.replies
    assert reply.image == f"/chung-nhan/{held.code}.png" and "Nguyễn Thị Lan" in reply.image_alt
    assert [file.path for file in reply.files] == [f"/chung-nhan/{held.code}.pdf"]
    assert (held.lessons, held.finished_on.isoformat()) == (1, "2026-11-21")


@pytest.mark.parametrize("typed", ["giấy hoàn thành", "/giay", "cho tôi xin giấy chứng nhận hoàn thành khóa học"])
def test_the_paper_is_asked_for_in_words_and_shown_again(
    learner: Resident, small: Catalogue, stored: Stored, typed: str
) -> None:
    learner.says("/sua Bác Lan")
    finish(learner, small)
    learner.says(typed)
    learner.taps("Ghi tên: Bác Lan")
    code = paper(stored).code
    assert code in learner.says(typed)
    assert code in learner.says("dữ liệu của tôi")
    assert "Nhận giấy hoàn thành" in (learner.says("tiến độ của tôi"), *learner.labels)


def test_another_name_makes_another_paper_and_the_old_code_is_gone(
    learner: Resident, small: Catalogue, stored: Stored
) -> None:
    finish(learner, small)
    learner.taps("Nhận giấy")
    learner.says("Lan")
    first = paper(stored)
    learner.taps("Ghi tên khác")
    learner.says("Trần Thị Lan")
    assert (paper(stored).name, paper(stored).code != first.code) == ("Trần Thị Lan", True)


@pytest.mark.parametrize("name", ["0912345678", "<b>Lan</b>", "x" * 61, "❤️"])
def test_what_is_no_name_is_asked_for_again(learner: Resident, small: Catalogue, stored: Stored, name: str) -> None:
    finish(learner, small)
    learner.taps("Nhận giấy")
    learner.says(name)
    assert not stored.certificates
    learner.says("Phạm Văn Ba")
    assert paper(stored).name == "Phạm Văn Ba"


def test_a_question_instead_of_a_name_is_answered(learner: Resident, small: Catalogue, stored: Stored) -> None:
    finish(learner, small)
    learner.taps("Nhận giấy")
    assert "05/12" in learner.says("hạn nộp báo cáo thi đua?")
    assert not stored.certificates


def test_without_a_finished_course_the_way_there_is_told(learner: Resident, small: Catalogue) -> None:
    assert "học xong một khóa" in learner.says("giấy hoàn thành")
    to_quiz(learner)
    answer(learner, small.questions[0])
    said = learner.says("giấy hoàn thành")
    assert "còn 1 bài" in said and "Bài một" in said
    assert "Nhận giấy hoàn thành" not in (learner.says("tiến độ của tôi"), *learner.labels)


def test_who_is_anonymous_is_told_why_there_is_none(
    noting: Noting, small: Catalogue, repositories: Repositories, stored: Stored
) -> None:
    stranger = Resident(Conversation(noting, small, PUBLIC), repositories, stored).stays_anonymous()
    assert "ẩn danh" in stranger.says("giấy hoàn thành") and "Đồng ý (từ 16 tuổi)" in stranger.labels


def test_a_ward_is_chosen_before_it_can_recognise_anything(learner: Resident, small: Catalogue, stored: Stored) -> None:
    finish(learner, small)
    learner.chat.ward_code = None
    assert "chọn nơi ở trước" in learner.says("giấy hoàn thành")
    learner.taps("Chọn nơi tôi ở")
    learner.taps("Phường Thanh Bình")
    learner.says("giấy hoàn thành")
    said = learner.says("Lan")
    assert "phường Lê Thanh Nghị" in said, "a merged ward signs with the name it has now"


def test_an_installation_without_a_public_address_says_so(learner: Resident, small: Catalogue, stored: Stored) -> None:
    learner.conversation = Conversation(learner.conversation.answerer, small, Offers(None, frozenset({"web"})))
    finish(learner, small)
    learner.taps("Nhận giấy")
    said = learner.says("Lan")
    assert "chưa có mã QR" in said and "đọc mã giấy" in said and paper(stored).code in said
    assert learner.replies[0].image and learner.replies[0].files
    learner.conversation = Conversation(learner.conversation.answerer, small, Offers())
    said = learner.says("giấy hoàn thành")
    assert "không gửi được tệp" in said
    assert learner.replies[0].image is None and not learner.replies[0].files


def test_a_revoked_paper_is_neither_shown_nor_made_again(learner: Resident, small: Catalogue, stored: Stored) -> None:
    finish(learner, small)
    learner.taps("Nhận giấy")
    learner.says("Lan")
    rename = next(button for button in learner.buttons if button.label == "Ghi tên khác")
    ((key, held),) = stored.certificates.items()
    stored.certificates[key] = replace(held, revoked=True)
    assert "thu hồi" in learner.says("giấy hoàn thành")
    assert not learner.replies[0].files
    learner.says("", rename.payload)
    learner.says("Lan khác")
    assert paper(stored).name == "Lan"


def test_deletion_takes_the_papers(learner: Resident, small: Catalogue, stored: Stored) -> None:
    finish(learner, small)
    learner.taps("Nhận giấy")
    learner.says("Lan")
    assert "không còn kiểm tra được" in learner.says("/xoa")
    learner.taps("Xóa hết")
    assert stored.certificates == {}
