"""Everything held about a resident, as a file: complete, theirs alone, for a day."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from sqlmodel import SQLModel, select

from bot.papers import personal_data
from bot.papers.personal_data import PersonalDataPapers
from bot.store.database import Database
from bot.store.held import HELD, NOT_GIVEN, labels
from bot.store.tables import DataExport, RightsRequest, utc_now
from tests.support.house import ChatClient, House, text_of


def test_every_column_that_names_a_person_or_chat_is_given_out_or_has_a_reason() -> None:
    named = {
        f"{table.name}.{key.parent.name}"
        for table in SQLModel.metadata.sorted_tables
        for key in table.foreign_keys
        if key.target_fullname in ("person.id", "chat.id")
    }
    given = {f"{held.table.__tablename__}.{held.column}" for held in HELD}
    beside = {"chat.person_id"}  # by it the chats of a person are found
    assert named - given - NOT_GIVEN.keys() == beside


def test_every_column_has_a_name_people_read_or_is_left_out() -> None:
    texts = labels()
    for held in HELD:
        table = held.table.__table__  # type: ignore[attr-defined]
        said = texts["tables"][table.name]
        left = {*texts["left_out"]["any"], *texts["left_out"].get(table.name, ())}
        assert set(table.columns.keys()) - left == set(said["columns"]), table.name
        assert said["title"]


async def learnt(chat: ChatClient, house: House) -> list[dict[str, Any]]:
    """A resident with a name and an answer, who asks for everything held."""
    await chat.say(payload="start:" + house.group("hung-dao", "Tổ 5"))
    await chat.say("đồng ý")
    await chat.say("/sua Bác Lan")
    lesson = house.application.material.catalogue.lessons[0]
    replies = await chat.say(payload=f"1le:{lesson.id}")
    for _ in range(10):
        replies = await chat.say(payload=replies[-1]["buttons"][0]["payload"])
    return await chat.say("/dulieucuatoi")


async def test_the_file_holds_all_and_a_page_comes_before_it(chat: ChatClient, house: House) -> None:
    replies = await learnt(chat, house)
    assert "Bác Lan" in text_of(replies)
    (file,) = replies[0]["files"]
    async with aiohttp.ClientSession() as http:
        async with http.get(house.url + file["path"]) as response:
            page = await response.text()
            assert response.status == 200 and "Tải tệp" in page and "Bác Lan" not in page
        async with http.post(house.url + file["path"]) as response:
            assert "attachment" in response.headers["Content-Disposition"]
            assert response.headers["Cache-Control"] == "no-store"
            held = json.loads(await response.text())
    (person,) = held["Hồ sơ"]
    assert person["Tên gọi"] == "Bác Lan" and person["Tổ dân phố, thôn"] == "Tổ 5"
    assert held["Điều đã đồng ý"][0]["Việc"] == "learning"
    assert held["Câu đã trả lời trong bài học"] and held["Tài khoản, cuộc trò chuyện"]
    assert any(
        "Bác Lan" in json.dumps(row, ensure_ascii=False) for row in held["Tin bạn gửi (nội dung tự xóa sau một ngày)"]
    )


@pytest.mark.parametrize("name", ["0" * 32 + ".json", "x.json", "..%2Fsecret", "0" * 32])
async def test_a_guessed_address_shows_nothing(house: House, name: str) -> None:
    async with aiohttp.ClientSession() as http:
        for ask in (http.get, http.post):
            async with ask(f"{house.url}/du-lieu-cua-toi/{name}") as response:
                assert response.status == 404
                assert "hết hạn" in await response.text()


async def test_the_address_ends_after_a_day_and_with_the_person(chat: ChatClient, house: House) -> None:
    path = (await learnt(chat, house))[0]["files"][0]["path"]
    papers = house.application.personal_data
    made = papers.file(path)
    assert made and "Bác Lan" in made.read_text(encoding="utf-8")

    def age(session: Any) -> None:
        session.exec(select(DataExport)).one().expires_at = utc_now() - timedelta(seconds=1)

    house.database.write_now(age)
    assert papers.file(path) is None
    path = (await chat.say("/dulieucuatoi"))[0]["files"][0]["path"]
    assert papers.file(path)
    await chat.tap(await chat.say("/xoa"), "Xóa hết")
    assert papers.file(path) is None
    assert house.database.read_now(lambda session: session.exec(select(DataExport)).all()) == []


def test_a_file_for_a_platform_is_gone_after_some_minutes(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = tmp_path / "du-lieu-cua-toi-1.json"
    kept.write_text("{}", encoding="utf-8")
    papers = PersonalDataPapers(database, tmp_path)
    papers.forget_files()
    assert kept.exists()
    monkeypatch.setattr(personal_data, "FILE_MINUTES", -1)
    papers.forget_files()
    assert not kept.exists()


async def test_what_residents_settle_alone_is_logged_without_them(chat: ChatClient, house: House) -> None:
    await learnt(chat, house)
    await chat.say("nhận tin")
    await chat.tap(await chat.say("/rutdongy"), "Rút lại: Nhận tin")
    await chat.tap(await chat.say("/xoa"), "Xóa hết")
    rows = house.database.read_now(lambda session: session.exec(select(RightsRequest)).all())
    assert [row.kind for row in rows] == ["correct", "access", "withdraw", "delete"]
    assert all(row.done_at == row.received_at and row.ward_code == "hung-dao" for row in rows)
