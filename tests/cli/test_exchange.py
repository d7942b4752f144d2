"""Questions out to Excel, Word and CSV and back through the command, and into a running server."""

from __future__ import annotations

import asyncio
import io
from pathlib import Path

import aiohttp
import pytest
from openpyxl import load_workbook

from bot import exchange
from bot.errors import OperatorError
from bot.settings import Settings
from bot.store.material_edits import edits
from tests.support.courses import shipped_courses
from tests.support.house import ChatClient, StartHouse, text_of

LESSON = shipped_courses().lessons[0].id
LOOKS = 600  # ten a second: a loaded machine; the program looks every five seconds


@pytest.fixture
def settings(sqlite_database_url: str, tmp_path: Path) -> Settings:
    return Settings(_env_file=None, data_dir=tmp_path / "data", database_url=sqlite_database_url)


def changed(settings: Settings, folder: Path, value: str, column: str = "Câu hỏi", row: int = 2) -> Path:
    """The questions of the first lesson with one cell of Excel changed."""
    file = folder / "cau-hoi.xlsx"
    exchange.export(settings, LESSON, file)
    book = load_workbook(io.BytesIO(file.read_bytes()))
    sheet = book.worksheets[0]
    heading = next(cell.column for cell in sheet[1] if cell.value == column)
    sheet.cell(row, heading).value = value
    book.save(file)
    return file


@pytest.mark.parametrize("ending", ["xlsx", "csv", "docx"])
def test_questions_go_out_and_come_back_the_same(settings: Settings, tmp_path: Path, ending: str) -> None:
    file = tmp_path / f"cau-hoi.{ending}"
    assert exchange.export(settings, LESSON, file) >= 4
    with pytest.raises(OperatorError, match="nothing to change"):
        exchange.read_questions(settings, LESSON, file)
    exchange.write_template(file)
    assert file.stat().st_size > 100


def test_a_changed_question_becomes_an_edit_with_a_way_back(settings: Settings, tmp_path: Path) -> None:
    file = changed(settings, tmp_path, "Câu hỏi do phường sửa lại cho dễ hiểu?")
    found = exchange.read_questions(settings, LESSON, file)
    assert found.problems == ()
    number = exchange.save(settings, found, "Lan")
    (line,) = exchange.list_edits(settings)
    assert line.startswith(f"{number}  ") and "Lan" in line and line.endswith("in force")
    exchange.export(settings, LESSON, tmp_path / "lai.csv")
    assert "Câu hỏi do phường sửa lại" in (tmp_path / "lai.csv").read_text(encoding="utf-8-sig")
    exchange.undo(settings, number)
    assert list(exchange.list_edits(settings)) == []
    with pytest.raises(OperatorError, match="no edit"):
        exchange.undo(settings, number)


@pytest.mark.parametrize(
    ("column", "value", "told"),
    [("Đáp án", "Z", "Dòng 2"), ("Mức độ", "9", "Dòng 2"), ("Loại câu", "Câu đố", "Dòng 2"), ("Câu hỏi", "", "Dòng 2")],
)
def test_a_mistake_is_told_by_row_and_nothing_changes(
    settings: Settings, tmp_path: Path, column: str, value: str, told: str
) -> None:
    found = exchange.read_questions(settings, LESSON, changed(settings, tmp_path, value, column))
    assert found.edit is None
    assert all(told.lower() in problem.lower() and column in problem for problem in found.problems), found.problems


def test_what_the_check_of_lessons_refuses_is_refused(settings: Settings, tmp_path: Path) -> None:
    file = changed(settings, tmp_path, "Gọi 1900 0368 vào ngày 01/02/2026 thì mất bao nhiêu tiền?")
    found = exchange.read_questions(settings, LESSON, file)
    assert found.problems and "01-lam-quen.yaml" in found.problems[0]


@pytest.mark.parametrize(("lesson", "name"), [("khong-co", "a.xlsx"), (LESSON, "a.txt"), (LESSON, "khong-co/a.xlsx")])
def test_what_cannot_be_done_says_why(settings: Settings, tmp_path: Path, lesson: str, name: str) -> None:
    with pytest.raises(OperatorError, match=r"no lesson|must be|Cannot write"):
        exchange.export(settings, lesson, tmp_path / name)
    with pytest.raises(OperatorError, match=r"no lesson|Cannot read"):
        exchange.read_questions(settings, lesson, tmp_path / name)


async def test_a_running_server_teaches_the_edit_and_who_began_keeps_the_old(
    start_house: StartHouse, sqlite_database_url: str, tmp_path: Path
) -> None:
    house = await start_house(sqlite_database_url)
    jars = [aiohttp.CookieJar(unsafe=True) for _ in range(2)]
    async with aiohttp.ClientSession(cookie_jar=jars[0]) as one, aiohttp.ClientSession(cookie_jar=jars[1]) as other:
        early, late = ChatClient(house, one), ChatClient(house, other)
        await early.say(payload=f"1le:{LESSON}")
        file = changed(house.settings, tmp_path, "Câu hỏi do phường sửa lại cho dễ hiểu?")
        found = exchange.read_questions(house.settings, LESSON, file)
        assert found.edit is not None
        number = exchange.save(house.settings, found, "Lan")
        assert house.database.read_now(edits)[0].number == number
        for _ in range(LOOKS):
            if "phường sửa lại" in house.application.material.catalogue.lessons[0].questions[0].text:
                break
            await asyncio.sleep(0.1)
        for chat, new in ((late, True), (early, False)):
            replies = await chat.say(payload=f"1le:{LESSON}") if new else await chat.say("học tiếp")
            while "Câu 1/" not in text_of(replies):
                replies = await chat.tap(replies, "Vào câu hỏi" if "Vào câu hỏi" in str(replies) else "Tiếp")
            assert ("phường sửa lại" in text_of(replies)) is new
