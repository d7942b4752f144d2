"""The material edited on the staff site: checked, approved by a second person, dated, undone, in conflict."""

from __future__ import annotations

import html
import random
import re
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from sqlmodel import select

from bot.editing import COURSES, fact_item, overlaid, with_edits
from bot.material import knowledge_root, load_material
from bot.staff.accounts import Role
from bot.staff.approval import decides_alone
from bot.staff.content.checks import worded
from bot.store.material_edits import edits
from bot.store.tables import AuditEntry, MaterialEdit, utc_now
from knowledge.facts import load_facts
from knowledge.guides import load_guides
from lessons.progress import local_day
from tests.support.house import House
from tests.support.staff_browser import Browser

CONTENT = "/staff/w/hung-dao/content"
LESSON = f"{CONTENT}/lessons/dt-lam-quen"
FACT = f"{CONTENT}/facts/vneid-passcode-length"
GUIDE = f"{CONTENT}/guides/vneid-quen-mat-khau"


@pytest_asyncio.fixture
async def second(house: House) -> Any:
    """Another officer at another computer."""
    house.staff("hung", {"hung-dao": Role.STAFF})
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        officer = Browser(house, http)
        await officer.sign_in("hung")
        yield officer


@pytest_asyncio.fixture
async def first(browser: Browser) -> Browser:
    browser.house.staff("lan", {"hung-dao": Role.STAFF})
    await browser.sign_in("lan")
    return browser


def text_of(house: House, item: str) -> str:
    source = overlaid(house.settings, house.database.read_now(edits))
    return source.read(item)


def lesson_item(house: House) -> str:
    lesson = house.application.material.catalogue.lesson("dt-lam-quen")
    assert lesson is not None
    return f"{COURSES}/{lesson.file}"


async def draft(officer: Browser, page: str, body: str, **fields: str) -> tuple[int, str]:
    return await officer.submit(f"{page}/edit", f"{page}/edit", body=body, **fields)


def number_of(house: House) -> str:
    rows = house.database.read_now(lambda session: session.exec(select(MaterialEdit)).all())
    return str(rows[-1].id)


async def test_a_lesson_is_edited_by_one_and_approved_by_another(first: Browser, second: Browser) -> None:
    house, item = first.house, lesson_item(first.house)
    body = text_of(house, item).replace("title: ", "title: Bản mới – ", 1)
    status, page = await draft(first, LESSON, body, why="Dễ hiểu hơn")
    assert status == 200 and "Một cán bộ khác" in page and "Bản mới" in page
    assert text_of(house, item) != body, "not in force before approval"
    number = number_of(house)
    status, page = await first.submit(LESSON, f"{LESSON}/approve", edit=number)
    assert status == 400 and "không tự duyệt" in page
    assert "Dễ hiểu hơn" in (await second.get(CONTENT))[1]
    status, _ = await second.submit(LESSON, f"{LESSON}/approve", edit=number)
    assert status == 200
    assert text_of(house, item) == body
    edited = with_edits(house.settings, house.database.read_now(edits))
    assert load_material(edited).catalogue.lessons[0].title.startswith("Bản mới")
    status, page = await first.submit(LESSON, f"{LESSON}/undo", edit=number)
    assert status == 200 and "Đã hoàn tác" in page and "Lấy lại bản" in page
    assert text_of(house, item) != body
    written = house.database.read_now(lambda session: session.exec(select(AuditEntry.action)).all())
    assert [one for one in written if one.startswith("content")] == ["content_draft", "content_approve", "content_undo"]


async def test_what_the_readers_refuse_is_said_by_line_and_kept_in_the_form(first: Browser) -> None:
    text = text_of(first.house, lesson_item(first.house))
    body = text.replace("correct: ", "correct: z", 1)
    status, page = await draft(first, LESSON, body)
    assert status == 400
    assert "<strong>Dòng " in page and "không có phương án này" in page
    assert "correct: z" in page
    assert first.house.database.read_now(lambda session: session.exec(select(MaterialEdit)).all()) == []
    for wrong, says in ((text.replace("id: dt", "id: xx", 1), "giữ nguyên"), ("x: [", "Không đọc được"), ("", "từ 1")):
        assert says in (await draft(first, LESSON, wrong))[1]


