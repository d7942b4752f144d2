"""Replies on poorer channels: long texts in parts, choices as lines, sources as lines; files found safely."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.degrade import chosen, split_text, units, with_menu, with_sources
from bot.channels.images import MaterialImages
from bot.channels.menus import MenusInMemory, choice
from bot.channels.message import Button, CitationNote
from bot.channels.telegram_updates import Account, read_update
from bot.channels.wire import clean
from tests.emulators.telegram.emulator import ATTACHMENTS

PIECES = st.sampled_from(["Xin chào. ", "một,", " hai\n", "\n\n", "👍", "á", "a\u0301", "1.", " ", "x" * 30])


@given(st.lists(PIECES, max_size=60).map("".join), st.integers(min_value=4, max_value=80))
def test_parts_fit_and_lose_nothing_but_blanks(text: str, limit: int) -> None:
    parts = split_text(text, limit)
    assert all(0 < units(part) <= limit and part == part.strip() for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())


@pytest.mark.parametrize("typed", ["dừng", "Dừng", "DỪNG LẠI", "stop"])
def test_a_stop_word_is_never_a_choice(typed: str) -> None:
    labels = (Button("Đúng", "yes"), Button("Sai", "no"), Button("Stop", "x"))
    assert chosen(typed, labels) is None
    assert chosen("dung", labels) == labels[0]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Đoạn một dài.\n\nĐoạn hai. Câu cuối.", ["Đoạn một dài.", "Đoạn hai. Câu cuối."]),
        ("Mở ứng dụng. Chọn mục một, hai.", ["Mở ứng dụng.", "Chọn mục một, hai."]),
        ("Bạn mang theo: giấy tờ, ảnh thẻ.", ["Bạn mang theo:", "giấy tờ, ảnh thẻ."]),
        ("một hai ba bốn năm sáu bảy", ["một hai ba bốn năm", "sáu bảy"]),
        ("a" * 45, ["a" * 20, "a" * 20, "a" * 5]),
        ("a" * 19 + "e\u0301" + "b", ["a" * 19, "e\u0301b"]),
        ("  \n ", []),
        ("đúng hai mươi chữ cái", ["đúng hai mươi chữ", "cái"]),
    ],
)
def test_cuts_fall_where_a_reader_pauses(text: str, parts: list[str]) -> None:
    assert split_text(text, 20) == parts


def test_a_number_keeps_its_step() -> None:
    assert split_text("Chuẩn bị giấy tờ. 1. Mở ứng dụng", 22) == ["Chuẩn bị giấy tờ.", "1. Mở ứng dụng"]


def test_sources_are_listed_once() -> None:
    note = CitationNote("Hướng dẫn", "", "đoạn", "")
    other = CitationNote("Kế hoạch 22", "I. Mục đích", "đoạn", "kiểm tra ngày 03/11/2026")
    assert with_sources("Trả lời", (note, other, note)) == (
        "Trả lời\n\nNguồn:\n• Hướng dẫn\n• Kế hoạch 22, I. Mục đích (kiểm tra ngày 03/11/2026)"
    )
    assert with_sources("Trả lời", ()) == "Trả lời"


QUIZ = (Button("A. Đọc mã OTP cho người gọi", "q:a"), Button("B. Không đưa mã OTP", "q:b"), Button("Bỏ qua", "skip"))


@pytest.mark.parametrize(
    ("typed", "payload"),
    [
        ("1", "q:a"),
        (" 2 . ", "q:b"),
        ("Câu 2", "q:b"),
        ("đáp án 2", "q:b"),
        ("３）", "skip"),
        ("b", "q:b"),
        ("A.", "q:a"),
        ("bo qua", "skip"),
        ("BỎ QUA", "skip"),
        ("b. khong dua ma otp", "q:b"),
        ("c", None),
        ("", None),
        ("4", None),
        ("12", None),
        ("1/2", None),
        ("tôi chọn 2 người", None),
    ],
)
def test_what_is_typed_is_understood(typed: str, payload: str | None) -> None:
    button = chosen(typed, QUIZ)
    assert (button.payload if button else None) == payload


def test_every_line_of_a_menu_can_be_chosen_by_its_number() -> None:
    lines = with_menu("Chọn", QUIZ).splitlines()
    numbers = [line.split(".")[0] for line in lines if line[:1].isdecimal()]
    assert [chosen(number, QUIZ) for number in numbers] == list(QUIZ)


def test_options_that_the_text_lists_are_not_listed_again() -> None:
    question = "Câu 1/4:\nGọi ai?\nA. Người lạ\nB. Ngân hàng"
    plain_letters = (Button("A", "q:a"), Button("B", "q:b"), Button("Chọn lại", "again"))
    shown = with_menu(question, plain_letters)
    assert shown == f"{question}\n\n3. Chọn lại\n\nBạn trả lời bằng chữ, ví dụ: A"
    assert [chosen(typed, plain_letters) for typed in ("a", "B", "3")] == list(plain_letters)
    assert with_menu(question, plain_letters[:2]) == f"{question}\n\nBạn trả lời bằng chữ, ví dụ: A"
    marked = (Button("☐ A", "q:a"), Button("☑ B", "q:b"), Button("Xong", "done"))
    assert "\n☐ A   ☑ B\n3. Xong\n" in with_menu(question, marked)
    assert "1. A\n2. B" in with_menu("Không có danh sách", plain_letters)


def test_menus_of_many_chats_do_not_mix() -> None:
    async def talk() -> list[str | None]:
        menus = MenusInMemory()
        await menus.show("lan", QUIZ)
        await menus.show("minh", (Button("Có", "yes"),))
        return [await choice(menus, "lan", "1"), await choice(menus, "minh", "1"), await choice(menus, "hoa", "1")]

    assert asyncio.run(talk()) == ["q:a", "yes", None]


def test_only_files_of_the_material_are_found(tmp_path: Path) -> None:
    material = tmp_path / "material"
    material.mkdir()
    (material / "a.png").write_bytes(b"a")
    (tmp_path / "secret.png").write_bytes(b"s")
    images = MaterialImages([tmp_path / "none", material], "https://hoc.example/")
    assert images.file("/static/a.png") == images.file("a.png") == (material / "a.png").resolve()
    for name in ("../secret.png", "/static/../secret.png", "/etc/passwd", "C:\\a.png", "a\0.png", "b.png", ""):
        assert images.file(name) is None, name
    assert images.address("/static/a.png") == "https://hoc.example/static/a.png"
    assert images.address("a.png") is None and images.address("/static/b.png") is None
    assert MaterialImages([material]).address("/static/a.png") is None


ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["id", "chat", "type", "text", "entities", "from", "data", "message", "status", "user"])
            | st.sampled_from(sorted(ATTACHMENTS)),
            inner,
            max_size=6,
        )
    ),
    max_leaves=12,
)


@given(st.sampled_from(["message", "edited_message", "callback_query", "my_chat_member"]), ODD)
def test_no_update_is_too_odd_to_be_read(kind: str, content: object) -> None:
    message = read_update({"update_id": 1, kind: content}, Account(1, "bot"), datetime.now(UTC))
    assert message is None or (message.text == clean(message.text) and message.chat)


def test_a_label_that_two_choices_bear_without_marks_is_chosen_by_its_marks() -> None:
    buttons = [Button("Xã Cẩm Giang", "a"), Button("Xã Cẩm Giàng", "b")]
    assert chosen("xa cam giang", buttons) is None
    assert [chosen(f"xã cẩm gi{letter}ng", buttons) for letter in "aà"] == buttons
