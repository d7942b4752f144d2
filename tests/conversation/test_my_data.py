"""A resident's rights: seeing, renaming, deleting, stopping."""

from __future__ import annotations

import pytest

from tests.conversation.memory import Stored
from tests.conversation.resident import Resident


def test_my_data_tells_everything_held(resident: Resident) -> None:
    resident.agrees()
    resident.says("/sua Bác Lan")
    resident.says("số của tôi 0912345678, hạn nộp báo cáo khi nào")
    said = resident.says("/dulieucuatoi")
    assert "Bác Lan" in said and "Tổ dân phố số 2, phường Hưng Đạo" in said
    assert "21/11/2026" in said
    assert "hạn nộp báo cáo khi nào" in said and "0912345678" not in said


def test_my_data_tells_of_questions_that_wait_for_an_answer(resident: Resident) -> None:
    resident.agrees()
    resident.says("bao giờ có thư viện ở ngõ này")
    resident.taps("Báo cho tôi")
    for _ in range(4):
        resident.says("hạn nộp báo cáo thi đua")
    said = resident.says("/dulieucuatoi")
    assert "chờ báo trả lời: “bao giờ có thư viện ở ngõ này”" in said


def test_my_data_of_who_is_anonymous(resident: Resident) -> None:
    resident.stays_anonymous()
    said = resident.says("Dữ liệu của tôi")
    assert "không biết bạn là ai" in said and "phường Hưng Đạo" in said


def test_deletion_asks_first_and_leaves_nothing(resident: Resident, stored: Stored) -> None:
    resident.agrees()
    resident.says("hạn nộp báo cáo thi đua")
    assert "Không lấy lại được" in resident.says("/xoa")
    assert stored.people
    assert "Đã xóa hết" in resident.taps("Xóa hết")
    assert stored.people == {} and stored.attempts == {}
    chat = resident.chat
    assert (chat.person_id, chat.ward_code, chat.group_id, chat.state) == (None, None, None, {})
    assert "trợ lý tự động, không phải người thật" in resident.says("chào")


def test_deletion_can_be_declined(resident: Resident, stored: Stored) -> None:
    resident.agrees()
    resident.says("xóa dữ liệu của tôi")
    assert "giữ nguyên" in resident.taps("Giữ lại")
    assert stored.people


def test_an_old_deletion_button_deletes_nothing(resident: Resident, stored: Stored) -> None:
    resident.agrees()
    resident.says("/xoa")
    confirm = resident.buttons[0]
    resident.says("hạn nộp báo cáo thi đua")
    assert "Chưa xóa gì" in resident.says("", confirm.payload)
    assert stored.people


def test_who_is_anonymous_can_delete_too(resident: Resident) -> None:
    resident.stays_anonymous()
    resident.says("/xoa")
    resident.taps("Xóa hết")
    assert resident.chat.state == {} and resident.chat.ward_code is None


def test_a_name_is_asked_for_kept_and_used(resident: Resident, stored: Stored) -> None:
    resident.agrees()
    resident.says("/sua")
    assert "gọi bác là Bác Lan" in resident.says("Bác Lan")
    assert stored.people[resident.chat.person_id or 0].called == "Bác Lan"
    assert "Chào Bác Lan" in resident.says("xin chào")
    resident.says("/sua")
    resident.taps("Bỏ tên gọi")
    assert stored.people[resident.chat.person_id or 0].called is None


@pytest.mark.parametrize("name", ["0912345678", "<script>", "a" * 41, "lan@gmail.com", "."])
def test_what_is_no_name_is_refused(resident: Resident, stored: Stored, name: str) -> None:
    resident.agrees()
    resident.says("/sua")
    assert "gõ lại" in resident.says(name)
    assert stored.people[resident.chat.person_id or 0].called is None
    resident.says("Bác Ba")
    assert stored.people[resident.chat.person_id or 0].called == "Bác Ba"


def test_a_question_instead_of_a_name_is_answered(resident: Resident, stored: Stored) -> None:
    resident.agrees()
    resident.says("/sua")
    assert "05/12" in resident.says("hạn nộp báo cáo thi đua?")
    assert stored.people[resident.chat.person_id or 0].called is None


def test_who_is_anonymous_has_no_name(resident: Resident, stored: Stored) -> None:
    resident.stays_anonymous()
    assert "không giữ tên" in resident.says("/sua Bác Lan")
    assert stored.people == {}


@pytest.mark.parametrize("word", ["dừng", "DUNG", "stop", "/dung", "Stop!"])
def test_stop_words_stop_messages_and_can_be_undone(resident: Resident, word: str) -> None:
    resident.agrees()
    assert "không tự nhắn" in resident.says(word)
    assert resident.chat.state["stopped"] is True
    assert "05/12" in resident.says("hạn nộp báo cáo thi đua")
    resident.says("nhận tin")
    assert "stopped" not in resident.chat.state
