"""bdhvs lessons preview: every lesson to its end on every channel, within the channels' limits, read anew each time."""

from __future__ import annotations

import re
import shutil
import socket
from collections.abc import AsyncIterator, Iterator
from html import unescape
from pathlib import Path

import pytest
from aiohttp.test_utils import TestClient, TestServer

from bot.channels.degrade import units, wording
from bot.channels.message import Button, Reply
from bot.channels.telegram_sending import CAPTION_LIMIT
from bot.channels.zalo_bot import TEXT_LIMIT as ZALO_LIMIT
from bot.errors import OperatorError
from bot.preview.pages import lesson_page
from bot.preview.server import PreviewSite, serve_preview
from bot.preview.views import Bubble, as_telegram, as_web, as_zalo
from bot.preview.walk import Exchange, Walker, open_walker
from bot.settings import Settings
from knowledge.wards import load_wards
from lessons.catalogue import SHIPPED_COURSES, SHIPPED_FACTS, Catalogue
from lessons.models import QuestionKind
from tests.support.courses import shipped_courses

MENU = (Button("Tiếp", "1nx:1:1"), Button("Menu", "1mn"))


@pytest.fixture(scope="module")
def walker() -> Iterator[Walker]:
    """A walker over a throw-away database."""
    with open_walker(load_wards().wards) as opened:
        yield opened


@pytest.fixture(scope="module")
def shipped() -> Catalogue:
    """The courses that are delivered."""
    return shipped_courses()


@pytest.fixture
async def site(walker: Walker, tmp_path: Path) -> AsyncIterator[TestClient]:
    """The preview of the shipped lessons."""
    settings = Settings(data_dir=tmp_path)
    async with TestClient(TestServer(PreviewSite(settings, walker).application())) as client:
        yield client


def said(bubbles: list[Bubble]) -> str:
    """All that is shown, without line breaks."""
    return " ".join(" ".join(bubble.text for bubble in bubbles).split())


@pytest.mark.parametrize("place", range(0, 50, 7))
def test_a_lesson_is_shown_whole_on_every_channel(walker: Walker, shipped: Catalogue, place: int) -> None:
    lesson = shipped.lessons[place]
    exchanges = walker.walk(shipped, lesson.id)
    for view in (as_zalo, as_telegram, as_web):
        shown = said(view(exchanges))
        for text in (*(card.text for card in lesson.cards), lesson.practice, *(q.text for q in lesson.questions)):
            assert " ".join(text.split()) in shown, view.__name__
        for question in lesson.questions:
            if question.kind is QuestionKind.TRUE_FALSE:
                assert question.why.split(".")[0] in shown, view.__name__


def test_no_message_is_longer_than_its_channel_takes(walker: Walker, shipped: Catalogue) -> None:
    for lesson in shipped.lessons[::9]:
        exchanges = walker.walk(shipped, lesson.id)
        assert all(units(bubble.text) <= ZALO_LIMIT for bubble in as_zalo(exchanges))
        assert all(units(bubble.text) <= CAPTION_LIMIT for bubble in as_telegram(exchanges) if bubble.picture)


def test_easy_reading_takes_more_and_shorter_steps(walker: Walker, shipped: Catalogue) -> None:
    plain, easy = (walker.walk(shipped, "tt-quet-qr", easy=easy) for easy in (False, True))
    assert len(easy) > len(plain)
    assert said(as_web(easy)).count("Quét mã") >= 1


def test_zalo_gets_numbers_and_telegram_buttons() -> None:
    exchanges = [
        Exchange("", (Reply("Một", MENU),)),
        Exchange("Tiếp", (Reply("Hai"),)),
        Exchange("Khác", (Reply("Ba"),)),
    ]
    zalo = as_zalo(exchanges)
    assert zalo[0].text.startswith("Một\n\n1. Tiếp\n2. Menu") and wording()["menu_hint"] in zalo[0].text
    assert [bubble.text for bubble in zalo if bubble.mine] == ["1", "Khác"]
    telegram = as_telegram(exchanges)
    assert telegram[0] == Bubble("Một", buttons=("Tiếp", "Menu")) and not any(bubble.mine for bubble in telegram)
    assert [bubble.text for bubble in as_web(exchanges)] == ["Một", "Tiếp", "Hai", "Khác", "Ba"]


