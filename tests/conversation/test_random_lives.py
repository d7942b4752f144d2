"""Whatever residents tap and type, in whatever order, they get a fitting reply and nothing is kept that may not be."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.message import Attachment, Button
from bot.conversation.fitting import REPLY_LIMIT
from bot.conversation.offers import Offers
from bot.conversation.payloads import PAYLOAD_LIMIT
from bot.conversation.router import Conversation
from bot.texts import phrases
from knowledge.answer import Answerer
from lessons.catalogue import Catalogue
from tests.conversation.conftest import GROUPS, WARDS
from tests.conversation.memory import memory_repositories
from tests.conversation.resident import Resident

PHRASES = [phrase for entries in phrases().values() for phrase in entries]
TYPED = [
    *PHRASES,
    *("hạn nộp báo cáo thi đua", "quên mật khẩu vneid", "bao giờ có sân chơi", "otp 847261", "gọi 0912345678"),
    *("1", "2", "12", "A", "a c", "c b a", "xã Tứ Kỳ", "tổ 5", "tôi ở Hưng Đạo", "hung dao", "cảm ơn", "chào"),
    *("tôi muốn tự tử", "Bác Lan", "/sua Lan", "/start HD03", "/start TK01", "", "😀", "x" * 4000),
]
OFFERS = Offers("https://hoc.example", frozenset({"web"}), frozenset({"web"}), voice=True)
STATE_LIMIT = 8000  # characters of JSON a chat may take up
LIVES, STEPS = 12, 90
TAPS, OLD_TAPS = 0.8, 0.84  # people mostly tap what is before them; now and then a button further up
UPDATES = 0.98  # seldom a day passes and the courses are updated or put back


def changed(catalogue: Catalogue) -> Catalogue:
    """The courses after an update: every fifth lesson withdrawn, of the others every second rewritten."""
    courses = []
    for course in catalogue.courses:
        kept = [lesson for number, lesson in enumerate(course.lessons) if number % 5 != 4]
        rewritten = tuple(
            replace(lesson, version="moi", cards=lesson.cards[1:], questions=lesson.questions[:0:-1])
            if number % 2
            else lesson
            for number, lesson in enumerate(kept)
        )
        courses.append(replace(course, lessons=rewritten))
    return Catalogue.of(courses, catalogue.skills)


def a_new_resident(answerer: Answerer, catalogue: Catalogue) -> Resident:
    repositories, stored = memory_repositories(WARDS, GROUPS)
    return Resident(Conversation(answerer, catalogue, OFFERS), repositories, stored)


def check(resident: Resident) -> None:
    assert resident.replies
    for reply in resident.replies:
        assert 0 < len(reply.text) <= REPLY_LIMIT
        assert all(0 < len(button.payload.encode()) <= PAYLOAD_LIMIT for button in reply.buttons)
        assert all(0 < len(button.label) <= 64 for button in reply.buttons)
        assert len({button.payload for button in reply.buttons}) == len(reply.buttons)
    stored = resident.stored
    assert all(owner in stored.people for owner, _record in stored.attempts.values())
    assert "847261" not in str(stored.questions) and "0912345678" not in str(stored.questions)
    assert "847261" not in str(resident.chat.state) and "0912345678" not in str(resident.chat.state)
    assert len(str(resident.chat.state)) < STATE_LIMIT


@pytest.mark.parametrize("seed", range(4))
def test_random_lives(answerer: Answerer, catalogue: Catalogue, seed: int) -> None:
    random = Random(seed)
    attempts = answered = 0
    updated = changed(catalogue)
    for _ in range(LIVES):
        resident = a_new_resident(answerer, catalogue)
        seen: list[Button] = []
        for _ in range(STEPS):
            kind = random.random()
            if kind > UPDATES:
                resident.now += timedelta(days=1)
                material = random.choice([catalogue, updated])
                resident.conversation = Conversation(answerer, material, OFFERS)
            if kind < TAPS and resident.buttons:
                resident.says("", random.choice(resident.buttons).payload)
            elif kind < OLD_TAPS and seen:
                resident.says("", random.choice(seen).payload)
            else:
                resident.says(random.choice(TYPED))
            seen += resident.buttons
            answered += any(reply.citations for reply in resident.replies)
            check(resident)
        attempts += len(resident.stored.attempts)
    assert attempts and answered, "these lives never came to a quiz or an answer: they prove little"


@settings(max_examples=80, deadline=None, derandomize=True)
@given(
    messages=st.lists(
        st.one_of(
            st.text(max_size=80),
            st.sampled_from(list(Attachment)),
            st.tuples(st.text(max_size=70)),
            st.tuples(st.from_regex(r"1[a-z]{2}(:[a-z0-9.-]{1,9}){0,3}", fullmatch=True)),
        ),
        min_size=1,
        max_size=12,
    )
)
def test_random_texts_and_invented_buttons(
    answerer: Answerer, catalogue: Catalogue, messages: list[str | Attachment | tuple[str]]
) -> None:
    resident = a_new_resident(answerer, catalogue)
    for message in messages:
        if isinstance(message, Attachment):
            resident.says("", attachment=message)
        elif isinstance(message, tuple):
            resident.says("", payload=message[0])
        else:
            resident.says(message)
        check(resident)