async def test_two_facts_are_edited_apart_and_come_into_force_on_their_day(first: Browser, second: Browser) -> None:
    house, item = first.house, fact_item("vneid-passcode-length")
    body = text_of(house, item).replace("6 chữ số", "8 chữ số")
    assert (await draft(first, FACT, body))[0] == 200
    later = (local_day(utc_now()) + timedelta(days=3)).isoformat()
    assert (await second.submit(FACT, f"{FACT}/approve", edit=number_of(house), from_day=later))[0] == 200
    other = f"{CONTENT}/facts/vneid-level2-fee"
    fee = text_of(house, fact_item("vneid-level2-fee")).replace("miễn phí", "không mất tiền")
    assert (await draft(first, other, fee))[0] == 200
    assert (await second.submit(other, f"{other}/approve", edit=number_of(house)))[0] == 200
    everything = house.database.read_now(edits)
    for day, passcode in ((utc_now(), "6 chữ số"), (utc_now() + timedelta(days=4), "8 chữ số")):
        facts = load_facts(knowledge_root(with_edits(house.settings, everything, day)) / "facts.yaml")
        assert (facts["vneid-passcode-length"].wording, facts["vneid-level2-fee"].wording) == (
            passcode,
            "không mất tiền",
        )
    for wrong in ("1999-01-01", "ngày mai", "2999-01-01"):
        status, page = await second.submit(FACT, f"{FACT}/approve", edit="1", from_day=wrong)
        assert status == 400 and "Bạn chọn lại" in page


async def test_an_update_below_an_edit_is_shown_and_decided(first: Browser, second: Browser) -> None:
    house, item = first.house, fact_item("vneid-passcode-length")
    await draft(first, FACT, text_of(house, item).replace("6 chữ số", "8 chữ số"))
    number = number_of(house)
    await second.submit(FACT, f"{FACT}/approve", edit=number)

    def updated(session: Any) -> None:
        session.get(MaterialEdit, int(number)).base_hash = "the text delivered before"

    house.database.write_now(updated)
    assert "Bản cập nhật khác" in (await first.get(CONTENT))[1]
    assert "Bản cập nhật đã đổi" in (await first.get(FACT))[1]
    assert (await first.submit(FACT, f"{FACT}/keep", edit=number))[0] == 200
    assert "8 chữ số" in text_of(house, item)
    assert "Bản cập nhật đã đổi" not in (await first.get(FACT))[1]


@pytest.mark.parametrize(("page", "shows"), [(LESSON, "Telegram"), (FACT, "6 chữ số"), (GUIDE, "mật khẩu")])
async def test_each_kind_is_previewed_on_every_channel_and_nothing_is_kept(
    first: Browser, page: str, shows: str
) -> None:
    status, shown = await first.submit(page, f"{page}/preview")
    assert status == 200
    assert shows in shown and "Zalo" in shown and "Trang web" in shown
    assert first.house.database.read_now(lambda session: session.exec(select(MaterialEdit)).all()) == []


async def test_a_guide_is_checked_among_the_others(first: Browser) -> None:
    item = "knowledge/services/vneid-quen-mat-khau.md"
    body = text_of(first.house, item).replace("related: [", "related: [khong-co-bai-nay, ", 1)
    status, page = await draft(first, GUIDE, body)
    assert status == 400 and "Không có hướng dẫn mang mã “khong-co-bai-nay”" in page


async def test_the_list_is_searched_without_marks_and_unknown_items_are_404(first: Browser) -> None:
    _, page = await first.get(f"{CONTENT}?kind=guides&q=quen mat khau")
    assert "vneid-quen-mat-khau" in page and "can-cuoc-doi-the" not in page
    for unknown in ("lessons/khong-co", "guides/khong-co", "facts/khong-co", "plans/x"):
        assert (await first.get(f"{CONTENT}/{unknown}"))[0] == 404


def test_a_message_without_a_wording_is_quoted() -> None:
    assert worded("something new") == "Chưa đúng quy định của tệp. Máy báo: something new"
    assert worded("in a.yaml, line 3: the file is empty") == "Làm hỏng bài a.yaml, dòng 3: Chưa có nội dung."


async def test_who_is_alone_decides_alone_unless_the_installation_forbids_it(first: Browser) -> None:
    house, item = first.house, lesson_item(first.house)
    body = text_of(house, item).replace("title: ", "title: Bản mới – ", 1)
    await draft(first, LESSON, body)
    strict = house.settings.model_copy(update={"second_person": "always"})
    assert not house.database.read_now(lambda session: decides_alone(session, strict, 1))
    status, _ = await first.submit(LESSON, f"{LESSON}/approve", edit=number_of(house))
    assert status == 200 and text_of(house, item) == body


