"""No answer: the closest topics first, then a named office of the ward; what residents mark and want to be told."""

from __future__ import annotations

from datetime import date

import pytest

from bot.conversation import notices
from bot.conversation.ports import OfficeView
from bot.conversation.router import Conversation
from knowledge.answer import Answerer
from knowledge.answer_types import Answer, AnswerKind, Choice, Citation, StaffAnswer
from knowledge.replies import reply
from tests.conversation.memory import Stored
from tests.conversation.passages import Prepared
from tests.conversation.resident import Resident

ONE_STOP = OfficeView(
    "Trung tâm Phục vụ hành chính công phường Hưng Đạo",
    "",
    "Số 1 đường Mẫu",
    "Thứ hai đến thứ sáu, 7h30 đến 17h",
    "0225 000 000",
    date(2026, 11, 2),
)
HEALTH = OfficeView("Trạm Y tế phường", "tiêm chủng, phun thuốc muỗi", "", "", "0225 000 001", date(2026, 10, 1))
UNKNOWN = Answer(
    AnswerKind.ABSTAIN,
    f"Chưa có trong tài liệu.\n{reply('abstain', 'closest')}",
    0.0,
    choices=(Choice("Quên mật khẩu VNeID", "quên mật khẩu vneid"),),
)


def answers(resident: Resident, *prepared: Answer) -> Resident:
    resident.conversation = Conversation(Prepared(*prepared), resident.conversation.catalogue)
    return resident


def test_topics_first_and_then_a_named_office(resident: Resident, stored: Stored) -> None:
    stored.offices["hung-dao"] = [ONE_STOP, HEALTH]
    answers(resident.agrees(), UNKNOWN).says("mật khẩu của cổng thì sao")
    assert resident.labels[:2] == ["Quên mật khẩu VNeID", "Không phải các việc này"]
    assert ONE_STOP.name not in resident.said
    assert resident.said.endswith("Có thể bạn muốn hỏi một trong các việc dưới đây:")
    said = resident.taps("Không phải các việc này")
    for words in (ONE_STOP.name, ONE_STOP.address, ONE_STOP.hours, ONE_STOP.phone, "kiểm tra ngày 02/11/2026"):
        assert words in said
    assert HEALTH.name not in said
    assert "Báo cho tôi khi có trả lời" in resident.labels
    assert len(stored.questions) == 1


def test_the_office_that_handles_it_is_named(resident: Resident, stored: Stored) -> None:
    stored.offices["hung-dao"] = [ONE_STOP, HEALTH]
    said = answers(resident.agrees(), Answer(AnswerKind.ABSTAIN, "Chưa có.", 0.0)).says("bao giờ phun thuốc muỗi")
    assert HEALTH.name in said and "Địa chỉ" not in said and "kiểm tra ngày 01/10/2026" in said
    assert "Điện thoại: 0225 000 001" in said
    everything = resident.taps("Các nơi khác")
    assert ONE_STOP.name in everything and HEALTH.name in everything


def test_without_a_directory_no_number_is_invented(resident: Resident) -> None:
    said = answers(resident.agrees(), Answer(AnswerKind.ABSTAIN, "Chưa có.", 0.0)).says("bao giờ phun thuốc muỗi")
    assert "Ủy ban nhân dân phường Hưng Đạo" in said and "chưa có địa chỉ" in said
    assert not any(character.isdigit() for character in said)


def test_another_wards_office_is_not_named(resident: Resident, stored: Stored) -> None:
    stored.offices["tu-ky"] = [ONE_STOP]
    said = answers(resident.agrees(), Answer(AnswerKind.ABSTAIN, "Chưa có.", 0.0)).says("bao giờ phun thuốc muỗi")
    assert ONE_STOP.name not in said


def test_what_is_no_offices_business_names_no_office(resident: Resident, stored: Stored, answerer: Answerer) -> None:
    stored.offices["hung-dao"] = [ONE_STOP]
    beyond = Answer(AnswerKind.ABSTAIN, "Chưa có.", 0.0, ask_office=False)
    assert ONE_STOP.name not in answers(resident.agrees(), beyond).says("giá vàng hôm nay bao nhiêu")


def test_who_asks_where_to_go_is_shown_the_directory(resident: Resident, stored: Stored) -> None:
    stored.offices["hung-dao"] = [ONE_STOP]
    assert ONE_STOP.phone in resident.agrees().says("nơi hỏi trực tiếp")


@pytest.mark.parametrize("typed", ["gặp cán bộ", "tôi muốn nói chuyện với cán bộ phường"])
def test_who_asks_for_people_out_of_hours_is_told_an_office_too(resident: Resident, stored: Stored, typed: str) -> None:
    stored.offices["hung-dao"], stored.staff_there = [ONE_STOP, HEALTH], False
    said = resident.agrees().says(typed)
    assert "ngoài giờ" in said and ONE_STOP.phone in said
    assert "Các nơi khác" in resident.labels
    assert "Đã chuyển cho cán bộ" in resident.says("alo")


