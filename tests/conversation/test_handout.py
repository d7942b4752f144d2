"""A lesson to print, asked for in the chat."""

from __future__ import annotations

from pathlib import Path

from bot.conversation.offers import Offers
from bot.conversation.router import Conversation
from lessons.catalogue import load_courses
from tests.conversation.resident import Resident
from tests.conversation.test_learn import answer, to_quiz
from tests.lessons.material import write_courses

PAPERS = Offers(paper_channels=frozenset({"web"}))


def test_the_chat_gives_the_lesson_that_was_learnt(resident: Resident, tmp_path: Path) -> None:
    small = load_courses(write_courses(tmp_path))
    resident.conversation = Conversation(resident.conversation.answerer, small, PAPERS)
    resident.agrees()
    assert "mở bài muốn in" in resident.says("tờ in")
    to_quiz(resident)
    assert 'Bài "Bài một"' in resident.says("tờ in") and "Học tiếp" in resident.labels
    resident.taps("Học tiếp")
    for question in small.questions:
        answer(resident, question)
    resident.taps("In bài ra giấy")
    assert [file.path for file in resident.replies[0].files] == ["/to-in/hung-dao/bai-mot.pdf"]
    tapped = "1ho:bai-mot"
    resident.conversation = Conversation(resident.conversation.answerer, small, Offers())
    assert "không gửi được tờ in" in resident.says("", tapped)
    assert "đã cũ" in resident.says("", "1ho:khong-co")
