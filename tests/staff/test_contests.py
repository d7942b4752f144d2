"""A contest on the staff site: made, rehearsed, opened, on paper too, frozen, protested, counted again, published."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from docx import Document
from openpyxl import load_workbook
from sqlmodel import Session, select
from typer.testing import CliRunner

from bot.cli import app
from bot.staff.accounts import Role
from bot.staff.contest_papers import read_letters
from bot.store.contest_tables import (
    Contest,
    ContestAnswer,
    ContestMark,
    ContestPaper,
    ContestParticipant,
)
from bot.store.contests import questions_of, settle_due
from bot.store.tables import utc_now
from lessons.contest.draw import options_for
from lessons.contest.verify import verify
from tests.support.courses import shipped_courses
from tests.support.house import ChatClient, House, text_of
from tests.support.staff_browser import Browser

LIST = "/staff/w/hung-dao/contests"
FORM = {
    "name": "Hội thi số", "rules_text": "Mỗi người một lần.", "prizes": "Nhất: bộ sách\nNhì: bút", "kind": "open",
    "starts": "2026-01-01T08:00", "ends": "2026-02-01T08:00", "easy": "3", "middle": "1", "hard": "0",
    "board": "people", "players": "1", "percent": "0",
}  # fmt: skip


def window(house: House, open_: bool) -> None:
    """The window is now, or is over."""

    def unit(session: Session) -> None:
        row = session.exec(select(Contest)).one()
        row.starts_at, row.ends_at = utc_now() - timedelta(hours=2), utc_now() + timedelta(hours=1 if open_ else -1)
        row.boards, row.alive_at = ["people", "groups"], utc_now()

    house.database.write_now(unit)


async def enter(chat: ChatClient, code: str) -> list[dict[str, Any]]:
    replies = await chat.say(payload=f"start:thi-{code}")
    replies = await chat.tap(replies, "Đồng ý")
    replies = await chat.tap(replies, "Tổ 1")
    replies = await chat.tap(replies, "Bỏ qua")
    return await chat.tap(replies, "Vào thi bằng bí danh")


async def test_from_creation_to_certificates(house: House, browser: Browser, chat: ChatClient, tmp_path: Path) -> None:
    house.group("hung-dao", "Tổ 1", 100)
    for name in ("lan", "mai"):
        house.staff(name, {"hung-dao": Role.STAFF})
    await browser.sign_in("lan")
    status, body = await browser.submit(LIST, LIST, **{**FORM, "ends": "2025-01-01T08:00"})
    assert status == 400 and "Giờ mở phải trước giờ đóng" in body and "Hội thi số" in body
    assert "Không đủ câu hỏi" in (await browser.submit(LIST, LIST, **{**FORM, "hard": "60"}))[1]
    status, body = await browser.submit(LIST, LIST, **FORM)
    assert status == 200 and "Đã lưu bản nháp" in body and body.count("(đúng)") == 4
    one = f"{LIST}/1"
    code = house.database.read_now(lambda session: session.exec(select(Contest.code)).one())
    assert (await browser.get(f"/thi/{code}"))[0] == 404, "a draft is nobody's business"

    await browser.submit(one, f"{one}/rehearse")
    window(house, True)
    replies = await enter(chat, code)
    await chat.tap(replies, replies[-1]["buttons"][0]["label"])
    assert "xóa mọi câu trả lời" in (await browser.submit(one, f"{one}/rehearsed"))[1]
    for table in (ContestAnswer, ContestParticipant, ContestMark):
        assert house.database.read_now(lambda session, table=table: session.exec(select(table)).all()) == []

    assert "Đã mở cuộc thi" in (await browser.submit(one, f"{one}/open"))[1]
    window(house, True)
    replies = await chat.tap(await chat.say("cuộc thi"), "Vào thi bằng bí danh")
    for _ in range(4):
        replies = await chat.tap(replies[-1:], replies[-1]["buttons"][0]["label"])
    assert "Bạn đã làm xong bài thi" in text_of(replies)
    await sheets_of_paper(house, browser, one)

    assert "chưa hết giờ" in (await browser.submit(one, f"{one}/freeze"))[1]
    window(house, False)
    house.database.write_now(lambda session: setattr(session.exec(select(Contest)).one(), "starts_at", BEFORE))
    status, body = await browser.submit(one, f"{one}/freeze")
    assert "Đã chốt kết quả" in body and "phiếu giấy" in body
    first = re.search(r'class="code">([0-9a-f]{64})<', body)
    assert first and "Vào thi" in (await browser.get(f"/thi/{code}"))[1], "not yet published"

    assert "Đã ghi khiếu nại" in (await browser.submit(one, f"{one}/protest", number="1", note="Hai đáp án đúng"))[1]
    assert "chưa trả lời" in (await browser.submit(one, f"{one}/settle"))[1]
    status, body = await browser.submit(one, f"{one}/protest/1", reason="Đúng vậy.", decision="voided")
    assert "tính lại kết quả" in body and first[1] in body and body.count(first[1]) == 1, "the old hash is history"
    await browser.submit(one, f"{one}/publish")
    status, page = await browser.get(f"/thi/{code}")
    assert "2 người dự thi" in page and "Mã kết quả" in page

    await files(house, browser, one, code, tmp_path)
    house.database.write_now(lambda session: settle_due(session, utc_now() + timedelta(days=8)))
    assert "Đã đóng" in (await browser.get(one))[1]
    assert house.database.read_now(lambda session: session.exec(select(ContestMark)).all()) == []


BEFORE = utc_now() - timedelta(hours=3)


async def sheets_of_paper(house: House, browser: Browser, one: str) -> None:
    """Two people read a sheet; only what both read counts."""
    await browser.submit(one, f"{one}/papers", group="1", count="2")
    async with browser.http.get(f"{house.url}{one}/papers.pdf") as response:
        assert response.status == 200 and (await response.read()).startswith(b"%PDF")

    def right_letters(session: Session) -> tuple[str, str]:
        contest, paper = session.get_one(Contest, 1), session.get_one(ContestPaper, 1)
        letters = ""
        for _row, question in questions_of(session, 1).values():
            options = [option.id for option in options_for(question, contest.seed, paper.code)]
            letters += "ABCD"[options.index(question.correct[0])]
        return paper.code, letters

    code, letters = house.database.read_now(right_letters)

    async def typed(answers: str, sheet: str = code, by: Browser = browser) -> str:
        return (await by.submit(one, f"{one}/papers/enter", code=sheet.lower(), answers=answers))[1]

    assert "mỗi câu một chữ cái" in await typed("AB")
    assert "Không có phiếu" in await typed(letters, "ZZZZZZZZ")
    assert "Nhờ một cán bộ khác" in await typed("-" * 4)
    assert "Nhờ một cán bộ khác" in await typed("-" + letters[1:]), "one person twice is one person"
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        colleague = Browser(house, http)
        await colleague.sign_in("mai")
        assert "khác nhau" in await typed(letters, by=colleague)
        assert "Nhờ một cán bộ khác" in await typed(letters, by=colleague)
    assert "Phiếu đã được tính" in await typed(letters)
    assert "Không có phiếu" in await typed(letters)


async def files(house: House, browser: Browser, one: str, code: str, tmp_path: Path) -> None:
    async def get(path: str) -> bytes:
        async with browser.http.get(house.url + path) as response:
            assert response.status == 200, path
            return await response.read()

    log = await get(f"{one}/log.jsonl")
    assert log == await get(f"/thi/{code}.jsonl")
    found = verify(log.decode())
    assert found.problems == () and found.boards.people[0].participant.paper
    assert found.boards.people[0].score.points == 300, "three questions are left, paper has no bonus"
    (tmp_path / "log.jsonl").write_bytes(log)
    said = CliRunner().invoke(app, ["contest", "verify", str(tmp_path / "log.jsonl")])
    assert said.exit_code == 0 and "The result is what its log gives." in said.output
    (tmp_path / "log.jsonl").write_bytes(log.replace(b'"points":300', b'"points":301'))
    said = CliRunner().invoke(app, ["contest", "verify", str(tmp_path / "log.jsonl")])
    assert said.exit_code == 1 and "WRONG" in said.output
    book = load_workbook(io.BytesIO(await get(f"{one}/result.xlsx")))
    assert book.sheetnames == ["Cá nhân", "Tổ dân phố, thôn"] and book["Cá nhân"]["E6"].value == 300
    words = Document(io.BytesIO(await get(f"{one}/result.docx")))
    assert "Hội thi số" in words.paragraphs[0].text and len(words.tables) == 2
    assert (await get(f"{one}/certificates.pdf")).startswith(b"%PDF")


async def test_another_wards_staff_see_nothing_of_it(house: House, browser: Browser) -> None:
    house.staff("lan", {"hung-dao": Role.STAFF, "tu-ky": Role.STAFF})
    await browser.sign_in("lan")
    await browser.submit(LIST, LIST, **FORM)
    assert (await browser.get("/staff/w/tu-ky/contests/1"))[0] == 404
    assert (await browser.get("/staff/w/tu-ky/contests/1/log.jsonl"))[0] == 404


@pytest.mark.parametrize(("typed", "read"), [("abc-", "ABC-"), ("A B C, -", "ABC-"), ("ABCD-", None), ("AXC-", None)])
def test_letters_as_people_type_them(typed: str, read: str | None) -> None:

    three = [one for one in shipped_courses().questions if one.kind == "single" and len(one.options) == 3][:4]
    assert read_letters(typed, three) == read
