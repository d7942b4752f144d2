"""The Telegram channel sends: buttons, edits, parts, pictures, refusals."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.channels.base import (
    AmbiguousError,
    PermanentError,
    RetryAfterError,
    TemporaryError,
    UnreachableError,
)
from bot.channels.images import MaterialImages
from bot.channels.message import Button, CitationNote, FileNote, Reply
from tests.channels.stores import Store
from tests.channels.telegram_rig import BUTTONS, LAN, PNG, running
from tests.emulators.telegram import Fault, FaultKind, TelegramEmulator


@pytest.fixture
async def emulator() -> AsyncIterator[TelegramEmulator]:
    async with TelegramEmulator() as server:
        server.add_chat(LAN)
        yield server


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
    assert sent["text"] == ("Chọn <một> & trả lời\n\nNguồn:\n• Hướng dẫn căn cước, Nơi làm (kiểm tra ngày 03/11/2026)")
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


async def test_a_paper_and_a_sound_come_before_the_text_that_has_the_buttons(
    emulator: TelegramEmulator, tmp_path: Path
) -> None:
    (tmp_path / "to.pdf").write_bytes(b"%PDF-1.7")
    (tmp_path / "doc.mp3").write_bytes(b"ID3")
    files = (FileNote("/to.pdf", "Tờ in"), FileNote("/doc.mp3", "Bài đọc"), FileNote("/khong-co.pdf", "Mất"))
    found = {file.path: tmp_path / file.path[1:] for file in files[:2]}

    class Papers:
        def file(self, image: str) -> Path | None:
            return found.get(image)

        def address(self, image: str) -> str | None:
            return None

    async with running(emulator, Store(), images=Papers()) as channel:
        last = await channel.send(str(LAN), Reply("Của bạn đây", BUTTONS, files=files))
        emulator.fail_next("sendAudio", Fault(status=400, description="Bad Request: wrong audio"))
        await channel.send(str(LAN), Reply("Không nghe được", files=files[1:]))
    shown = emulator.sent(LAN)
    assert [(message.kind, message.text) for message in shown] == [
        ("document", ""),
        ("audio", ""),
        ("text", "Của bạn đây"),
        ("text", "Không nghe được"),
    ]
    assert str(shown[2].message_id) == last and shown[2].buttons
    assert emulator.journal.of("sendAudio")[0].parameters["title"] == "Bài đọc"


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
