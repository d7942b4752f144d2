"""First contact: what a resident is told, and what is kept of whom."""

from __future__ import annotations

from tests.conversation.memory import Stored
from tests.conversation.resident import Resident


def test_first_contact_tells_that_it_is_a_machine_what_is_kept_and_why(resident: Resident) -> None:
    said = resident.says("/start")
    assert "trợ lý tự động, không phải người thật" in said
    assert "giữ tên gọi, tổ dân phố, nhóm tuổi và kết quả học" in said
    assert "để phường, xã biết việc học đến đâu" in said
    assert resident.labels == ["Đồng ý (từ 16 tuổi)", "Tôi dưới 16 tuổi", "Dùng ẩn danh"]
    assert resident.stored.people == {}


def test_a_question_before_consent_is_answered_first(resident: Resident) -> None:
    resident.says("quên mật khẩu vneid")
    assert resident.replies[0].text.startswith("Ở màn hình đăng nhập VNeID")
    assert "trợ lý tự động" in resident.replies[-1].text
    assert resident.chat.person_id is None


def test_the_notice_comes_once(resident: Resident) -> None:
    resident.says("quên mật khẩu vneid")
    assert "trợ lý tự động, không" not in resident.says("quên mật khẩu vneid")


def test_agreeing_makes_a_person_with_a_dated_consent(resident: Resident) -> None:
    resident.agrees()
    person = resident.stored.people[resident.chat.person_id or 0]
    assert person.ward_code == "hung-dao"
    assert person.group_id == 2
    purpose, version, given_at = person.consents[0]
    assert purpose and version
    assert given_at.tzinfo is not None


def test_who_stays_anonymous_is_no_person_but_may_ask_and_learn(resident: Resident, stored: Stored) -> None:
    resident.stays_anonymous()
    assert resident.chat.person_id is None
    assert "05/12" in resident.says("hạn nộp báo cáo thi đua")
    resident.says("học bài")
    assert resident.buttons
    assert stored.people == {}


def test_a_link_names_ward_and_group_in_the_greeting_and_keeps_them(resident: Resident) -> None:
    said = resident.says("", payload="start:HD07")
    assert "Tổ dân phố số 7, phường Hưng Đạo" in said
    resident.taps("Đồng ý")
    assert "Tổ dân phố" not in resident.said
    person = resident.stored.people[resident.chat.person_id or 0]
    assert (person.ward_code, person.group_id) == ("hung-dao", 7)


def test_the_code_of_a_poster_may_be_typed_in_two_pieces(resident: Resident) -> None:
    assert "Tổ dân phố số 7, phường Hưng Đạo" in resident.says("Hd 07")
    assert resident.chat.group_id == 7
    assert "05/12" in resident.says("hạn nộp báo cáo thi đua"), "what is no code is read as ever"


def test_a_telegram_link_comes_as_a_command(resident: Resident) -> None:
    assert "Tổ dân phố số 3" in resident.says("/start HD03")
    assert resident.chat.group_id == 3


def test_an_unknown_code_is_said_and_does_not_get_in_the_way(resident: Resident) -> None:
    assert "không còn dùng" in resident.says("/start NOPE")
    assert resident.labels == ["Đồng ý (từ 16 tuổi)", "Tôi dưới 16 tuổi", "Dùng ẩn danh"]
    assert resident.chat.group_id is None


def test_a_link_to_another_group_asks_before_moving(resident: Resident) -> None:
    resident.agrees()
    said = resident.says("", payload="start:TK01")
    assert "Thôn An Nhân, xã Tứ Kỳ" in said and "Tổ dân phố số 2" in said
    assert resident.chat.group_id == 2
    resident.taps("Chuyển sang Thôn An Nhân")
    assert resident.chat.ward_code == "tu-ky"
    assert resident.stored.people[resident.chat.person_id or 0].group_id == 21


def test_agreeing_twice_keeps_one_person(resident: Resident, stored: Stored) -> None:
    resident.agrees()
    resident.says("/dongy")
    assert len(stored.people) == 1
    assert "từ trước" in resident.said


def test_wanting_anonymity_after_consent_leads_to_deletion(resident: Resident, stored: Stored) -> None:
    resident.agrees()
    resident.says("/andanh")
    resident.taps("Xóa dữ liệu")
    resident.taps("Xóa hết")
    assert stored.people == {}


def test_nobody_in_distress_is_read_a_privacy_notice(resident: Resident) -> None:
    said = resident.says("tôi muốn tự tử")
    assert "Bạn không phải chịu đựng một mình" in said
    assert not any("ồng ý" in label for label in resident.labels)
    assert "trợ lý tự động, không phải người thật" in resident.says("quên mật khẩu vneid")