def test_an_edited_question_replaces_itself_on_telegram_only() -> None:
    exchanges = [Exchange("", (Reply("Câu 1", MENU),)), Exchange("Tiếp", (Reply("Câu 1: đã chọn", MENU, edit=True),))]
    assert [bubble.text for bubble in as_telegram(exchanges)] == ["Câu 1: đã chọn"]
    assert len([bubble for bubble in as_zalo(exchanges) if not bubble.mine]) == 2


def test_a_picture_bears_its_text_where_that_fits() -> None:
    image = "/static/05-thanh-toan/pictures/quet-ma.svg"
    short = [Exchange("", (Reply("Ngắn", image=image, image_alt="Tả"),))]
    long = [Exchange("", (Reply("dài " * 400, image=image, image_alt="Tả"),))]
    assert as_zalo(short) == [Bubble("Ngắn", picture=image.replace(".svg", ".png"), alt="Tả")]
    assert as_zalo(long)[0].text and as_telegram(long)[0].text == "" and as_telegram(long)[0].picture.endswith(".png")
    assert as_web(short)[0].picture == image


async def test_pages_show_lessons_with_pictures_that_exist(site: TestClient) -> None:
    index = await (await site.get("/")).text()
    assert 'href="/lesson/tt-quet-qr"' in index and "Quét mã QR để trả tiền" in index
    page = await (await site.get("/lesson/tt-quet-qr")).text()
    pictures = set(re.findall(r'src="([^"]+)"', page))
    assert {Path(picture).suffix for picture in pictures} == {".svg", ".png"}
    for address in (*pictures, "/preview.css", "/chat.css"):
        assert (await site.get(address)).status == 200, address
    assert page.count("<section") == 3
    assert (await site.get("/lesson/tt-quet-qr?easy=1")).status == 200


@pytest.mark.parametrize(
    "address", ["/lesson/khong-co", "/static/05-thanh-toan/03-quet-qr.yaml", "/static/khong-co.png", "/walk.py"]
)
async def test_what_is_not_there_is_not_found(site: TestClient, address: str) -> None:
    assert (await site.get(address)).status == 404


async def test_a_mistake_in_a_file_is_shown_with_its_place_until_mended(walker: Walker, tmp_path: Path) -> None:
    (tmp_path / "knowledge").mkdir()
    shutil.copy(SHIPPED_FACTS, tmp_path / "knowledge")
    courses = tmp_path / "lessons" / "courses"
    shutil.copytree(SHIPPED_COURSES / "05-thanh-toan", courses / "05-thanh-toan")
    shutil.copy(SHIPPED_COURSES / "skills.yaml", courses)
    lesson = courses / "05-thanh-toan" / "03-quet-qr.yaml"
    right = lesson.read_text(encoding="utf-8")
    settings = Settings(data_dir=tmp_path / "var", material_dir=tmp_path)
    async with TestClient(TestServer(PreviewSite(settings, walker).application())) as client:
        lesson.write_text(right.replace("minutes: 6", "minutes: nhiều"), encoding="utf-8")
        wrong = await client.get("/lesson/tt-quet-qr")
        assert wrong.status == 500 and "05-thanh-toan/03-quet-qr.yaml:3" in await wrong.text()
        lesson.write_text(right.replace("Quét mã QR để trả tiền", "Tên <mới> của bài"), encoding="utf-8")
        mended = await (await client.get("/lesson/tt-quet-qr")).text()
        assert "Tên &lt;mới&gt; của bài" in mended and "<mới>" in unescape(mended)


def test_the_page_names_the_neighbouring_lessons(walker: Walker, shipped: Catalogue) -> None:
    first, last = shipped.lessons[0], shipped.lessons[-1]
    assert "Bài trước" not in lesson_page(walker, shipped, first)
    assert "Bài sau" not in lesson_page(walker, shipped, last)


def test_a_port_in_use_is_said_with_another(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(OperatorError, match=f"--port {port + 1}"):
            serve_preview(Settings(data_dir=tmp_path), lambda address: None, port)
