"""Agreeing purpose by purpose, taking one back, and what is asked of who agreed."""

from __future__ import annotations

import hashlib

from bot.conversation.purposes import BOARD, LEARNING, MESSAGES, purposes
from tests.conversation.memory import Stored
from tests.conversation.resident import Resident

# A wording that somebody agreed to is evidence: add the new one, never change one of these.
WORDINGS = {
    ("learning", "2026-11-21"): "284f",
    ("learning", "2026-11-22"): "1a08",
    ("messages", "2026-11-22"): "0da4",
    ("board", "2026-11-22"): "f721",
}


def agreed(resident: Resident) -> set[str]:
    person = resident.stored.people[resident.chat.person_id or 0]
    return {purpose for purpose, _, _ in person.consents}


def newcomer(resident: Resident) -> Resident:
    resident.says("/start HD07")
    resident.taps("Đồng ý")
    return resident


def test_wordings_somebody_agreed_to_stay_as_they_are() -> None:
    written = {
        (purpose.id, version): hashlib.sha256(wording.encode()).hexdigest()[:4]
        for purpose in purposes().values()
        for version, wording in purpose.versions.items()
    }
    assert written == WORDINGS


def test_who_agrees_is_asked_for_the_age_band_and_nothing_is_ticked_beforehand(resident: Resident) -> None:
    newcomer(resident)
    assert "Không cần ngày sinh" in resident.said
    said = resident.taps("46 đến 60 tuổi")
    assert resident.stored.people[resident.chat.person_id or 0].age_band == "46-60"
    assert "Bạn có muốn nhận tin không" in said
    assert agreed(resident) == {LEARNING}
    said = resident.says("/rutdongy")
    assert "✓ Giữ kết quả học" in said and "– Nhận tin" in said and "– Nêu tên trên bảng chung" in said


def test_every_question_after_agreeing_may_be_skipped_or_ignored(resident: Resident, stored: Stored) -> None:
    newcomer(resident)
    assert "05/12" in resident.says("hạn nộp báo cáo thi đua")
    resident.says("/menu")
    person = stored.people[resident.chat.person_id or 0]
    assert (person.called, person.age_band, agreed(resident)) == (None, None, {LEARNING})


def test_a_purpose_is_agreed_to_and_taken_back_by_itself(resident: Resident, stored: Stored) -> None:
    newcomer(resident).taps("Bỏ qua")
    resident.taps("Đồng ý: Nhận tin")
    assert agreed(resident) == {LEARNING, MESSAGES}
    purpose, version, given_at = stored.people[resident.chat.person_id or 0].consents[-1]
    assert (purpose, version) == (MESSAGES, purposes()[MESSAGES].version) and given_at.tzinfo is not None
    resident.taps("Điều tôi đã đồng ý")
    resident.taps("Đồng ý: Nêu tên")
    resident.says("/rutdongy")
    resident.taps("Rút lại: Nhận tin")
    assert agreed(resident) == {LEARNING, BOARD}
    assert resident.chat.state["stopped"] is True


def test_stop_and_start_words_are_the_agreement_to_messages(resident: Resident) -> None:
    resident.agrees()
    assert "đồng ý nhận tin" in resident.says("nhận tin")
    assert MESSAGES in agreed(resident)
    resident.says("dừng")
    assert agreed(resident) == {LEARNING}


def learn(resident: Resident) -> None:
    resident.says("", f"1le:{resident.conversation.catalogue.lessons[0].id}")
    for _ in range(12):
        resident.says("", resident.buttons[0].payload)


def test_taking_back_the_agreement_to_learning_asks_first_and_takes_the_results(
    resident: Resident, stored: Stored
) -> None:
    resident.agrees()
    resident.says("nhận tin")
    learn(resident)
    assert stored.attempts
    resident.says("/rutdongy")
    assert "Không lấy lại được" in resident.taps("Rút lại: Giữ kết quả học")
    assert stored.attempts
    resident.taps("Đúng, rút lại")
    assert stored.attempts == {} and agreed(resident) == {MESSAGES}
    assert "học ẩn danh" in resident.says("tiến độ của tôi")
    learn(resident)
    assert stored.attempts == {}
    resident.says("đồng ý")
    assert agreed(resident) == {LEARNING, MESSAGES}


def test_an_old_button_takes_nothing_back(resident: Resident) -> None:
    resident.agrees()
    resident.says("/rutdongy")
    resident.taps("Rút lại: Giữ kết quả học")
    confirm = next(button for button in resident.buttons if button.label.startswith("Đúng"))
    resident.says("hạn nộp báo cáo thi đua")
    resident.says("", confirm.payload)
    assert agreed(resident) == {LEARNING}


def test_who_agrees_to_nothing_any_more_is_anonymous_at_the_same_place(resident: Resident, stored: Stored) -> None:
    resident.agrees()
    resident.says("/sua Bác Lan")
    resident.says("/rutdongy")
    resident.taps("Rút lại: Giữ kết quả học")
    assert "đã xóa hết" in resident.taps("Đúng, rút lại")
    assert stored.people == {}
    assert (resident.chat.person_id, resident.chat.group_id) == (None, 2)


def test_who_is_anonymous_agreed_to_nothing(resident: Resident) -> None:
    resident.stays_anonymous()
    assert "chưa đồng ý việc nào" in resident.says("/rutdongy")
    assert "đã đồng ý" in resident.says("nhận tin")


def test_the_age_band_can_be_corrected(resident: Resident, stored: Stored) -> None:
    resident.agrees()
    resident.says("/sua")
    resident.taps("Sửa nhóm tuổi")
    assert "Trên 60" in resident.taps("Trên 60 tuổi")
    assert stored.people[resident.chat.person_id or 0].age_band == "60+"
    assert "Nhóm tuổi: Trên 60 tuổi" in resident.says("/dulieucuatoi")
