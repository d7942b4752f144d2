"""Questions: answers with sources, wards that differ, honest gaps, and what staff are told."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.conversation.router import Conversation
from knowledge.answer import Answerer
from knowledge.answer_types import Answer, AnswerKind, Choice
from tests.conversation.memory import Stored
from tests.conversation.passages import Noting, Prepared
from tests.conversation.resident import Resident


def test_an_answer_carries_its_source_and_the_day_it_was_checked(resident: Resident) -> None:
    resident.agrees()
    resident.says("quên mật khẩu vneid")
    (citation,) = resident.replies[0].citations
    assert citation.title == "Quên mật khẩu VNeID"
    assert "Các bước" in citation.section and citation.passage
    assert "kiểm tra ngày 21/11/2026" in citation.note
    assert resident.labels[:2] == ["Đúng", "Chưa đúng"]


def test_an_answer_is_for_the_residents_ward(resident: Resident) -> None:
    resident.agrees()
    assert "05/12" in resident.says("hạn nộp báo cáo thi đua")
    assert "áp dụng từ năm 2025 đến năm 2030" in resident.replies[0].citations[0].note


def test_a_plan_that_has_ended_says_so(resident: Resident) -> None:
    resident.agrees()
    resident.now += timedelta(days=5 * 366)
    resident.says("hạn nộp báo cáo thi đua")
    assert "đã hết thời hạn áp dụng năm 2030" in resident.replies[0].citations[0].note


def test_a_restored_scan_says_so(resident: Resident) -> None:
    resident.agrees()
    resident.says("đổi phường")
    resident.taps("Xã Tứ Kỳ")
    resident.says("hạn nộp báo cáo thi đua")
    assert "đã khôi phục dấu tự động" in resident.replies[0].citations[0].note


def without_ward(resident: Resident) -> Resident:
    resident.says("/start")
    resident.taps("Dùng ẩn danh")
    resident.taps("Bỏ qua")
    return resident


def test_who_has_no_ward_is_asked_and_the_choice_is_not_kept_as_their_own(resident: Resident) -> None:
    without_ward(resident).says("hạn nộp báo cáo thi đua")
    assert {"Phường Hưng Đạo", "Phường Thanh Bình", "Xã Tứ Kỳ"} <= set(resident.labels)
    said = resident.taps("Xã Tứ Kỳ")
    assert "15/12" in said and "xã Tứ Kỳ" in said
    assert resident.chat.ward_code is None
    resident.taps("Đây là nơi tôi ở")
    assert resident.chat.ward_code == "tu-ky"


def test_the_ward_of_one_question_may_be_typed(resident: Resident) -> None:
    without_ward(resident).says("hạn nộp báo cáo thi đua")
    assert "05/12" in resident.says("hung dao")
    assert resident.chat.ward_code is None


def test_a_gap_is_admitted_and_goes_to_staff_masked(resident: Resident, stored: Stored) -> None:
    resident.agrees()
    said = resident.says("Bao giờ có sân chơi ở ngõ 5? Gọi tôi số 0912 345 678")
    assert "Chưa có trong tài liệu" in said
    assert "chuyển cho cán bộ" in said
    (question,) = stored.questions.values()
    assert question["reason"] == "no_passage"
    assert question["ward"] == "hung-dao"
    assert "0912" not in str(question["text"]) and "sân chơi" in str(question["text"])


def test_being_told_of_the_answer_needs_consent(resident: Resident, stored: Stored) -> None:
    resident.stays_anonymous()
    resident.says("Bao giờ có sân chơi ở ngõ này?")
    assert "Báo cho tôi khi có trả lời" not in resident.labels
    resident.says("/dongy")
    resident.says("Bao giờ có thư viện ở ngõ này?")
    assert "trợ lý sẽ nhắn" in resident.taps("Báo cho tôi")
    assert [question["tell"] for question in stored.questions.values()] == [None, resident.chat.id]


def test_being_told_needs_no_ward(resident: Resident, stored: Stored) -> None:
    without_ward(resident).says("/dongy")
    resident.says("Bao giờ có thư viện ở ngõ này?")
    assert "trợ lý sẽ nhắn" in resident.taps("Báo cho tôi")
    assert [(question["ward"], question["tell"]) for question in stored.questions.values()] == [(None, 1)]


def test_the_closest_topics_can_be_tapped(resident: Resident, answerer: Answerer, stored: Stored) -> None:
    prepared = Prepared(
        Answer(
            AnswerKind.ABSTAIN, "Chưa có.", 0.0, choices=(Choice("Quên mật khẩu", "quên mật khẩu vneid 0912345678"),)
        ),
        answerer.answer("quên mật khẩu vneid"),
    )
    resident.agrees().conversation = Conversation(prepared, resident.conversation.catalogue)
    resident.says("mật khẩu của cổng thì sao")
    assert len(stored.questions) == 1
    assert "Ở màn hình đăng nhập VNeID" in resident.taps("Quên mật khẩu")
    assert prepared.questions[-1] == "quên mật khẩu vneid [số điện thoại]"


def test_a_doubtful_question_offers_its_readings(resident: Resident, stored: Stored) -> None:
    readings = (Choice("Sổ đỏ", "làm sổ đỏ"), Choice("Sổ hộ khẩu", "làm sổ hộ khẩu"))
    prepared = Prepared(
        Answer(AnswerKind.CLARIFY, "Bạn hỏi việc nào?", 0.0, choices=readings),
        Answer(AnswerKind.ABSTAIN, "Chưa có.", 0.0),
    )
    resident.agrees().conversation = Conversation(prepared, resident.conversation.catalogue)
    assert resident.says("làm sổ") == "Bạn hỏi việc nào?"
    assert stored.questions == {}
    resident.says("2")
    assert prepared.questions[-1] == "làm sổ hộ khẩu"


def test_an_unsure_answer_says_so_and_offers_what_else_may_be_meant(resident: Resident, answerer: Answerer) -> None:
    unsure = replace(
        answerer.answer("quên mật khẩu vneid"), confidence=0.3, choices=(Choice("Mất điện thoại", "mất điện thoại"),)
    )
    prepared = Prepared(unsure, answerer.answer("mất điện thoại có vneid"))
    resident.agrees().conversation = Conversation(prepared, resident.conversation.catalogue)
    assert "chưa chắc" in resident.says("vneid hỏng rồi") and "Ở màn hình đăng nhập VNeID" in resident.said
    assert resident.labels[:3] == ["Đúng", "Chưa đúng", "Mất điện thoại"]
    resident.taps("Mất điện thoại")
    assert prepared.questions[-1] == "mất điện thoại"
    assert "chưa chắc" not in resident.said


def test_who_has_no_ward_and_names_one_may_choose_their_own(resident: Resident) -> None:
    without_ward(resident).says("hạn nộp báo cáo thi đua của phường Hưng Đạo")
    assert "05/12" in resident.said
    assert "phường, xã nào" in resident.taps("Chọn nơi tôi ở")


def test_a_wrong_answer_goes_to_staff_once(resident: Resident, stored: Stored) -> None:
    resident.agrees()
    resident.says("hạn nộp báo cáo thi đua")
    wrong = next(button for button in resident.buttons if button.label == "Chưa đúng")
    assert "chuyển cho cán bộ" in resident.says("", wrong.payload)
    assert "rồi" in resident.says("", wrong.payload)
    (question,) = stored.questions.values()
    assert question["reason"] == "marked_wrong"
    assert question["source"].title.startswith("Kế hoạch triển khai Phong trào thi đua")  # type: ignore[attr-defined]


def test_a_good_answer_is_thanked_for_and_counted_once(resident: Resident, stored: Stored) -> None:
    resident.agrees()
    resident.says("hạn nộp báo cáo thi đua")
    good = next(button for button in resident.buttons if button.label == "Đúng")
    assert "Cảm ơn" in resident.says("", good.payload)
    resident.says("", good.payload)
    (question,) = stored.questions.values()
    assert (question["reason"], question["closed"], question["tell"]) == ("marked_right", True, None)


def test_a_gap_about_a_ward_chosen_for_one_question_goes_to_that_ward(resident: Resident, stored: Stored) -> None:
    without_ward(resident).says("hạn nộp báo cáo thi đua")
    resident.taps("Phường Hưng Đạo")
    resident.taps("Chưa đúng")
    (question,) = stored.questions.values()
    assert question["ward"] == "hung-dao"
    assert resident.chat.ward_code is None


def test_three_earlier_questions_are_known_for_half_an_hour(resident: Resident, noting: Noting) -> None:
    resident.agrees()
    for number in range(5):
        resident.says(f"hạn nộp báo cáo thi đua lần {number}")
    assert noting.calls[-1][2] == tuple(f"hạn nộp báo cáo thi đua lần {number}" for number in (1, 2, 3))
    resident.now += timedelta(hours=1)
    resident.says("hạn nộp báo cáo thi đua")
    assert noting.calls[-1][2] == ()


def test_a_secret_is_warned_of_and_kept_nowhere(resident: Resident, stored: Stored) -> None:
    resident.agrees()
    said = resident.says("mã OTP của tôi là 482913 thì nhập vào đâu")
    assert "Đừng gửi cho bất kỳ ai" in said
    assert stored.questions == {}
    assert "482913" not in str(resident.chat.state)


def test_a_question_with_a_secret_in_it_is_still_answered(resident: Resident) -> None:
    resident.agrees()
    said = resident.says("quên mật khẩu vneid, mật khẩu cũ là Abc@12345")
    assert "mật khẩu" in resident.replies[0].text and "Đừng gửi" in resident.replies[0].text
    assert "Ở màn hình đăng nhập VNeID" in said
    assert "Abc@12345" not in str(resident.chat.state)
