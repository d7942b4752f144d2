"""Choosing ward and residential group."""

from __future__ import annotations

import pytest

from bot.conversation.fitting import REPLY_LIMIT
from bot.conversation.place import find_wards
from bot.conversation.ports import GroupView, WardView
from bot.conversation.router import Conversation
from tests.conversation.memory import memory_repositories
from tests.conversation.resident import Resident


def start(resident: Resident) -> Resident:
    resident.says("/start")
    resident.taps("Đồng ý")
    return resident


def test_groups_come_eight_a_page_in_the_order_people_expect(resident: Resident) -> None:
    start(resident).taps("Phường Hưng Đạo")
    assert resident.labels[:2] == ["Tổ dân phố số 1", "Tổ dân phố số 2"]
    assert sum(label.startswith("Tổ dân phố") for label in resident.labels) == 8
    resident.taps("Trang sau")
    assert [label for label in resident.labels if label.startswith("Tổ")][-1] == "Tổ dân phố số 12"
    resident.taps("← Trang trước")
    assert "Tổ dân phố số 1" in resident.labels


@pytest.mark.parametrize(
    ("typed", "ward"),
    [
        ("phuong hung dao", "hung-dao"),
        ("Hưng Đạo", "hung-dao"),
        ("LE DAI HANH", "le-dai-hanh"),
        ("xa tu ky", "tu-ky"),
        ("lê thanh nghị", "thanh-binh"),
        ("Phường Thanh Bình", "thanh-binh"),
    ],
)
def test_a_ward_may_be_typed(resident: Resident, typed: str, ward: str) -> None:
    start(resident).says(typed)
    assert resident.chat.ward_code == ward


def test_another_place_of_the_same_name_is_not_taken_for_the_ward(resident: Resident) -> None:
    """Xã Hưng Đạo was another commune than phường Hưng Đạo."""
    said = start(resident).says("xã Hưng Đạo")
    assert resident.chat.ward_code is None
    assert "chưa thấy nơi này" in said
    assert "Phường Hưng Đạo" in resident.labels


def test_a_merged_ward_is_explained(resident: Resident) -> None:
    said = start(resident).taps("Phường Thanh Bình")
    assert "Phường Thanh Bình nay là phường Lê Thanh Nghị" in said
    assert "Kế hoạch cũ" in said
    assert resident.chat.ward_code == "thanh-binh"


@pytest.mark.parametrize(
    ("typed", "group"), [("to dan pho so 11", 11), ("Tổ dân phố số 7", 7), ("tổ 11", 11), ("tdp 12", 12)]
)
def test_a_group_may_be_typed(resident: Resident, typed: str, group: int) -> None:
    start(resident).taps("Phường Hưng Đạo")
    resident.says(typed)
    assert resident.chat.group_id == group


def test_a_hamlet_may_be_typed_without_its_kind(resident: Resident) -> None:
    start(resident).taps("Xã Tứ Kỳ")
    resident.says("la tinh")
    assert resident.chat.group_id == 22


def test_a_group_that_does_not_exist_shows_the_list_again(resident: Resident) -> None:
    start(resident).taps("Xã Tứ Kỳ")
    assert "chưa thấy tên này" in resident.says("thôn Không Có")
    assert "Thôn La Tỉnh" in resident.labels


def test_a_question_while_a_place_is_asked_for_is_answered(resident: Resident) -> None:
    start(resident)
    assert "Ở màn hình đăng nhập VNeID" in resident.says("quên mật khẩu vneid thì sao")


def test_a_group_of_another_ward_cannot_be_slipped_in(resident: Resident) -> None:
    start(resident).taps("Xã Tứ Kỳ")
    assert "đã cũ" in resident.says("", payload="1gr:5")
    assert resident.chat.group_id is None


def test_changing_ward_drops_the_group_of_the_old_one(resident: Resident) -> None:
    resident.agrees()
    resident.says("doi phuong")
    resident.taps("Xã Tứ Kỳ")
    person = resident.stored.people[resident.chat.person_id or 0]
    assert person.ward_code == "tu-ky" and person.group_id is None
    resident.taps("Thôn An Nhân")
    assert resident.stored.people[resident.chat.person_id or 0].group_id == 21


def test_changing_group_asks_within_the_ward(resident: Resident) -> None:
    resident.agrees()
    resident.says("đổi tổ")
    resident.taps("Tổ dân phố số 5")
    assert resident.chat.group_id == 5


def test_saying_where_one_lives_is_enough(resident: Resident) -> None:
    resident.says("/start")
    resident.taps("Dùng ẩn danh")
    resident.taps("Bỏ qua")
    resident.says("tôi ở phường Hưng Đạo")
    assert resident.chat.ward_code == "hung-dao"


def test_a_ward_alone_is_no_question_for_staff(resident: Resident) -> None:
    resident.says("/start")
    resident.taps("Dùng ẩn danh")
    resident.taps("Bỏ qua")
    assert "Bạn ở phường Hưng Đạo phải không" in resident.says("hung dao")
    assert resident.stored.questions == {} and resident.chat.ward_code is None
    resident.taps("Đây là nơi tôi ở")
    assert "phường Hưng Đạo" in resident.said


