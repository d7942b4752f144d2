"""``ôn tập``: what comes back, what is recorded, and why who is anonymous has none."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from bot.conversation.ports import Repositories
from bot.conversation.router import Conversation
from bot.conversation.turn import DRILL
from lessons.catalogue import Catalogue, load_courses
from tests.conversation.memory import Stored
from tests.conversation.passages import Noting
from tests.conversation.resident import Resident
from tests.conversation.test_learn import answer, to_quiz
from tests.lessons.material import LESSON, write_courses


@pytest.fixture
def small(tmp_path: Path) -> Catalogue:
    return load_courses(write_courses(tmp_path))


@pytest.fixture
def learner(noting: Noting, small: Catalogue, repositories: Repositories, stored: Stored) -> Resident:
    """Somebody who finished the small lesson yesterday, the second question wrongly."""
    learner = to_quiz(Resident(Conversation(noting, small), repositories, stored).agrees())
    for question in small.questions:
        answer(learner, question, right=question is not small.questions[1])
    learner.now += timedelta(days=1)
    return learner


@pytest.mark.parametrize("typed", ["ôn tập", "ON TAP", "/ontap", "ôn tập 3 câu", "cho tôi ôn bài"])
def test_review_is_reached_by_words(learner: Resident, typed: str) -> None:
    said = learner.says(typed)
    assert "ôn lại 3 câu" in said and "Câu 1/3" in said


def test_mistakes_come_first_and_answers_are_recorded_once(learner: Resident, small: Catalogue, stored: Stored) -> None:
    before = len(stored.attempts)
    assert "Nước đá lạnh." in learner.says("ôn tập")
    state, sent, tapped = dict(learner.chat.state), learner.sent, learner.buttons[0]
    said = learner.says("", tapped.payload)
    assert "Đúng rồi" in said and "Câu 2/3" in said
    assert len(stored.attempts) == before + 1
    learner.chat.state, learner.sent = state, sent
    assert learner.says("", tapped.payload) == said
    assert len(stored.attempts) == before + 1
    record = list(stored.attempts.values())[-1][1]
    assert record.question_id == small.questions[1].id
    assert (record.lesson_version, record.question_count) == (small.lessons[0].version, 4)


def finish(learner: Resident, small: Catalogue) -> str:
    """Answer the questions of the review rightly."""
    for _ in range(3):
        asked = learner.replies[-1].text
        question = next(one for one in small.questions if one.text in asked)
        answer(learner, question)
    return learner.said


def test_after_three_the_day_is_done_and_tomorrow_there_is_more(learner: Resident, small: Catalogue) -> None:
    learner.says("ôn tập")
    said = finish(learner, small)
    assert "đúng 3/3 câu" in said and "liên tục: 2" in said
    assert DRILL not in learner.chat.state
    assert "Hôm nay không còn câu nào" in learner.says("ôn tập")
    learner.now += timedelta(days=1)
    assert "Câu 1/" in learner.says("ôn tập")


def test_a_review_left_in_the_middle_is_gone_on_with(learner: Resident, small: Catalogue) -> None:
    learner.says("ôn tập")
    learner.says("", learner.buttons[0].payload)
    learner.says("quên mật khẩu vneid")
    assert "Câu 2/3" in learner.taps("Học tiếp")
    learner.says("tiến độ của tôi")
    assert "Học tiếp" in learner.labels


def test_begun_again_it_asks_only_what_is_left_of_today(learner: Resident) -> None:
    learner.says("ôn tập")
    old = learner.buttons[0]
    learner.says("", old.payload)
    assert "ôn lại 2 câu" in learner.says("ôn tập")
    assert "đã cũ" in learner.says("", old.payload)


def test_the_way_to_the_review_is_shown_when_there_is_one(learner: Resident, small: Catalogue) -> None:
    for words in ("tiến độ của tôi", "học bài"):
        learner.says(words)
        assert "Ôn tập" in learner.labels
    learner.taps("Ôn tập")
    finish(learner, small)
    learner.says("học bài")
    assert "Ôn tập" not in learner.labels


def test_a_lesson_in_the_middle_is_still_there_after_a_review(learner: Resident) -> None:
    learner.says("", payload="1le:bai-mot")
    learner.taps("Tiếp")
    learner.says("ôn tập")
    assert "Câu 1/3" in learner.says("học tiếp")
    learner.says("học bài")
    assert "học dở bài: Bài một" in learner.said


def test_who_is_anonymous_is_told_why_not(resident: Resident, stored: Stored) -> None:
    resident.stays_anonymous()
    said = resident.says("ôn tập")
    assert "học ẩn danh nên trợ lý không giữ kết quả" in said
    resident.taps("Đồng ý")
    assert "chưa có gì để ôn" in resident.says("ôn tập")
    assert stored.attempts == {}


def test_a_question_changed_in_the_middle_is_shown_anew(learner: Resident, tmp_path: Path, stored: Stored) -> None:
    learner.says("ôn tập")
    tapped, before = learner.buttons[0], len(stored.attempts)
    file = tmp_path / "01-khoa-mot" / "01-bai-mot.yaml"
    changed = LESSON.replace("Nước đá lạnh.", "Nước đá nóng.").replace("correct: true", "correct: false")
    file.write_text(changed, encoding="utf-8")
    learner.conversation = Conversation(learner.conversation.answerer, load_courses(tmp_path))
    said = learner.says("", tapped.payload)
    assert "vừa được sửa" in said and "Nước đá nóng." in said
    assert len(stored.attempts) == before
    assert "Chưa đúng" in learner.taps("Đúng")


def test_questions_that_are_withdrawn_in_the_middle_are_left_out(learner: Resident, catalogue: Catalogue) -> None:
    learner.says("ôn tập")
    tapped = learner.buttons[0]
    learner.conversation = Conversation(learner.conversation.answerer, catalogue)
    assert "đã cũ" in learner.says("", tapped.payload)
    assert "Hôm nay không còn câu nào" in learner.says("ôn tập")
