"""What every channel must do, whatever its platform. A new channel joins through tests/channels/platforms.py."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC

import pytest

from bot.channels.base import AmbiguousError, PermanentError, RetryAfterError, TemporaryError
from bot.channels.message import Attachment, Button, CitationNote, Reply
from tests.channels.platforms import PLATFORMS, Platform
from tests.emulators.common import Fault, FaultKind

MENU = (Button("Học bài tiếp", "v1:lesson"), Button("Xem tiến độ", "v1:progress"), Button("Đổi tổ dân phố", "v1:g"))


@pytest.fixture(params=PLATFORMS, ids=lambda make: make.__name__)
async def platform(request: pytest.FixtureRequest) -> AsyncIterator[Platform]:
    make: Callable[[], AbstractAsyncContextManager[Platform]] = request.param
    async with make() as running:
        yield running


async def test_a_message_says_who_what_and_when(platform: Platform) -> None:
    platform.says("Làm căn cước ở đâu?")
    (message,) = await platform.store.wait_for(1)
    assert (message.channel, message.chat, message.text) == (
        platform.channel.name,
        platform.chat,
        "Làm căn cước ở đâu?",
    )
    assert message.id and message.payload is None and message.attachment is None
    assert message.received_at.tzinfo is UTC


async def test_what_comes_twice_has_the_same_id(platform: Platform) -> None:
    platform.delivers_twice()
    platform.says("một")
    await platform.store.wait_for_tries(2)
    platform.says("hai")
    await platform.store.wait_for(2)
    assert platform.store.texts == ["một", "hai"]


async def test_a_store_that_is_down_loses_nothing(platform: Platform) -> None:
    platform.store.down = True
    platform.says("lúc đĩa đầy")
    await platform.store.wait_for_tries(2)
    assert platform.store.messages == {}
    platform.store.down = False
    await platform.store.wait_for(1)
    assert platform.store.texts == ["lúc đĩa đầy"]


async def test_a_choice_comes_back_as_its_payload(platform: Platform) -> None:
    shown = await platform.channel.send(platform.chat, Reply("Bạn muốn làm gì?", MENU))
    for number, button in enumerate(MENU, start=1):
        platform.chooses(shown or "", button.label, button.payload, number)
        await platform.store.wait_for(number)
    messages = list(platform.store.messages.values())
    assert [message.payload for message in messages] == [button.payload for button in MENU]


async def test_a_picture_is_named_and_its_words_are_kept(platform: Platform) -> None:
    platform.sends_photo("giấy này là gì?")
    (message,) = await platform.store.wait_for(1)
    assert (message.attachment, message.text) == (Attachment.PHOTO, "giấy này là gì?")


async def test_all_of_a_reply_is_shown(platform: Platform) -> None:
    note = CitationNote("Kế hoạch 22", "II. Mục tiêu", "đoạn dài", "ban hành ngày 01/10/2025")
    await platform.channel.send(platform.chat, Reply("Có **5** <lớp> & 3 tổ", MENU, (note,)))
    (text,) = platform.shown()
    assert text.startswith("Có **5** <lớp> & 3 tổ\n")
    assert "Kế hoạch 22, II. Mục tiêu (ban hành ngày 01/10/2025)" in text and "đoạn dài" not in text
    if not platform.channel.capabilities.buttons:
        assert "1. Học bài tiếp\n2. Xem tiến độ\n3. Đổi tổ dân phố" in text


async def test_a_long_reply_comes_whole_in_order_and_within_the_limit(platform: Platform) -> None:
    sentences = [f"Câu số {count} nói về dịch vụ công 👍." for count in range(400)]
    await platform.channel.send(platform.chat, Reply(" ".join(sentences)))
    parts = platform.shown()
    assert " ".join(parts) == " ".join(sentences) and len(parts) > 1
    assert all(len(part) <= platform.channel.capabilities.text_limit for part in parts)


async def test_a_reply_that_replaces_a_message_is_read(platform: Platform) -> None:
    first = await platform.channel.send(platform.chat, Reply("Câu 1: 1+1?", MENU))
    second = await platform.channel.send(platform.chat, Reply("Đúng rồi", edit=True), edits=first)
    assert platform.shown()[-1] == "Đúng rồi"
    assert (second == first) is platform.channel.capabilities.edit


async def test_a_missing_picture_still_leaves_the_text(platform: Platform) -> None:
    await platform.channel.send(platform.chat, Reply("Nhìn hình", image="/static/khong-co.png"))
    assert platform.shown() == ["Nhìn hình"]


async def test_refusals_say_what_to_do(platform: Platform) -> None:
    platform.fail_send(Fault.too_many(7))
    with pytest.raises(RetryAfterError) as wait:
        await platform.channel.send(platform.chat, Reply("a"))
    assert wait.value.seconds >= 7
    for fault in (Fault(status=500), Fault(FaultKind.GARBAGE)):
        platform.fail_send(fault)
        with pytest.raises(TemporaryError):
            await platform.channel.send(platform.chat, Reply("a"))
    platform.fail_send(Fault(FaultKind.DROP_AFTER))
    with pytest.raises(AmbiguousError):
        await platform.channel.send(platform.chat, Reply("có thể đã tới"))
    platform.fail_send(Fault(status=400, description="Bad request"))
    with pytest.raises(PermanentError):
        await platform.channel.send(platform.chat, Reply("a"))
    with pytest.raises(PermanentError):
        await platform.channel.send(platform.chat, Reply(" \n "))
    assert platform.shown() == ["có thể đã tới"]


async def test_nothing_secret_or_personal_is_logged(platform: Platform, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    errors = ""
    assert await platform.channel.verify()
    platform.says("số căn cước của tôi")
    await platform.store.wait_for(1)
    faults = [Fault(status=500), Fault(FaultKind.GARBAGE), Fault(FaultKind.DROP), Fault(status=401)]
    for fault in faults:
        platform.fail_send(fault)
        with pytest.raises(TemporaryError) as raised:
            await platform.channel.send(platform.chat, Reply("kết quả của bạn"))
        errors += repr(raised.value)
    secret = platform.token.partition(":")[2]
    assert secret not in caplog.text + errors
    assert "căn cước" not in caplog.text and "kết quả" not in caplog.text
