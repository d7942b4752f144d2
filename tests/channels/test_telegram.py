"""The Telegram channel against the emulated server: what residents and operators would notice."""

from __future__ import annotations

import asyncio
import io
import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from bot.channels.base import (
    AmbiguousError,
    PermanentError,
    RetryAfterError,
    TemporaryError,
    TokenRefusedError,
    UnreachableError,
)
from bot.channels.images import MaterialImages
from bot.channels.message import Attachment, Button, CitationNote, Reply
from bot.channels.telegram import TelegramChannel
from bot.channels.webhook import BODY_LIMIT, WebhookSettings
from tests.channels.stores import Store
from tests.emulators.telegram import Fault, FaultKind, TelegramEmulator

LAN = 11
MINH = 12
GROUP = -100200
SECRET = "a-long-webhook-secret_1"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)
BUTTONS = (Button("Có", "yes"), Button("Không", "no"))


@pytest.fixture
async def emulator() -> AsyncIterator[TelegramEmulator]:
    async with TelegramEmulator() as server:
        server.add_chat(LAN)
        yield server


@asynccontextmanager
async def running(
    emulator: TelegramEmulator, store: Store, **options: Any
) -> AsyncIterator[TelegramChannel]:
    channel = TelegramChannel(emulator.token, f"{emulator.base_url}/bot", retry_seconds=0.01, **options)
    await channel.start(store.receive)
    try:
        yield channel
    finally:
        await channel.stop()


# Receiving by long polling


async def test_what_is_written_arrives_once(emulator: TelegramEmulator) -> None:
    store = Store()
    emulator.switches.duplicate_every = 2
    async with running(emulator, store, commands=[("tiendo", "Tiến độ của tôi")]) as channel:
        number = emulator.user_sends(LAN, "Làm căn cước ở đâu?")
        emulator.user_sends(MINH, "chào")
        first, second = await store.wait_for(2)
        assert channel.trouble is None
    assert (first.channel, first.chat, first.id, first.text) == (
        "telegram",
        str(LAN),
        f"u{number}",
        "Làm căn cước ở đâu?",
    )
    assert first.payload is None and first.received_at.tzinfo is not None and second.chat == str(MINH)
    assert emulator.commands == [{"command": "tiendo", "description": "Tiến độ của tôi"}]


async def test_a_kill_before_storing_loses_nothing(emulator: TelegramEmulator) -> None:
    store = Store()
    store.gate.clear()
    emulator.user_sends(LAN, "một")
    emulator.user_sends(LAN, "hai")
    async with running(emulator, store):
        await store.wait_for_tries(1)
    assert store.messages == {}
    store.gate.set()
    async with running(emulator, store):
        await store.wait_for(2)
        await emulator.journal.wait_until(lambda: not emulator.updates.pending)
    assert store.texts == ["một", "hai"]


async def test_a_store_that_is_down_is_waited_for(
    emulator: TelegramEmulator, caplog: pytest.LogCaptureFixture
) -> None:
    store = Store()
    store.down = True
    async with running(emulator, store) as channel:
        emulator.user_sends(LAN, "một")
        await store.wait_for_tries(3)
        assert channel.trouble is not None and "inbox" in channel.trouble
        store.down = False
        await store.wait_for(1)
    assert store.texts == ["một"]
    assert sum("inbox" in record.message for record in caplog.records) == 1


async def test_pending_messages_survive_a_webhook_of_before(emulator: TelegramEmulator) -> None:
    store = Store()
    emulator.webhook.url = "https://old.example/hook"
    emulator.user_sends(LAN, "viết lúc bot tắt")
    async with running(emulator, store):
        await store.wait_for(1)
    assert store.texts == ["viết lúc bot tắt"]


async def test_numbers_that_restart_lower_are_still_read(emulator: TelegramEmulator) -> None:
    store = Store()
    async with running(emulator, store):
        emulator.user_sends(LAN, "tuần trước")
        await store.wait_for(1)
        # The poll that confirms is answered before the numbers restart, as a quiet week has many polls.
        await emulator.journal.wait_until(lambda: not emulator.updates.pending)
        polls = len(emulator.journal.of("getUpdates"))
        emulator.updates.end_poll()
        await emulator.journal.wait_until(lambda: len(emulator.journal.of("getUpdates")) > polls)
        emulator.updates.jump(3)
        emulator.user_sends(LAN, "tuần này")
        await store.wait_for(2)
    assert store.texts == ["tuần trước", "tuần này"]


