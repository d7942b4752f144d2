"""Easy reading and the form of address: chosen, used, kept with the chat alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.conversation.fitting import EASY_LIMIT
from bot.conversation.ports import Repositories
from bot.conversation.router import Conversation
from bot.conversation.turn import ADDRESS, EASY
from lessons.catalogue import Catalogue, load_courses
from tests.conversation.memory import Stored
from tests.conversation.passages import Noting
from tests.conversation.resident import Resident
from tests.conversation.test_learn import answer
from tests.lessons.material import LESSON, write_courses


@pytest.mark.parametrize("typed", ["chế độ dễ đọc", "che do de doc", "/dedoc", "Dễ đọc"])
def test_easy_reading_is_chosen_by_words_or_button(resident: Resident, typed: str) -> None:
    resident.agrees()
    assert "Đã bật" in resident.says(typed)
    assert resident.chat.state[EASY] is True
    assert "Chế độ thường" in resident.labels
    resident.taps("Chế độ thường")
    assert EASY not in resident.chat.state
    resident.taps("Chế độ dễ đọc")
    assert resident.chat.state[EASY] is True


def test_cards_come_one_step_a_message(
    noting: Noting, tmp_path: Path, repositories: Repositories, stored: Stored
) -> None:
    steps = "  - text: |-\n      Để gọi:\n      1. Mở máy.\n      2. Bấm số."
    catalogue = load_courses(write_courses(tmp_path, lesson=LESSON.replace("  - text: Mục số hai.", steps)))
    learner = Resident(Conversation(noting, catalogue), repositories, stored).agrees()
    learner.says("chế độ dễ đọc")
    learner.says("", payload="1le:bai-mot")
    said = learner.taps("Tiếp")
    assert said == "(2/3) Để gọi:\n1. Mở máy."
    old = learner.buttons[0]
    assert learner.taps("Tiếp") == "2. Bấm số."
    assert "đã qua" in learner.says("", old.payload)
    assert learner.replies[-1].text == "2. Bấm số."
    learner.says("chế độ thường")
    assert learner.taps("Học tiếp") == "(2/3) Để gọi:\n1. Mở máy.\n2. Bấm số."
    assert "(3/3)" in learner.taps("Tiếp")


def test_the_next_question_waits_until_it_is_asked_for(
    noting: Noting, tmp_path: Path, repositories: Repositories, stored: Stored
) -> None:
    catalogue = load_courses(write_courses(tmp_path))
    learner = Resident(Conversation(noting, catalogue), repositories, stored).agrees()
    learner.says("chế độ dễ đọc")
    learner.says("", payload="1le:bai-mot")
    while "Câu 1/4" not in learner.said:
        learner.says("", learner.buttons[0].payload)
    first = catalogue.questions[0]
    said = answer(learner, first)
    assert first.why in said and first.options[1].why_not not in said and "Câu 2/4" not in said
    assert len(learner.replies) == 1
    for question in catalogue.questions[1:]:
        learner.taps("Câu tiếp theo")
        answer(learner, question)
    assert "đúng 4/4 câu" in learner.said and "Học lại bài này" not in learner.labels


def test_answers_come_in_short_parts_with_sources_under_the_last(resident: Resident) -> None:
    resident.agrees()
    resident.says("quên mật khẩu vneid")
    whole = resident.said
    resident.says("chế độ dễ đọc")
    resident.says("quên mật khẩu vneid")
    assert resident.said.split() == whole.split()
    assert len(resident.replies) > 1
    assert all(len(reply.text) <= EASY_LIMIT for reply in resident.replies)
    assert [bool(reply.citations) for reply in resident.replies] == [False] * (len(resident.replies) - 1) + [True]


def test_lists_are_shorter(resident: Resident, catalogue: Catalogue) -> None:
    resident.agrees()
    resident.says("chế độ dễ đọc")
    resident.says("", payload="1cs:0")
    titles = {course.title for course in catalogue.courses}
    assert sum(label in titles for label in resident.labels) == 4
    resident.taps("Trang sau")
    assert sum(label in titles for label in resident.labels) == 4


@pytest.mark.parametrize(("label", "form"), [("Bác", "bác"), ("Cô", "cô"), ("Anh", "anh"), ("Bà", "bà")])
def test_the_chosen_form_of_address_is_used_in_greetings(resident: Resident, label: str, form: str) -> None:
    resident.stays_anonymous()
    resident.says("cài đặt")
    resident.taps("Cách xưng hô")
    assert f"gọi là {form}" in resident.taps(label)
    assert resident.says("xin chào") == f"Chào {form}! {label} muốn làm gì?"
    assert resident.stored.people == {}
    assert f"xưng hô: {form}" in resident.says("/dulieucuatoi")


def test_the_form_goes_before_the_name_and_not_twice(resident: Resident) -> None:
    resident.agrees()
    resident.says("/sua Lan")
    resident.says("cách xưng hô")
    resident.taps("Bác")
    assert resident.says("xin chào") == "Chào bác Lan! Bác muốn làm gì?"
    resident.says("/sua Bác Lan")
    assert resident.says("xin chào") == "Chào Bác Lan! Bác muốn làm gì?"
    resident.says("cách xưng hô")
    resident.taps("Bạn")
    assert ADDRESS not in resident.chat.state


def test_a_name_with_a_form_is_understood_and_bạn_stays_the_rule(resident: Resident) -> None:
    resident.agrees()
    assert resident.says("xin chào") == "Chào bạn! Bạn muốn làm gì?"
    resident.says("/sua Cô Hoa")
    assert resident.says("xin chào") == "Chào Cô Hoa! Cô muốn làm gì?"
    resident.says("/sua Coco")
    assert resident.says("xin chào") == "Chào Coco! Bạn muốn làm gì?"


def test_every_text_uses_the_form_but_what_is_quoted_and_friends(
    noting: Noting, tmp_path: Path, repositories: Repositories, stored: Stored
) -> None:
    card = "  - text: Bạn mở Zalo. Kết bạn với bạn bè, rồi nhắn cho người quen của bạn."
    catalogue = load_courses(write_courses(tmp_path, lesson=LESSON.replace("  - text: Mục số hai.", card)))
    learner = Resident(Conversation(noting, catalogue), repositories, stored).agrees()
    learner.says("cách xưng hô")
    learner.taps("Bác")
    assert learner.says("học bài").startswith("Bác muốn")
    learner.says("", payload="1le:bai-mot")
    said = learner.taps("Tiếp")
    assert said.endswith("Bác mở Zalo. Kết bạn với bạn bè, rồi nhắn cho người quen của bác.")
    learner.says("bạn ơi bao giờ có thư viện ở ngõ này")
    assert "bạn ơi bao giờ có thư viện" in learner.says("/dulieucuatoi")
    learner.says("quên mật khẩu vneid")
    cited = next(reply for reply in learner.replies if reply.citations)
    learner.says("cách xưng hô")
    learner.taps("Bạn")
    learner.says("quên mật khẩu vneid")
    assert cited.text in [reply.text for reply in learner.replies], "documents are quoted as they are"


def test_in_easy_reading_everything_but_a_question_is_short(resident: Resident) -> None:
    resident.agrees()
    assert "Chữ to" in resident.says("chế độ dễ đọc")
    for typed in ("trợ giúp", "/dulieucuatoi"):
        resident.says(typed)
        assert len(resident.replies) > 1
        assert all(len(reply.text) <= EASY_LIMIT for reply in resident.replies)
        assert [bool(reply.buttons) for reply in resident.replies] == [False] * (len(resident.replies) - 1) + [True]


@pytest.mark.parametrize("payload", ["1ad", "1ad:em", "1ez", "1ez:2", "1ez:1:1"])
def test_invented_choices_change_nothing(resident: Resident, payload: str) -> None:
    resident.agrees()
    assert "đã cũ" in resident.says("", payload=payload)
    assert ADDRESS not in resident.chat.state and EASY not in resident.chat.state


def test_deletion_forgets_the_preferences(resident: Resident) -> None:
    resident.agrees()
    resident.says("chế độ dễ đọc")
    resident.says("cách xưng hô")
    resident.taps("Bác")
    resident.says("/xoa")
    resident.taps("Xóa hết")
    assert resident.chat.state == {}
