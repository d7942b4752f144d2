"""Hearing a card: offered where it can be heard, of the version begun, and the way on stays at hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.conversation.offers import Offers
from bot.conversation.ports import Repositories
from bot.conversation.router import Conversation
from lessons.catalogue import Catalogue, load_courses
from tests.conversation.memory import Stored
from tests.conversation.passages import Noting
from tests.conversation.resident import Resident
from tests.conversation.test_learn import answer
from tests.lessons.material import write_courses

SPEAKING = Offers(sound_channels=frozenset({"web"}), voice=True)


@pytest.fixture
def small(tmp_path: Path) -> Catalogue:
    return load_courses(write_courses(tmp_path))


@pytest.fixture
def learner(noting: Noting, small: Catalogue, repositories: Repositories, stored: Stored) -> Resident:
    learner = Resident(Conversation(noting, small, SPEAKING), repositories, stored).agrees()
    learner.says("", "1le:bai-mot")
    return learner


def heard(learner: Resident) -> list[str]:
    return [file.path for reply in learner.replies for file in reply.files]


def test_each_card_and_the_task_can_be_heard_and_the_lesson_goes_on(learner: Resident, small: Catalogue) -> None:
    version = small.lessons[0].version
    for step in range(4):
        learner.taps("Đọc cho tôi nghe")
        assert heard(learner) == [f"/nghe/bai-mot/{version}/{step}.mp3"]
        learner.taps("Vào câu hỏi" if step == 3 else "Tiếp")
    assert "Câu 1/4" in learner.said and "Đọc cho tôi nghe" not in learner.labels


@pytest.mark.parametrize("typed", ["/nghe", "đọc cho tôi nghe", "doc to"])
def test_it_is_asked_for_in_words(learner: Resident, typed: str) -> None:
    learner.says(typed)
    assert len(heard(learner)) == 1


def test_an_earlier_card_can_be_heard_again(learner: Resident, small: Catalogue) -> None:
    first = next(button for button in learner.buttons if button.label == "Đọc cho tôi nghe")
    learner.taps("Tiếp")
    learner.says("", first.payload)
    assert heard(learner) == [f"/nghe/bai-mot/{small.lessons[0].version}/0.mp3"]
    assert "(3/3)" in learner.taps("Tiếp"), "the lesson goes on where it was"


def test_in_easy_reading_only_the_piece_is_read(learner: Resident, small: Catalogue) -> None:
    learner.says("chế độ dễ đọc")
    learner.taps("Học tiếp")
    learner.taps("Đọc cho tôi nghe")
    assert heard(learner) == [f"/nghe/bai-mot/{small.lessons[0].version}/0-0.mp3"]


def test_questions_are_not_read(learner: Resident, small: Catalogue) -> None:
    for _ in range(3):
        learner.taps("Tiếp")
    learner.taps("Vào câu hỏi")
    assert "chỉ đọc các thẻ" in learner.says("đọc cho tôi nghe") and "Câu 1/4" in learner.said
    for question in small.questions:
        answer(learner, question)
    assert "mở một bài học trước" in learner.says("đọc cho tôi nghe") and learner.buttons


@pytest.mark.parametrize(
    ("offers", "shown"),
    [
        (Offers(), False),
        (Offers(voice=True), False),
        (Offers(sound_channels=frozenset({"web"})), False),
        (Offers("https://hoc.example", voice=True), True),
        (SPEAKING, True),
    ],
)
def test_the_button_is_shown_only_where_a_card_can_be_heard(
    learner: Resident, small: Catalogue, offers: Offers, shown: bool
) -> None:
    tapped = next(button for button in learner.buttons if button.label == "Đọc cho tôi nghe")
    learner.conversation = Conversation(learner.conversation.answerer, small, offers)
    learner.says("học tiếp")
    assert ("Đọc cho tôi nghe" in learner.labels) is shown
    learner.says("", tapped.payload)
    assert bool(heard(learner)) is shown
    assert shown or "chưa đọc thành tiếng được" in learner.said


@pytest.mark.parametrize("payload", ["1li", "1li:9:9:9", "1li:99:0:0", "1li:a:b"])
def test_invented_buttons_read_nothing_strange(learner: Resident, payload: str) -> None:
    learner.says("", payload)
    assert learner.replies and all("9" not in path for path in heard(learner))
