"""Cards read aloud: served once made, of the version begun, and nothing else can be made to speak."""

from __future__ import annotations

import io
import shlex
import sys
from dataclasses import replace
from pathlib import Path

import aiohttp
import pytest
import soundfile

from bot.doctor import Installation, examine
from bot.papers.sounds import CardSounds, voice
from bot.settings import Settings
from bot.store.database import Database
from bot.store.repositories import bind
from tests.lessons.test_speech import STAND_IN
from tests.support.courses import shipped_courses
from tests.support.house import ChatClient, House, StartHouse

LESSON = shipped_courses().lessons[0]


def settings(**given: object) -> Settings:
    return Settings(_env_file=None, **given)


@pytest.fixture
def command(tmp_path: Path) -> str:
    """A program that says a second of a tone for every word."""
    program = tmp_path / "stand_in.py"
    program.write_text(STAND_IN, encoding="utf-8")
    return shlex.join([sys.executable, str(program)])


def seconds(file: Path) -> float:
    return float(soundfile.info(io.BytesIO(file.read_bytes())).duration)


def test_cards_pieces_and_the_task_of_the_version_begun(database: Database, command: str, tmp_path: Path) -> None:
    short = replace(LESSON, version="v1", cards=(replace(LESSON.cards[0], text="một hai\nba"),), practice="bốn")
    database.write_now(lambda session: bind(session).lessons.keep(short))
    sounds = CardSounds(database, voice(settings(speech_command=command)), tmp_path / "audio")
    said = {step: sounds.file(f"/nghe/{LESSON.id}/v1/{step}.mp3") for step in ("0", "0-0", "0-1", "1")}
    assert all(said.values())
    assert [round(seconds(file)) for file in said.values() if file] == [3, 2, 1, 1]
    for wrong in ("2", "0-2", "x", "-1", "1-1"):
        assert sounds.file(f"/nghe/{LESSON.id}/v1/{wrong}.mp3") is None
    assert sounds.file(f"/nghe/{LESSON.id}/v2/0.mp3") is None
    assert sounds.file("/nghe/../../secret.mp3") is None


def test_a_voice_that_fails_gives_no_sound(database: Database, command: str, tmp_path: Path) -> None:
    broken = replace(LESSON, version="v1", cards=(replace(LESSON.cards[0], text="hong"),))
    database.write_now(lambda session: bind(session).lessons.keep(broken))
    for given in ({"speech_command": command}, {"speech_command": "khong-co-chuong-trinh"}, {"speech_voice": ""}):
        sounds = CardSounds(database, voice(settings(**given)), tmp_path / "audio")
        assert sounds.file(f"/nghe/{LESSON.id}/v1/0.mp3") is None


async def test_a_resident_hears_a_card_in_the_web_chat(
    start_house: StartHouse, sqlite_database_url: str, command: str
) -> None:
    house = await start_house(sqlite_database_url, speech_command=command)
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        chat = ChatClient(house, http)
        card = await chat.say(payload=f"1le:{LESSON.id}")
        (reply,) = await chat.tap(card, "Đọc cho tôi nghe")
        (file,) = reply["files"]
        async with http.get(house.url + file["path"]) as response:
            assert response.status == 200 and response.content_type == "audio/mpeg"
            assert "media-src 'self'" in response.headers["Content-Security-Policy"]
            assert await response.read()
        async with http.get(house.url + "/nghe/khong-co/v1/0.mp3") as response:
            assert response.status == 404
    assert len(list((house.settings.data_dir / "audio").glob("*.mp3"))) == 1


async def test_without_a_voice_the_button_is_not_shown(start_house: StartHouse, sqlite_database_url: str) -> None:
    house: House = await start_house(sqlite_database_url, speech_command="khong-co-chuong-trinh")
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        replies = await ChatClient(house, http).say(payload=f"1le:{LESSON.id}")
    labels = [button["label"] for reply in replies for button in reply["buttons"]]
    assert "Tiếp" in labels and "Đọc cho tôi nghe" not in labels


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"speech_voice": ""}, "switched off"),
        ({"speech_command": "khong-co-chuong-trinh --x"}, "khong-co-chuong-trinh is not installed"),
    ],
)
def test_the_doctor_says_what_reads_aloud(tmp_path: Path, given: dict[str, str], says: str) -> None:
    findings = {one.name: one for one in examine(Installation(settings(data_dir=tmp_path, **given)))}
    assert says in findings["reading aloud"].text and findings["reading aloud"].well
