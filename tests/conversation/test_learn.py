"""Lessons: cards one at a time, the quiz with every kind of question, leaving and coming back, what is recorded."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bot.conversation.ports import Repositories
from bot.conversation.position import load
from bot.conversation.router import Conversation
from bot.conversation.turn import LESSON
from lessons.catalogue import Catalogue, load_courses
from lessons.models import Question, QuestionKind
from tests.conversation.memory import Stored
from tests.conversation.passages import Noting
from tests.conversation.resident import Resident
from tests.lessons.material import LESSON as LESSON_FILE
from tests.lessons.material import write_courses
from tests.lessons.test_quiz import PAIRS


@pytest.fixture
def small(tmp_path: Path) -> Catalogue:
    """One lesson: three cards, then one question of each kind."""
    return load_courses(write_courses(tmp_path))


@pytest.fixture
def learner(noting: Noting, small: Catalogue, repositories: Repositories, stored: Stored) -> Resident:
    return Resident(Conversation(noting, small), repositories, stored).agrees()


def to_quiz(learner: Resident) -> Resident:
    learner.says("học bài")
    learner.taps("Khóa một")
    learner.taps("Bài một")
    for _ in range(3):
        learner.taps("Tiếp")
    learner.taps("Vào câu hỏi")
    return learner


def answer(learner: Resident, question: Question, right: bool = True) -> str:
    """Answer a question by tapping."""
    options = {option.id: option.text for option in question.options}
    if question.kind in (QuestionKind.SINGLE, QuestionKind.TRUE_FALSE):
        wanted = next(name for name in options if (name in question.correct) is right)
        return learner.taps(options[wanted])
    if question.kind is QuestionKind.MULTIPLE:
        for name in question.correct if right else question.correct[:1]:
            learner.taps(f"☐ {options[name]}")
        return learner.taps("Xong")
    order = question.correct if right else question.correct[::-1]
    for name in order[:-1]:
        learner.taps(options[name])
    return learner.said


def test_a_lesson_runs_card_by_card_to_the_quiz_and_the_score(learner: Resident, small: Catalogue) -> None:
    learner.says("học bài")
    learner.taps("Khóa một")
    assert "(1/3) Phần mở đầu." in learner.taps("Bài một")
    assert "(2/3)" in learner.taps("Tiếp")
    learner.taps("Tiếp")
    assert "Bạn thử làm nhé" in learner.taps("Tiếp")
    assert "Câu 1/4" in learner.taps("Vào câu hỏi")
    first, second, third, fourth = small.questions
    said = answer(learner, first)
    assert "Đúng rồi" in said and first.why in said and "Câu 2/4" in said
    said = answer(learner, second, right=False)
    assert "Chưa đúng" in said and "Đáp án: Đúng" in said
    answer(learner, third)
    said = answer(learner, fourth)
    assert "Trả lời đúng 3/4 câu" in said
    assert load_state(learner) is None


def load_state(learner: Resident) -> object:
    return learner.chat.state.get(LESSON)


def test_every_answer_is_recorded_once(learner: Resident, small: Catalogue, stored: Stored) -> None:
    to_quiz(learner)
    for question in small.questions:
        answer(learner, question)
    records = [record for _owner, record in stored.attempts.values()]
    assert [record.question_id for record in records] == [question.id for question in small.questions]
    assert all(record.correct and record.question_count == 4 for record in records)
    assert {record.lesson_version for record in records} == {small.lessons[0].version}
    assert records[2].chosen == "a,c"


def test_a_message_handled_again_after_a_rollback_counts_once(
    learner: Resident, small: Catalogue, stored: Stored
) -> None:
    to_quiz(learner)
    before, tapped = dict(learner.chat.state), learner.buttons[0]
    said = learner.says("", tapped.payload)
    learner.chat.state, learner.sent = before, learner.sent - 1
    assert learner.says("", tapped.payload) == said
    assert len(stored.attempts) == 1


@pytest.mark.parametrize(
    "typed", ["{number}", "{number}.", "số {number}", "câu {number}", "{wide}", "{letter}", "{small})"]
)
def test_an_option_may_be_typed_in_many_ways(learner: Resident, small: Catalogue, typed: str) -> None:
    to_quiz(learner)
    place = learner.labels.index("Nút xanh")
    forms = {
        "number": place + 1,
        "wide": chr(ord("１") + place),
        "letter": "ABC"[place],
        "small": "abc"[place],
    }
    assert "Đúng rồi" in learner.says(typed.format(**forms))


@pytest.mark.parametrize("typed", ["Nút xanh", "nut xanh", "NÚT XANH."])
def test_an_option_may_be_typed_by_its_label(learner: Resident, typed: str) -> None:
    assert "Đúng rồi" in to_quiz(learner).says(typed)


def test_several_options_may_be_typed_at_once(learner: Resident, small: Catalogue) -> None:
    to_quiz(learner)
    answer(learner, small.questions[0])
    answer(learner, small.questions[1])
    letters = [
        "ABC"[place]
        for place, label in enumerate(learner.labels[:3])
        if label.removeprefix("☐ ") in ("Chim sẻ", "Con ong")
    ]
    assert "Đúng rồi" in learner.says(", ".join(letters))


def test_an_order_may_be_typed_and_begun_again(learner: Resident, small: Catalogue) -> None:
    to_quiz(learner)
    for question in small.questions[:3]:
        answer(learner, question)
    labels = learner.labels[:3]
    learner.taps("Số ba")
    assert "Đã chọn: Số ba" in learner.said
    learner.taps("Chọn lại")
    assert "Đã chọn" not in learner.said
    order = "".join("abc"[labels.index(name)] for name in ("Số một", "Số hai", "Số ba"))
    assert "Đúng rồi" in learner.says(order)


def test_an_option_taken_back_does_not_count(learner: Resident, small: Catalogue) -> None:
    to_quiz(learner)
    answer(learner, small.questions[0])
    answer(learner, small.questions[1])
    learner.taps("☐ Con bò")
    learner.taps("☑ Con bò")
    assert "Bạn chọn ít nhất một ý" in learner.taps("Xong")
    assert "Đúng rồi" in answer(learner, small.questions[2])


def test_a_letter_that_no_option_has_shows_the_question_again(learner: Resident) -> None:
    said = to_quiz(learner).says("9")
    assert "một trong các ý" in said and "Câu 1/4" in said


def test_a_question_in_the_middle_is_answered_and_the_lesson_goes_on(learner: Resident, small: Catalogue) -> None:
    to_quiz(learner)
    answer(learner, small.questions[0])
    assert "Ở màn hình đăng nhập VNeID" in learner.says("quên mật khẩu vneid")
    assert "Câu 2/4" in learner.taps("Học tiếp")


def test_an_old_lesson_button_shows_where_the_lesson_is_now(
    learner: Resident, small: Catalogue, stored: Stored
) -> None:
    to_quiz(learner)
    old = learner.buttons[0]
    answer(learner, small.questions[0])
    said = learner.says("", old.payload)
    assert "đã qua" in said and "Câu 2/4" in said
    assert len(stored.attempts) == 1


def test_a_button_of_an_earlier_run_is_old(learner: Resident) -> None:
    to_quiz(learner)
    old = learner.buttons[0]
    learner.says("học bài")
    learner.taps("Khóa một")
    learner.taps("Bài một")
    assert "đã cũ" in learner.says("", old.payload)


def reload(learner: Resident, folder: Path) -> Catalogue:
    """The server starts again over the files as they are now."""
    fresh = load_courses(folder)
    learner.conversation = Conversation(learner.conversation.answerer, fresh)
    return fresh


def test_a_lesson_changed_in_the_middle_is_finished_in_the_version_begun(
    learner: Resident, small: Catalogue, repositories: Repositories, stored: Stored, tmp_path: Path
) -> None:
    to_quiz(learner)
    answer(learner, small.questions[0])
    file = tmp_path / "01-khoa-mot" / "01-bai-mot.yaml"
    text = file.read_text(encoding="utf-8")
    text = text.replace("Nước đá lạnh.", "Nước sôi nóng.").replace("Con bò", "Con trâu")
    file.write_text(text.replace("  - id: q4", "  - id: q5"), encoding="utf-8")
    fresh = reload(learner, tmp_path)
    assert fresh.lessons[0].version != small.lessons[0].version
    assert "Nước đá lạnh." in learner.says("học tiếp")
    answer(learner, small.questions[1])
    assert "☐ Con bò" in learner.labels
    answer(learner, small.questions[2])
    said = answer(learner, small.questions[3])
    assert "Trả lời đúng 4/4 câu" in said and "vừa được sửa" in said
    records = [record for _owner, record in stored.attempts.values()]
    assert {(record.lesson_version, record.question_count) for record in records} == {(small.lessons[0].version, 4)}
    asked = {(record.lesson_id, record.lesson_version, record.question_id) for record in records}
    kept = [repositories.lessons.get(lesson, version) for lesson, version, _question in asked]
    texts = {question.text for lesson in kept if lesson for question in lesson.questions}
    assert texts == {question.text for question in small.questions}, "old answers keep the question they answered"
    assert "Học xong 1/1 bài" in learner.says("tiến độ của tôi")
    learner.says("", payload="1le:bai-mot")
    for _ in range(3):
        learner.taps("Tiếp")
    learner.taps("Vào câu hỏi")
    answer(learner, fresh.questions[0])
    assert "Nước sôi nóng." in learner.said


def test_a_begun_version_that_cannot_be_read_begins_again_kindly(
    learner: Resident, small: Catalogue, stored: Stored
) -> None:
    to_quiz(learner)
    tapped = learner.buttons[0]
    course = small.courses[0]
    changed = replace(course.lessons[0], version="khac")
    fresh = Catalogue.of([replace(course, lessons=(changed,))], small.skills)
    learner.conversation = Conversation(learner.conversation.answerer, fresh)
    stored.lessons.clear()
    said = learner.says("", tapped.payload)
    assert "vừa được sửa" in said and "(1/3)" in said


def test_a_lesson_that_is_gone_is_said(learner: Resident, catalogue: Catalogue) -> None:
    to_quiz(learner)
    learner.conversation = Conversation(learner.conversation.answerer, catalogue)
    assert "không còn nữa" in learner.says("học tiếp")
    assert load_state(learner) is None


def test_anonymous_learning_works_and_records_nothing(
    noting: Noting, small: Catalogue, repositories: Repositories, stored: Stored
) -> None:
    learner = Resident(Conversation(noting, small), repositories, stored).stays_anonymous()
    learner.says("học bài")
    learner.taps("Khóa một")
    assert "kết quả không được giữ lại" in learner.taps("Bài một")
    for _ in range(3):
        learner.taps("Tiếp")
    learner.taps("Vào câu hỏi")
    for question in small.questions:
        answer(learner, question)
    assert "đúng 4/4 câu" in learner.said and "Đồng ý (từ 16 tuổi)" in learner.labels
    assert stored.attempts == {}


def test_every_shipped_lesson_can_be_finished(resident: Resident, catalogue: Catalogue, stored: Stored) -> None:
    resident.agrees()
    for lesson in catalogue.lessons:
        resident.says("", payload=f"1le:{lesson.id}")
        for _ in lesson.cards:
            resident.taps("Tiếp")
        resident.taps("Vào câu hỏi")
        for question in lesson.questions:
            finish(resident, question)
        assert f"đúng {len(lesson.questions)}/{len(lesson.questions)}" in resident.said, lesson.id
    assert len(stored.attempts) == len(catalogue.questions)
    said = resident.says("tiến độ của tôi")
    assert f"Học xong {len(catalogue.lessons)}/{len(catalogue.lessons)} bài" in said


def finish(resident: Resident, question: Question) -> None:
    """Answer rightly by payload: long options have only a letter on their button."""
    from bot.conversation.payloads import Verb, make
    from lessons.quiz import shuffled_options

    state = resident.chat.state[LESSON]
    order = [option.id for option in shuffled_options(question, f"{resident.chat.id}:{state['run']}")]
    where = (state["run"], state["step"])
    taps = question.correct[:-1] if question.kind.takes_all_in_order else question.correct
    for name in taps:
        resident.says("", make(Verb.OPTION, *where, order.index(name)))
    if question.kind is QuestionKind.MULTIPLE:
        resident.says("", make(Verb.SUBMIT, *where))


def test_pairs_are_matched_one_after_the_other(
    noting: Noting, tmp_path: Path, repositories: Repositories, stored: Stored
) -> None:
    (tmp_path / "pairs").mkdir()
    catalogue = load_courses(write_courses(tmp_path / "pairs", lesson=LESSON_FILE + PAIRS))
    learner = to_quiz(Resident(Conversation(noting, catalogue), repositories, stored).agrees())
    for question in catalogue.questions[:4]:
        answer(learner, question)
    assert "Ghép (1/3): Con mèo → ý nào?" in learner.said
    learner.taps("meo meo")
    assert "Con mèo → meo meo" in learner.said and "Ghép (2/3): Con chó" in learner.said
    learner.taps("Chọn lại")
    assert "Ghép (1/3)" in learner.said
    labels = learner.labels
    wrong = "".join("abc"[labels.index(name)] for name in ("gâu gâu", "meo meo", "cạp cạp"))
    said = learner.says(wrong)
    assert "Chưa đúng" in said and "Con chó → gâu gâu" in said and "đúng 4/5 câu" in said
    record = list(stored.attempts.values())[-1][1]
    assert (record.chosen, record.correct) == ("b,a,c", False)


def test_progress_tells_lessons_score_and_days(learner: Resident, small: Catalogue) -> None:
    assert "chưa trả lời câu hỏi nào" in learner.says("/tiendo")
    to_quiz(learner)
    answer(learner, small.questions[0], right=False)
    for question in small.questions[1:]:
        answer(learner, question)
    said = learner.says("tiến độ của tôi")
    assert "Học xong 1/1 bài" in said and "đúng 3/4 câu" in said and "liên tục: 1" in said


def test_progress_of_who_is_anonymous_offers_consent(resident: Resident) -> None:
    resident.stays_anonymous()
    assert "không giữ tiến độ" in resident.says("tien do cua toi")
    assert "Đồng ý (từ 16 tuổi)" in resident.labels


def test_finished_lessons_bear_a_mark(learner: Resident, small: Catalogue) -> None:
    to_quiz(learner)
    for question in small.questions:
        answer(learner, question)
    learner.says("học bài")
    assert "Khóa một (1/1)" in learner.labels
    learner.taps("Khóa một")
    assert "✓ Bài một" in learner.labels


def test_the_position_survives_as_json(learner: Resident) -> None:
    to_quiz(learner)
    from bot.channels.message import Message
    from bot.conversation.turn import Turn

    message = Message("web", "c", "m", "", learner.now)
    conversation = learner.conversation
    turn = Turn(learner.chat, message, learner.repositories, conversation.answerer, conversation.catalogue, "")
    position = load(turn)
    assert position is not None and (position.lesson, position.step) == ("bai-mot", 4)