def test_both_choices_may_be_skipped(resident: Resident) -> None:
    start(resident).taps("Bỏ qua")
    assert "Chưa ghi nơi ở" in resident.said
    resident.says("Chọn tổ dân phố")
    resident.taps("Phường Hưng Đạo")
    resident.taps("Bỏ qua")
    assert (resident.chat.ward_code, resident.chat.group_id) == ("hung-dao", None)


def test_the_only_ward_is_not_asked_for(conversation: Conversation) -> None:
    group = GroupView(1, "tu-ky", "Thôn An Nhân", "TK01")
    repositories, stored = memory_repositories([WardView("tu-ky", "Xã Tứ Kỳ")], [group])
    resident = Resident(conversation, repositories, stored)
    said = start(resident).said
    assert "Cảm ơn bạn đã đồng ý" in said
    assert "xã Tứ Kỳ" in said
    assert "Thôn An Nhân" in resident.labels


def test_a_ward_without_groups_is_no_dead_end(resident: Resident) -> None:
    said = start(resident).taps("Phường Lê Đại Hành")
    assert "chưa có danh sách tổ dân phố" in said
    resident.taps("Bỏ qua")
    resident.taps("Về trang chính")
    assert "Học bài" in resident.labels


@pytest.mark.parametrize(("typed", "group"), [("5", 5), ("số 5", 5), ("11", 11), ("05", 5), ("１２", 12)])
def test_a_number_typed_under_the_groups_is_the_number_of_the_group(resident: Resident, typed: str, group: int) -> None:
    start(resident).taps("Phường Hưng Đạo")
    resident.taps("Trang sau")
    assert resident.labels[0] == "Tổ dân phố số 9"
    resident.says(typed)
    assert resident.chat.group_id == group


def test_a_number_that_no_group_has_is_the_place_of_a_button(resident: Resident) -> None:
    start(resident).taps("Xã Tứ Kỳ")
    resident.says("2")
    assert resident.chat.group_id == 22


def test_a_number_typed_later_is_no_group_any_more(resident: Resident) -> None:
    start(resident).taps("Phường Hưng Đạo")
    resident.says("hạn nộp báo cáo thi đua")
    resident.says("1")
    assert resident.chat.group_id is None


def test_the_longest_names_keep_replies_short(conversation: Conversation) -> None:
    wards = [WardView(f"w{n}", "Phường " + "Rất Dài " * 60, None) for n in range(12)]
    groups = [GroupView(n, "w1", "Tổ dân phố " + "dài lắm " * 120 + str(n), f"J{n}") for n in range(12)]
    repositories, stored = memory_repositories(wards, groups)
    resident = Resident(conversation, repositories, stored)
    for payload in ("start:J3", "1ok", "1wd:w1", "1gr:2", "start:J5", "1jn:5", "1gl:1", "1wl:1", "1md"):
        resident.says("", payload=payload)
        assert all(0 < len(reply.text) <= REPLY_LIMIT for reply in resident.replies)
        assert all(len(button.label) <= 60 for button in resident.buttons)


CAM_GIANG = WardView("cam-giang-10888", "Xã Cẩm Giang", None)
CAM_GIANG_HUYEN = WardView("cam-giang-10903", "Xã Cẩm Giàng", None)


def of_two(conversation: Conversation) -> Resident:
    repositories, stored = memory_repositories([CAM_GIANG, CAM_GIANG_HUYEN], [])
    return start(Resident(conversation, repositories, stored))


@pytest.mark.parametrize("typed", ["cam giang", "xa cam giang", "tôi ở cam giang", "CAM GIANG"])
def test_two_wards_that_marks_alone_tell_apart_are_asked_about(conversation: Conversation, typed: str) -> None:
    resident = of_two(conversation)
    assert "Xã Cẩm Giang (gồm Định Sơn, Cẩm Hoàng)" in resident.labels
    assert "hơn một nơi tên như vậy" in resident.says(typed)
    assert resident.chat.ward_code is None
    assert "hơn một nơi" in resident.says("cam giang"), "typing it again says no more than before"
    resident.says("2")
    assert resident.chat.ward_code == "cam-giang-10903"


@pytest.mark.parametrize(
    ("typed", "ward"),
    [
        ("Cẩm Giàng", "cam-giang-10903"),
        ("xã cẩm giang", "cam-giang-10888"),
        ("tôi ở xã Cẩm Giàng", "cam-giang-10903"),
    ],
)
def test_marks_tell_them_apart(conversation: Conversation, typed: str, ward: str) -> None:
    resident = of_two(conversation)
    resident.says(typed)
    assert resident.chat.ward_code == ward


def test_the_other_one_is_not_taken_for_the_only_one_here() -> None:
    assert find_wards([CAM_GIANG], "Cẩm Giàng") == []
    assert find_wards([CAM_GIANG], "cam giang") == find_wards([CAM_GIANG], "Cẩm Giang") == [CAM_GIANG]
