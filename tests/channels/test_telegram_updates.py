"""What the Telegram channel makes of what people do."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.channels.message import Attachment, Reply
from tests.channels.stores import Store
from tests.channels.telegram_rig import BUTTONS, GROUP, LAN, MINH, running
from tests.emulators.telegram import TelegramEmulator


@pytest.fixture
async def emulator() -> AsyncIterator[TelegramEmulator]:
    async with TelegramEmulator() as server:
        server.add_chat(LAN)
        yield server


async def test_taps_links_attachments_and_blocks(emulator: TelegramEmulator) -> None:
    store = Store()
    async with running(emulator, store) as channel:
        under = await channel.send(str(LAN), Reply("Bạn đồng ý không?", BUTTONS))
        emulator.user_taps(LAN, int(under or 0), "yes")
        emulator.user_sends(LAN, "/start g-LDH01")
        emulator.user_sends(LAN, "/tiendo@bdhvs_test_bot tuần này")
        emulator.user_attaches(LAN, "photo", caption="giấy này là gì?")
        for kind in ("voice", "sticker", "document", "location"):
            emulator.user_attaches(LAN, kind)
        emulator.user_blocks(LAN)
        emulator.user_unblocks(LAN)
        tap, start, command, photo, *rest = await store.wait_for(10)
        await emulator.wait_for_calls("answerCallbackQuery")
    assert (tap.payload, tap.text, tap.edits) == ("yes", "", under)
    assert emulator.open_taps == set()
    assert (start.text, start.payload) == ("/start g-LDH01", "start:g-LDH01")
    assert (command.text, command.payload) == ("/tiendo tuần này", None)
    assert (photo.text, photo.attachment) == ("giấy này là gì?", Attachment.PHOTO)
    assert [message.attachment for message in rest[:4]] == [
        Attachment.VOICE,
        Attachment.STICKER,
        Attachment.FILE,
        Attachment.LOCATION,
    ]
    assert [message.payload for message in rest[4:]] == ["blocked", "unblocked"]


async def test_a_corrected_question_is_asked_again_but_no_command(emulator: TelegramEmulator) -> None:
    store = Store()
    emulator.user_sends(LAN, "căn cuoc")
    emulator.user_edits(LAN, 1, "căn cước")
    emulator.user_edits(LAN, 1, "căn cước ở đâu", seconds_later=3600)
    emulator.user_edits(LAN, 1, "/thongbao chào")
    emulator.user_sends(LAN, "hết")
    async with running(emulator, store):
        await store.wait_for(3)
    assert store.texts == ["căn cuoc", "căn cước", "hết"]


async def test_in_a_group_it_listens_only_when_addressed(emulator: TelegramEmulator) -> None:
    store = Store()
    emulator.add_chat(GROUP, "Tổ 3")
    async with running(emulator, store) as channel:
        own = await channel.send(str(GROUP), Reply("Chào cả tổ"))
        for text in ("họp mấy giờ?", "/start@other_bot", "chào @other_bot", "email a@bdhvs_test_bot.vn"):
            emulator.user_sends(GROUP, text, "Tổ 3", user_id=MINH)
        emulator.user_sends(GROUP, "👍 @bdhvs_test_bot làm căn cước ở đâu?", "Tổ 3", user_id=MINH)
        emulator.user_sends(GROUP, "cụ thể hơn?", "Tổ 3", user_id=MINH, reply_to=int(own or 0))
        emulator.user_sends(GROUP, "/nhom", "Tổ 3", user_id=MINH)
        await store.wait_for(3)
    assert store.texts == ["👍 làm căn cước ở đâu?", "cụ thể hơn?", "/nhom"]
    assert {message.chat for message in store.messages.values()} == {str(GROUP)}


NONSENSE: list[dict[str, Any]] = [
    {"message": None},
    {"message": []},
    {"message": {"chat": {"id": True, "type": "private"}, "text": "a"}},
    {"message": {"chat": {"id": LAN, "type": 5}, "text": {"a": 1}}},
    {"message": {"chat": {"id": "x" * 500, "type": "private"}, "text": "a"}},
    {"message": {"chat": {"id": GROUP, "type": "group"}, "text": "a", "entities": [None, {"type": "mention"}]}},
    {"callback_query": {"id": 7, "data": 5, "message": "gone"}},
    {"my_chat_member": {"old_chat_member": 1, "new_chat_member": {"status": "kicked"}}},
    {"edited_message": {"edit_date": "today"}},
    {"brand_new_kind": {"a": 1}},
]


async def test_nonsense_is_passed_over_and_confirmed(emulator: TelegramEmulator) -> None:
    store = Store()
    emulator.switches.validate = False
    for content in NONSENSE:
        emulator.raw_update(content)
    emulator.user_sends(LAN, "chào\x00 \ud800bạn")
    async with running(emulator, store):
        await store.wait_for(1)
        await emulator.journal.wait_until(lambda: not emulator.updates.pending)
    assert store.texts == ["chào �bạn"]
