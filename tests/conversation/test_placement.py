"""Where to start: offered at the first opening of learning, ten questions, a course to begin with."""

from __future__ import annotations

import pytest

from bot.conversation.turn import DRILL, PLACED
from lessons.catalogue import Catalogue
from tests.conversation.memory import Stored
from tests.conversation.resident import Resident


def test_who_opens_learning_first_is_asked_where_to_start(resident: Resident, catalogue: Catalogue) -> None:
    resident.agrees()
    assert "bắt đầu từ đâu" in resident.says("học bài")
    assert resident.labels == ["Học từ đầu", "Làm 10 câu để biết", "Xem các khóa học", "Về trang chính"]
    resident.taps("Học từ đầu")
    assert catalogue.lessons[0].title in resident.said
    assert "khóa nào" in resident.says("học bài")


def test_who_wants_the_list_gets_it_and_is_not_asked_again(resident: Resident) -> None:
    resident.stays_anonymous()
    resident.says("học bài")
    assert "khóa nào" in resident.taps("Xem các khóa học")
    assert "khóa nào" in resident.says("học bài")


def take(resident: Resident, catalogue: Catalogue, right: bool | None) -> str:
    """Answer ten questions: rightly, wrongly, or (None) with "I don't know"."""
    for number in range(1, 11):
        asked = resident.replies[-1].text
        assert f"Câu {number}/10" in asked
        question = next(one for one in catalogue.questions if one.text in asked)
        if right is None:
            resident.taps("Tôi chưa biết")
            continue
        wanted = next(one for one in question.options if (one.id in question.correct) is right)
        lettered = any(f"{letter}. {wanted.text}" in asked for letter in "ABCDE")
        letter = next((letter for letter in "ABCDE" if f"{letter}. {wanted.text}" in asked), "")
        resident.taps(letter if lettered else wanted.text)
    return resident.said


@pytest.mark.parametrize(("right", "place"), [(True, -1), (False, 0), (None, 0)])
def test_ten_questions_find_the_course_to_start_with(
    resident: Resident, catalogue: Catalogue, stored: Stored, right: bool | None, place: int
) -> None:
    resident.agrees()
    resident.says("học bài")
    assert "không ghi điểm" in resident.taps("Làm 10 câu")
    said = take(resident, catalogue, right)
    course = catalogue.courses[place]
    assert f"{10 if right else 0}/10" in said and course.title in said
    assert resident.chat.state[PLACED] == course.id and DRILL not in resident.chat.state
    assert stored.attempts == {}
    assert f"bắt đầu: {course.title}" in resident.says("/dulieucuatoi")
    resident.says("tiến độ của tôi")
    assert course.lessons[0].title in resident.taps("Bài tiếp theo")


def test_who_is_anonymous_may_take_it_too(resident: Resident, catalogue: Catalogue, stored: Stored) -> None:
    resident.stays_anonymous()
    resident.says("làm 10 câu")
    take(resident, catalogue, None)
    assert catalogue.lessons[0].title in resident.taps("Bắt đầu học")
    assert stored.people == {}


def test_the_answers_are_not_given_away(resident: Resident, catalogue: Catalogue) -> None:
    resident.agrees()
    asked = resident.says("làm 10 câu")
    question = next(one for one in catalogue.questions if one.text in asked)
    assert question.why not in resident.taps("Tôi chưa biết")


def test_it_can_be_left_and_gone_on_with(resident: Resident) -> None:
    resident.agrees()
    resident.says("làm 10 câu")
    resident.taps("Tôi chưa biết")
    old = resident.buttons[-1]
    resident.taps("Tôi chưa biết")
    resident.says("quên mật khẩu vneid")
    assert "Câu 3/10" in resident.taps("Học tiếp")
    assert "đã qua" in resident.says("", old.payload)
    resident.says("học bài")
    assert "Câu 3/10" in resident.taps("Làm tiếp 10 câu")
    assert "Câu 3/10" in resident.says("/xeplop")


def test_dont_know_is_no_answer_to_other_questions(resident: Resident, catalogue: Catalogue, stored: Stored) -> None:
    resident.agrees()
    lesson = catalogue.lessons[0]
    resident.says("", payload=f"1le:{lesson.id}")
    for _ in lesson.cards:
        resident.taps("Tiếp")
    resident.taps("Vào câu hỏi")
    run, step = resident.chat.state["lesson"]["run"], resident.chat.state["lesson"]["step"]
    assert "đã cũ" in resident.says("", payload=f"1uk:{run}:{step}")
    assert stored.attempts == {}
