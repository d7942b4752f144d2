"""What every channel must do, whatever its platform. A new channel joins through tests/channels/platforms.py."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC

import pytest

from bot.channels.base import AmbiguousError, PermanentError, RetryAfterError, TemporaryError
from bot.channels.message import Attachment, Button, CitationNote, FileNote, Reply
from tests.channels.platforms import PLATFORMS, PUSHED, Platform, PushedPlatform
from tests.emulators.common import Fault, FaultKind

MENU = (Button("Học bài tiếp", "v1:lesson"), Button("Xem tiến độ", "v1:progress"), Button("Đổi tổ dân phố", "v1:g"))


@pytest.fixture(params=PLATFORMS, ids=lambda make: make.__name__)
async def platform(request: pytest.FixtureRequest) -> AsyncIterator[Platform]:
    make: Callable[[], AbstractAsyncContextManager[Platform]] = request.param
    async with make() as running:
        yield running


@pytest.fixture(params=PUSHED, ids=lambda make: make.__name__)
async def pushed(request: pytest.FixtureRequest) -> AsyncIterator[PushedPlatform]:
    """The platforms that are sent to; the web page fetches its replies itself and takes no pictures."""
    make: Callable[[], AbstractAsyncContextManager[PushedPlatform]] = request.param
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
    shown = await platform.send(Reply("Bạn muốn làm gì?", MENU))
    for number, button in enumerate(MENU, start=1):
        platform.chooses(shown or "", button.label, button.payload, number)
        await platform.store.wait_for(number)
    messages = list(platform.store.messages.values())
    assert [message.payload for message in messages] == [button.payload for button in MENU]


async def test_every_choice_of_a_long_list_can_be_taken(platform: Platform) -> None:
    """More than an Official Account has buttons for, more than one digit where they are numbered."""
    choices = tuple(Button(f"Tổ dân phố {letter}", f"1gr:{place}") for place, letter in enumerate("ABCDEFGHIJKL"))
    shown = await platform.send(Reply("Bạn ở tổ nào?", choices))
    for count, place in enumerate((7, 11, 1), start=1):
        platform.chooses(shown or "", choices[place].label, choices[place].payload, place + 1)
        await platform.store.wait_for(count)
    assert [message.payload for message in platform.store.messages.values()] == ["1gr:7", "1gr:11", "1gr:1"]


async def test_where_no_file_can_be_sent_its_address_is(platform: Platform) -> None:
    paper = FileNote("https://hoc.example/papers/a.pdf", "Tải giấy để in (PDF)")
    await platform.send(Reply("Giấy của bạn", files=(paper,)))
    (text,) = [shown for shown in platform.shown() if shown]
    assert text.startswith("Giấy của bạn")
    can_send = platform.channel.capabilities.files and platform.channel.name == "telegram"
    assert ("Tải giấy để in (PDF): https://hoc.example/papers/a.pdf" in text) is not can_send


async def test_what_is_declared_is_what_is_looked_at_here(platform: Platform) -> None:
    """What each can show: https://core.telegram.org/bots/api, Zalo's documents (see the emulators), our own page."""
    kind = platform.channel.capabilities
    assert (kind.text_limit, kind.buttons, kind.edit, kind.typing, kind.images, kind.files, kind.sounds) == {
        "telegram": (4096, True, True, True, True, True, True),
        "zalo-bot": (2000, False, False, True, True, False, False),
        "zalo-oa": (2000, True, False, False, True, True, False),
        "web": (None, True, False, False, True, True, True),
    }[platform.channel.name]


async def test_a_picture_is_named_and_its_words_are_kept(pushed: PushedPlatform) -> None:
    pushed.sends_photo("giấy này là gì?")
    (message,) = await pushed.store.wait_for(1)
    assert (message.attachment, message.text) == (Attachment.PHOTO, "giấy này là gì?")


async def test_all_of_a_reply_is_shown(platform: Platform) -> None:
    note = CitationNote("Kế hoạch 22", "II. Mục tiêu", "đoạn dài", "ban hành ngày 01/10/2025")
    await platform.send(Reply("Có **5** <lớp> & 3 tổ", MENU, (note,)))
    (text,) = platform.shown()
    assert text.startswith("Có **5** <lớp> & 3 tổ\n")
    assert "Kế hoạch 22, II. Mục tiêu (ban hành ngày 01/10/2025)" in text and "đoạn dài" not in text
    if not platform.channel.capabilities.buttons:
        assert "1. Học bài tiếp\n2. Xem tiến độ\n3. Đổi tổ dân phố" in text


async def test_a_long_reply_comes_whole_in_order_and_within_the_limit(platform: Platform) -> None:
    sentences = [f"Câu số {count} nói về dịch vụ công 👍." for count in range(400)]
    await platform.send(Reply(" ".join(sentences)))
    parts, limit = platform.shown(), platform.channel.capabilities.text_limit
    assert " ".join(parts) == " ".join(sentences)
    assert (len(parts) > 1) is (limit is not None)
    assert limit is None or all(len(part) <= limit for part in parts)


async def test_a_reply_that_replaces_a_message_is_read(platform: Platform) -> None:
    first = await platform.send(Reply("Câu 1: 1+1?", MENU))
    second = await platform.send(Reply("Đúng rồi", edit=True), edits=first)
    assert platform.shown()[-1] == "Đúng rồi"
    assert (second == first) is platform.channel.capabilities.edit


async def test_a_missing_picture_still_leaves_the_text(platform: Platform) -> None:
    await platform.send(Reply("Nhìn hình", image="/static/khong-co.png"))
    assert platform.shown() == ["Nhìn hình"]


async def test_refusals_say_what_to_do(pushed: PushedPlatform) -> None:
    pushed.fail_send(Fault.too_many(7))
    with pytest.raises(RetryAfterError) as wait:
        await pushed.send(Reply("a"))
    assert wait.value.seconds >= 7
    for fault in (Fault(status=500), Fault(FaultKind.GARBAGE)):
        pushed.fail_send(fault)
        with pytest.raises(TemporaryError):
            await pushed.send(Reply("a"))
    pushed.fail_send(Fault(FaultKind.DROP_AFTER))
    with pytest.raises(AmbiguousError):
        await pushed.send(Reply("có thể đã tới"))
    pushed.fail_send(Fault(status=400, description="Bad request"))
    with pytest.raises(PermanentError):
        await pushed.send(Reply("a"))
    with pytest.raises(PermanentError):
        await pushed.send(Reply(" \n "))
    assert pushed.shown() == ["có thể đã tới"]


async def test_nothing_secret_or_personal_is_logged(pushed: PushedPlatform, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    errors = ""
    assert await pushed.channel.verify()
    pushed.says("số căn cước của tôi")
    await pushed.store.wait_for(1)
    faults = [Fault(status=500), Fault(FaultKind.GARBAGE), Fault(FaultKind.DROP), Fault(status=401)]
    for fault in faults:
        pushed.fail_send(fault)
        with pytest.raises(TemporaryError) as raised:
            await pushed.send(Reply("kết quả của bạn"))
        errors += repr(raised.value)
    secret = pushed.token.partition(":")[2]
    assert secret not in caplog.text + errors
    assert "căn cước" not in caplog.text and "kết quả" not in caplog.text