ASKED = (
    "Mượn sách ở đâu?", "Nhà văn hóa có cho mượn truyện không?", "Thủ thư làm việc giờ nào?", "Đọc báo miễn phí",
    "Trẻ em vào thư viện được không?", "Trả sách muộn thì sao?", "Làm thẻ thư viện cần gì?", "Tặng sách cũ cho phường",
)  # fmt: skip
WORDS = re.findall(r"\w+", "gọi máy sim nhà mạng khóa mất báo giấy tờ xin tạm ngừng dịch vụ đổi số điểm giao công an")


async def created(officer: Browser, **named: str) -> tuple[str, str]:
    """The address of the form of a new item, and the text it begins with."""
    status, page = await officer.submit(f"{CONTENT}/new", f"{CONTENT}/new", **named)
    assert status == 200 and "Viết mục mới" in page, page
    place = re.search(r'action="(\S+)/edit"', page)
    body = re.search(r'<textarea id="body"[^>]*>(.*?)</textarea>', page, re.DOTALL)
    assert place and body
    return place[1], html.unescape(body[1])


async def typed(officer: Browser, place: str, body: str) -> tuple[int, str]:
    return await officer.submit(f"{CONTENT}/new", f"{place}/edit", body=body)


async def test_a_guide_is_written_on_the_site_and_answered_from(first: Browser, second: Browser) -> None:
    house = first.house
    place, body = await created(first, kind="guides", title="Mượn sách ở nhà văn hóa")
    assert place.endswith("/content/guides/muon-sach-o-nha-van-hoa")
    status, page = await typed(first, place, body)
    assert status == 400 and "chưa được thay" in page, "a frame is no guide"
    for asked in ASKED:
        body = re.sub("«Cách[^»]*»", asked, body, count=1)
    status, page = await typed(first, place, re.sub("«[^»]*»", "Hỏi thủ thư tại nhà văn hóa.", body))
    assert status == 200 and "Mượn sách ở nhà văn hóa" in page, page
    assert (await second.submit(place, f"{place}/approve", edit=number_of(house)))[0] == 200
    edited = with_edits(house.settings, house.database.read_now(edits))
    facts = load_facts(knowledge_root(edited) / "facts.yaml")
    assert "muon-sach-o-nha-van-hoa" in {one.id for one in load_guides(knowledge_root(edited) / "services", facts)}
    taken = await first.submit(f"{CONTENT}/new", f"{CONTENT}/new", kind="guides", title="Mượn sách ở nhà văn hóa!")
    assert taken[0] == 400 and "gần giống" in taken[1]


async def test_a_lesson_is_written_on_the_site_and_taught_at_the_end_of_its_course(
    first: Browser, second: Browser
) -> None:
    house = first.house
    place, body = await created(first, kind="lessons", course="an-toan", title="Khóa sim: khi mất máy")
    assert place.endswith("/content/lessons/at-khoa-sim-khi-mat-may") and 'title: "Khóa sim: khi mất máy"' in body
    body = body.replace("«mã nguồn, như ở bài khác của khóa»", "ky-nang-chung")
    chance = random.Random(1)
    for mark in re.findall("«[^»]*»", body):
        body = body.replace(mark, " ".join(chance.sample(WORDS, 6)), 1)
    status, page = await typed(first, place, body)
    assert status == 200, page
    assert "at-khoa-sim-khi-mat-may" in (await second.get(CONTENT))[1]
    assert (await second.submit(place, f"{place}/approve", edit=number_of(house)))[0] == 200
    course = load_material(with_edits(house.settings, house.database.read_now(edits))).catalogue.course("an-toan")
    assert course is not None and course.lessons[-1].id == "at-khoa-sim-khi-mat-may"


async def test_a_question_is_added_to_a_lesson(first: Browser) -> None:
    _, page = await first.get(f"{LESSON}/edit?question=1")
    assert page.count("  - id: q") > (await first.get(f"{LESSON}/edit"))[1].count("  - id: q")
    assert (await first.get(f"{CONTENT}/guides/nothing/edit"))[0] == 404
    refused = await first.submit(f"{CONTENT}/new", f"{CONTENT}/new", kind="plans", title="Gì đó")
    assert refused[0] == 400