async def test_a_second_program_is_named_as_the_trouble(emulator: TelegramEmulator) -> None:
    store = Store()
    async with running(emulator, store) as channel:
        await emulator.journal.wait_until(lambda: bool(emulator.journal.of("getUpdates")))
        async with aiohttp.ClientSession() as other:
            await other.post(f"{emulator.base_url}/bot{emulator.token}/getUpdates")
            await emulator.wait_for_calls("getUpdates", 2)
        emulator.user_sends(LAN, "vẫn tới")
        await store.wait_for(1)
        await emulator.journal.wait_until(lambda: channel.trouble is None)
    with_conflict = [call for call in emulator.journal.of("getUpdates") if call.status == 409]
    assert with_conflict


@pytest.mark.parametrize(
    "fault",
    [Fault(), Fault(FaultKind.GARBAGE), Fault(FaultKind.DROP), Fault(FaultKind.DROP_AFTER), Fault.too_many(0)],
    ids=str,
)
async def test_trouble_on_the_line_passes(emulator: TelegramEmulator, fault: Fault) -> None:
    store = Store()
    for method in ("getMe", "deleteWebhook", "getUpdates"):
        emulator.fail_next(method, fault, times=2)
    async with running(emulator, store):
        emulator.user_sends(LAN, "chào")
        await store.wait_for(1)
    assert store.texts == ["chào"]