def test_who_asks_for_people_in_hours_is_handed_over_at_once(resident: Resident, stored: Stored) -> None:
    stored.offices["hung-dao"] = [ONE_STOP]
    said = resident.agrees().says("gặp cán bộ")
    assert "chuyển ngay" in said and ONE_STOP.phone not in said


def test_a_topic_that_helped_settles_the_question(resident: Resident, stored: Stored, answerer: Answerer) -> None:
    answers(resident.agrees(), UNKNOWN, answerer.answer("quên mật khẩu vneid")).says("mật khẩu của cổng thì sao")
    resident.taps("Quên mật khẩu")
    (waiting,) = stored.questions.values()
    assert not waiting["closed"]
    resident.taps("Đúng")
    assert waiting["closed"]


GIVEN = StaffAnswer(
    "staff-answer-7", "hung-dao", "Bao giờ phun thuốc muỗi?", "Sáng thứ bảy.", "Lan", "2026-11-21", "2026-12-31"
)


def staff_reply() -> Answer:
    cited = Citation("staff-answer-7", "Trả lời của cán bộ", "", "Sáng thứ bảy.", "hung-dao", 1.0, *[None] * 4)
    return Answer(AnswerKind.ANSWER, "Sáng thứ bảy.", 0.99, citations=(cited,), staff_answers=("staff-answer-7",))


def test_who_agreed_may_be_told_when_a_staff_answer_changes(resident: Resident, stored: Stored) -> None:
    stored.staff_answers["staff-answer-7"] = GIVEN.question
    answers(resident.agrees(), staff_reply()).says("bao giờ phun thuốc muỗi")
    assert resident.labels[:3] == ["Đúng", "Chưa đúng", "Báo cho tôi nếu thay đổi"]
    assert "30 ngày" in resident.taps("Báo cho tôi nếu thay đổi")
    assert stored.followers == {"staff-answer-7": {resident.chat.id}}
    assert GIVEN.question in resident.says("/dulieucuatoi")
    resident.says("dừng")
    assert stored.followers == {"staff-answer-7": set()}


def test_who_is_anonymous_is_linked_to_nothing(resident: Resident, stored: Stored) -> None:
    stored.staff_answers["staff-answer-7"] = GIVEN.question
    answers(resident.stays_anonymous(), staff_reply()).says("bao giờ phun thuốc muỗi")
    assert "Báo cho tôi nếu thay đổi" not in resident.labels
    resident.says("", "1fo:1")
    assert stored.followers == {}


def test_stopping_messages_also_stops_waiting_for_answers(resident: Resident, stored: Stored) -> None:
    resident.agrees().says("Bao giờ có thư viện ở ngõ này?")
    resident.taps("Báo cho tôi khi có trả lời")
    resident.says("dừng")
    assert [question["tell"] for question in stored.questions.values()] == [None]


def test_a_wrong_staff_answer_is_known_as_one(resident: Resident, stored: Stored) -> None:
    answers(resident.agrees(), staff_reply()).says("bao giờ phun thuốc muỗi")
    resident.taps("Chưa đúng")
    (question,) = stored.questions.values()
    assert question["source"].staff_answer == "staff-answer-7"  # type: ignore[attr-defined]


@pytest.mark.parametrize(("payload", "reason"), [("1tr:staff-answer-7", "right"), ("1tw:staff-answer-7", "wrong")])
def test_an_answer_sent_later_can_be_marked_by_who_received_it(
    resident: Resident, stored: Stored, payload: str, reason: str
) -> None:
    stored.staff_answers["staff-answer-7"] = GIVEN.question
    resident.agrees()
    assert "đã cũ" in resident.says("", payload)
    assert stored.questions == {}
    stored.followers["staff-answer-7"] = {resident.chat.id}
    resident.says("", payload)
    assert [question["reason"] for question in stored.questions.values()] == [f"marked_{reason}"]


def test_notices_say_whose_answer_it_is_and_can_be_marked() -> None:
    sent = notices.answered(GIVEN, date(2026, 11, 22))
    for words in (GIVEN.question, GIVEN.text, "Trả lời của cán bộ phường Hưng Đạo, ngày 21/11/2026"):
        assert words in sent.text
    assert [button.label for button in sent.buttons] == ["Đúng", "Chưa đúng"]
    assert "áp dụng đến ngày 31/12/2026" in sent.citations[0].note
    assert "đã được sửa" in notices.corrected(GIVEN, date(2026, 11, 22)).text
    assert "đừng làm theo" in notices.withdrawn(GIVEN).text