async def test_a_refused_token_is_said_at_start_and_never_logged(
    emulator: TelegramEmulator, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    wrong = "123456789:AAanother-token-of-nobody-0123456789"
    channel = TelegramChannel(wrong, emulator.base_url)
    with pytest.raises(TokenRefusedError, match="BDHVS_TELEGRAM_TOKEN") as raised:
        await channel.start(Store().receive)
    with pytest.raises(TokenRefusedError):
        await channel.verify()
    with pytest.raises(ValueError, match="BotFather") as misspelt:
        TelegramChannel("my bot " + wrong)
    assert "AAanother" not in caplog.text + repr(raised.value) + repr(misspelt.value)


async def test_no_token_in_any_log_or_error(emulator: TelegramEmulator, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    secret_part = emulator.token.partition(":")[2]
    async with running(emulator, Store()) as channel:
        assert await channel.verify() == "@bdhvs_test_bot"
        for fault in (Fault(), Fault(FaultKind.DROP), Fault(FaultKind.GARBAGE), Fault(status=404)):
            emulator.fail_next("sendMessage", fault)
            with pytest.raises(TemporaryError) as raised:
                await channel.send(str(LAN), Reply("bí mật"))
            assert secret_part not in repr(raised.value)
    await emulator.stop()
    with pytest.raises(TemporaryError) as raised:
        await channel.verify()
    assert secret_part not in caplog.text + repr(raised.value)
    assert "bí mật" not in caplog.text


async def test_the_program_starts_without_telegram(
    emulator: TelegramEmulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.channels.telegram.START_WAIT_SECONDS", 0.05)
    await emulator.stop()
    store = Store()
    async with running(emulator, store) as channel:
        assert channel.trouble is not None
        await emulator.start()
        emulator.user_sends(LAN, "chào")
        await store.wait_for(1)


# What an update says


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


# Sending


async def test_a_reply_with_buttons_and_sources_is_edited_in_place(emulator: TelegramEmulator) -> None:
    note = CitationNote("Hướng dẫn căn cước", "Nơi làm", "đoạn dài", "kiểm tra ngày 03/11/2026")
    async with running(emulator, Store()) as channel:
        first = await channel.send(str(LAN), Reply("Chọn <một> & trả lời", BUTTONS, (note, note)))
        edited = Reply("Đã chọn", edit=True)
        assert await channel.send(str(LAN), edited, edits=first) == first
        assert await channel.send(str(LAN), edited, edits=first) == first
        # An answer that does not ask for it leaves the tapped message as it is.
        second = await channel.send(str(LAN), Reply("Tiếp"), edits=first)
    assert second != first
    shown = emulator.sent(LAN)
    assert [message.text for message in shown] == ["Đã chọn", "Tiếp"] and shown[0].edited
    sent = emulator.journal.of("sendMessage")[0].parameters
    assert sent["text"] == (
        "Chọn <một> & trả lời\n\nNguồn:\n• Hướng dẫn căn cước, Nơi làm (kiểm tra ngày 03/11/2026)"
    )
    assert [row[0]["callback_data"] for row in json.loads(sent["reply_markup"])["inline_keyboard"]] == ["yes", "no"]


async def test_what_cannot_be_edited_is_sent_anew(emulator: TelegramEmulator) -> None:
    photo = Reply("Ảnh", image="https://bdhvs.example/static/a.png")
    async with running(emulator, Store()) as channel:
        for edits in ("999", await channel.send(str(LAN), photo), "not a number"):
            await channel.send(str(LAN), Reply(f"thay {edits}", edit=True), edits=edits)
    assert [message.text for message in emulator.sent(LAN)][1:] == ["thay 999", "thay 1", "thay not a number"]


async def test_a_long_reply_comes_whole_and_in_order(emulator: TelegramEmulator) -> None:
    sentences = [f"Câu số {count} nói về dịch vụ công 👍." for count in range(400)]
    async with running(emulator, Store()) as channel:
        last = await channel.send(str(LAN), Reply(" ".join(sentences), BUTTONS))
    parts = emulator.sent(LAN)
    assert len(parts) >= 3 and all(part.text.endswith(".") for part in parts)
    assert " ".join(part.text for part in parts) == " ".join(sentences)
    assert [bool(part.buttons) for part in parts] == [False] * (len(parts) - 1) + [True]
    assert last == str(parts[-1].message_id)


async def test_a_long_reply_tried_again_goes_on_where_it_stopped(emulator: TelegramEmulator) -> None:
    reply = Reply("\n\n".join(f"{count} " + "a" * 3000 for count in range(3)))
    async with running(emulator, Store()) as channel:
        await channel.send(str(LAN), Reply("trước"))
        emulator.fail_next("sendMessage", Fault.too_many(1))
        with pytest.raises(RetryAfterError):
            await channel.send(str(LAN), reply)
        assert len(emulator.sent(LAN)) == 1
        await channel.send(str(LAN), reply)
        emulator.switches.limit_per_chat = True
        emulator.advance(2)
        for _ in range(3):
            try:
                await channel.send(str(LAN), reply)
            except RetryAfterError as error:
                emulator.advance(error.seconds)
    assert [message.text[:1] for message in emulator.sent(LAN)] == ["t", *"012", *"012"]


async def test_pictures_and_files(emulator: TelegramEmulator, tmp_path: Path) -> None:
    material = tmp_path / "material"
    material.mkdir()
    (material / "bai-1.png").write_bytes(PNG)
    (material / "hong.png").write_bytes(b"no picture")
    (material / "giay-chung-nhan.pdf").write_bytes(b"%PDF-1.7")
    (tmp_path / "secret.png").write_bytes(PNG)
    async with running(emulator, Store(), images=MaterialImages([material])) as channel:
        await channel.send(str(LAN), Reply("Nhìn hình", BUTTONS, image="/static/bai-1.png"))
        await channel.send(str(LAN), Reply("dài " * 400, image="bai-1.png"))
        await channel.send(str(LAN), Reply("Giấy chứng nhận", image="giay-chung-nhan.pdf"))
        await channel.send(str(LAN), Reply("Hình hỏng", image="hong.png"))
        await channel.send(str(LAN), Reply("Hình của người khác", image="../secret.png"))
    shown = [(message.kind, message.text[:3], bool(message.buttons)) for message in emulator.sent(LAN)]
    assert shown == [
        ("photo", "Nhì", True),
        ("photo", "", False),
        ("text", "dài", False),
        ("document", "Giấ", False),
        ("text", "Hìn", False),
        ("text", "Hìn", False),
    ]


async def test_refusals_in_our_words(emulator: TelegramEmulator) -> None:
    async with running(emulator, Store()) as channel:
        emulator.fail_next("sendMessage", Fault.too_many(17))
        with pytest.raises(RetryAfterError) as wait:
            await channel.send(str(LAN), Reply("a"))
        assert wait.value.seconds == 17
        with pytest.raises(UnreachableError, match=r"(?i)chat not found"):
            await channel.send("404404", Reply("a"))
        with pytest.raises(PermanentError, match="no text"):
            await channel.send(str(LAN), Reply("  "))
        with pytest.raises(PermanentError, match="64 bytes"):
            await channel.send(str(LAN), Reply("a", (Button("a", "đ" * 33),)))
        emulator.fail_next("sendMessage", Fault(FaultKind.DROP_AFTER))
        with pytest.raises(AmbiguousError):
            await channel.send(str(LAN), Reply("a"))
        emulator.fail_next("sendMessage", Fault())
        with pytest.raises(TemporaryError) as server_error:
            await channel.send(str(LAN), Reply("a"))
        assert not isinstance(server_error.value, AmbiguousError)
        await channel.typing(str(LAN))
        emulator.user_blocks(LAN)
        with pytest.raises(UnreachableError, match="blocked"):
            await channel.send(str(LAN), Reply("a"))


# Receiving by webhook


@asynccontextmanager
async def behind_webhook(
    emulator: TelegramEmulator, store: Store
) -> AsyncIterator[tuple[TelegramChannel, str]]:
    """The channel's route on a port of its own, registered at the emulator."""
    emulator.switches.webhook_retry_seconds = 0.01
    application = web.Application()
    runner = web.AppRunner(application)
    # The address is needed before the routes, as behind a proxy.
    listener = await asyncio.get_running_loop().create_server(asyncio.Protocol, "127.0.0.1", 0)
    port = listener.sockets[0].getsockname()[1]
    listener.close()
    await listener.wait_closed()
    url = f"http://127.0.0.1:{port}/webhooks/telegram"
    channel = TelegramChannel(emulator.token, emulator.base_url, WebhookSettings(url, SECRET), retry_seconds=0.01)
    application.add_routes(channel.routes())
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    await channel.start(store.receive)
    try:
        yield channel, url
    finally:
        await channel.stop()
        await runner.cleanup()


async def test_a_webhook_stores_before_it_answers(emulator: TelegramEmulator) -> None:
    store = Store()
    store.down = True
    emulator.switches.duplicate_every = 2
    async with behind_webhook(emulator, store) as (channel, _):
        under = await channel.send(str(LAN), Reply("Bạn đồng ý không?", BUTTONS))
        emulator.user_taps(LAN, int(under or 0), "yes")
        emulator.user_sends(LAN, "chào")
        await emulator.journal.wait_until(lambda: any(status == 503 for _, status in emulator.pushes))
        store.down = False
        tap, text = await store.wait_for(2)
        await emulator.journal.wait_until(lambda: not emulator.updates.pending)
        await emulator.wait_for_calls("answerCallbackQuery")
    assert (tap.payload, text.text) == ("yes", "chào")


async def endless() -> AsyncIterator[bytes]:
    """A body without a declared length."""
    for _ in range(BODY_LIMIT // 65536 + 1):
        yield b" " * 65536


async def test_a_webhook_takes_nothing_but_telegram(emulator: TelegramEmulator) -> None:
    store = Store()
    update = json.dumps({"update_id": 1, "message": {"chat": {"id": LAN, "type": "private"}, "text": "a"}})
    secret = {"X-Telegram-Bot-Api-Secret-Token": SECRET}
    kind = {"Content-Type": "application/json"}
    cases: list[tuple[dict[str, str], Any, int]] = [
        (kind, update.encode(), 403),
        ({**kind, "X-Telegram-Bot-Api-Secret-Token": SECRET + "x"}, update.encode(), 403),
        ({**kind, "X-Telegram-Bot-Api-Secret-Token": "bí mật"}, update.encode(), 403),
        ({**secret, "Content-Type": "text/plain"}, update.encode(), 415),
        ({**secret, **kind}, io.BytesIO(b" " * (BODY_LIMIT + 1)), 413),
        ({**secret, **kind}, endless(), 413),
        ({**secret, **kind}, b"{", 400),
        ({**secret, **kind}, b"\xff\xfe", 400),
        ({**secret, **kind}, b"[" * 100_000, 400),
        ({**secret, **kind}, b"[1]", 400),
        ({**secret, **kind}, b'{"update_id": "1"}', 400),
        ({**secret, **kind}, b'{"update_id": 2, "brand_new_kind": {}}', 200),
        ({**secret, "Content-Type": "application/json; charset=utf-8"}, update.encode(), 200),
    ]
    async with behind_webhook(emulator, store) as (_, url), aiohttp.ClientSession() as session:
        for headers, body, status in cases:
            async with session.post(url, data=body, headers=headers) as answer:
                assert answer.status == status, (headers, status)
                assert SECRET not in await answer.text()
        async with session.get(url) as answer:
            assert answer.status == 405
    assert store.texts == ["a"]


async def test_random_bodies_never_break_the_webhook(emulator: TelegramEmulator) -> None:
    store = Store()
    values: list[Any] = [None, True, 0, -1, 1e400, "", "a", [], {}, [{}], {"id": 1}, {"id": {"id": []}}]
    keys = ["message", "edited_message", "callback_query", "my_chat_member"]
    inner = ["chat", "text", "entities", "from", "data", "message", "photo", "reply_to_message", "new_chat_member"]
    headers = {"X-Telegram-Bot-Api-Secret-Token": SECRET}
    async with behind_webhook(emulator, store) as (_, url), aiohttp.ClientSession(headers=headers) as session:
        bodies = [{"update_id": 1, key: value} for key in keys for value in values]
        bodies += [
            {"update_id": 1, key: {"chat": {"id": 1, "type": "private"}, name: value}}
            for key in keys
            for name in inner
            for value in values
        ]
        for body in bodies:
            async with session.post(url, json=body) as answer:
                assert answer.status == 200, body
    assert all(isinstance(message.text, str) for message in store.messages.values())


def test_a_webhook_without_a_good_secret_is_refused() -> None:
    for secret in ("", "short", "có dấu tiếng Việt", "a" * 257):
        with pytest.raises(ValueError, match="token_urlsafe"):
            WebhookSettings("https://bdhvs.example/webhooks/telegram", secret)
    assert SECRET not in repr(WebhookSettings("https://bdhvs.example/webhooks/telegram", SECRET))
