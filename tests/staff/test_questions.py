"""Questions for staff: grouped, counted, answered once, and told once to who asked to be told."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session, col, select

from bot.staff.accounts import Role
from bot.staff.question_groups import grouped, questions_of
from bot.store.database import Database
from bot.store.tables import (
    AuditEntry,
    Chat,
    Outbox,
    ResidentialGroup,
    StaffAnswerFollower,
    StaffAnswerRow,
    UnansweredQuestion,
    utc_now,
)
from knowledge.encoder import Encoder
from knowledge.grouping import QuestionGrouper
from tests.support.house import ChatClient, House, StartHouse, text_of
from tests.support.staff_browser import Browser

PAGE = "/staff/w/hung-dao/questions"
MOSQUITOES = [
    "Bao giờ phường phun thuốc muỗi?",
    "lich phun thuoc muoi cua phuong",
    "Ngày nào phun thuốc muỗi ở phường ạ",
]
ANSWER = {"question": "Lịch phun thuốc muỗi khi nào?", "text": "Phun sáng thứ bảy tuần này, từ 7 giờ."}


def ask(house: House, *texts: str, ward: str | None = "hung-dao", **values: Any) -> list[int]:
    """Questions as the conversation leaves them."""

    def unit(session: Session) -> list[int]:
        rows = [UnansweredQuestion(ward_code=ward, text=text, asked_at=utc_now(), **values) for text in texts]
        session.add_all(rows)
        session.flush()
        return [row.id or 0 for row in rows]

    return house.database.write_now(unit)


def chosen(ids: list[int]) -> dict[str, str]:
    return {f"q{one}": "1" for one in ids}


def rows(house: House, table: Any) -> list[Any]:
    return house.database.read_now(lambda session: list(session.exec(select(table).order_by(col(table.id)))))


async def staff(browser: Browser, ward: str = "hung-dao") -> Browser:
    browser.house.staff("lan", {ward: Role.STAFF})
    await browser.sign_in("lan")
    return browser


async def test_questions_of_one_meaning_stand_together_and_are_answered_once(browser: Browser) -> None:
    ids = ask(browser.house, *MOSQUITOES)
    ask(browser.house, "Số điện thoại tổ trưởng tổ 8?")
    await staff(browser)
    _, page = await browser.get(PAGE)
    assert page.count('id="group-') == 2
    assert "3 lượt hỏi" in page
    _, page = await browser.submit(PAGE, f"{PAGE}/answer", **ANSWER, **chosen(ids))
    assert "Đã lưu câu trả lời" in page
    assert page.count('id="group-') == 1
    for asked in (ANSWER["question"], *MOSQUITOES):
        assert "sáng thứ bảy" in browser.house.application.answerer.answer(asked, "hung-dao").text
    assert "sáng thứ bảy" not in browser.house.application.answerer.answer(MOSQUITOES[0], "tu-ky").text
    (row,) = rows(browser.house, StaffAnswerRow)
    assert row.author == "Lan" and row.wordings == MOSQUITOES


async def test_a_question_taken_out_of_its_group_stays(browser: Browser) -> None:
    ids = ask(browser.house, *MOSQUITOES)
    await staff(browser)
    _, page = await browser.submit(PAGE, f"{PAGE}/answer", **ANSWER, **chosen(ids[:2]))
    assert MOSQUITOES[2] in page and MOSQUITOES[0] not in page


async def test_counts_by_residential_group_and_by_mark(browser: Browser) -> None:
    house = browser.house
    for name in ("Tổ 10", "Tổ 2"):
        house.group("hung-dao", name)
    ask(house, *MOSQUITOES, group_id=1)
    ask(house, MOSQUITOES[0], group_id=2, reason="marked_wrong", answered_from="Kế hoạch A")
    ask(house, MOSQUITOES[0], reason="marked_right", closed_at=utc_now())
    ask(house, MOSQUITOES[0])
    await staff(browser)
    _, page = await browser.get(PAGE)
    plain = " ".join(re.sub(r"<[^>]+>", " ", page).split())
    assert "5 lượt hỏi · 1 lượt báo câu trả lời chưa đúng · 1 lượt báo đúng" in plain
    assert "Tổ 2: 1 · Tổ 10: 3 · Chưa chọn tổ: 1" in plain
    assert "lấy từ: Kế hoạch A" in plain


async def test_marks_alone_are_nothing_to_answer(browser: Browser) -> None:
    ask(browser.house, MOSQUITOES[0], reason="marked_right", closed_at=utc_now())
    await staff(browser)
    assert "Không có câu hỏi nào chờ" in (await browser.get(PAGE))[1]


async def resident(chat: ChatClient, house: House, question: str) -> None:
    """Somebody who agreed, asks, and wants to be told."""
    replies = await chat.say(payload="start:" + house.group("hung-dao", f"Tổ {question[:4]}"))
    await chat.tap(replies, "Đồng ý")
    replies = await chat.say(question)
    if any(button["label"] == "Không phải các việc này" for reply in replies for button in reply["buttons"]):
        replies = await chat.tap(replies, "Không phải các việc này")
    assert "trợ lý sẽ nhắn" in text_of(await chat.tap(replies, "Báo cho tôi khi có trả lời"))


async def test_who_asked_to_be_told_is_told_once_and_no_longer_tied_to_the_question(
    browser: Browser, chat: ChatClient
) -> None:
    house = browser.house
    await resident(chat, house, MOSQUITOES[0])
    await staff(browser)
    (question,) = rows(house, UnansweredQuestion)
    before = len(rows(house, Outbox))
    _, page = await browser.submit(PAGE, f"{PAGE}/answer", **ANSWER, **chosen([question.id]))
    assert "gửi cho những người muốn được báo" in page
    status, page = await browser.submit(PAGE, f"{PAGE}/answer", **ANSWER, **chosen([question.id]))
    assert status == 400 and "đã có người trả lời" in page
    sent = rows(house, Outbox)[before:]
    assert len(sent) == 1
    assert ANSWER["text"] in sent[0].body["text"] and "Trả lời của cán bộ phường Hưng Đạo" in sent[0].body["text"]
    assert rows(house, UnansweredQuestion)[0].tell_chat_id is None
    (follower,) = rows(house, StaffAnswerFollower)
    assert follower.version == 1
    async with chat.http.get(f"{house.url}/api/chat/history") as response:
        entries = (await response.json())["entries"]
    assert ANSWER["text"] in entries[-1]["text"]
    marked = await chat.say("1")
    assert "Cảm ơn" in text_of(marked)
    assert rows(house, UnansweredQuestion)[-1].reason == "marked_right"


async def test_a_failed_answer_tells_nobody_and_keeps_what_was_typed(browser: Browser, chat: ChatClient) -> None:
    house = browser.house
    await resident(chat, house, MOSQUITOES[0])
    await staff(browser)
    before = len(rows(house, Outbox))
    fields = {**ANSWER, "valid_until": "2020-01-01"}
    status, page = await browser.submit(PAGE, f"{PAGE}/answer", **fields, **chosen([1]))
    assert status == 400 and "Hạn dùng đã qua" in page and ANSWER["text"] in page
    assert len(rows(house, Outbox)) == before and rows(house, StaffAnswerRow) == []
    assert rows(house, UnansweredQuestion)[0].closed_at is None


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"text": ""}, "1 đến 550"),
        ({"text": "x" * 551}, "1 đến 550"),
        ({"question": ""}, "1 đến 200"),
        ({"valid_until": "mai"}, "Hạn dùng là một ngày"),
    ],
)
async def test_a_wrong_field_is_named(browser: Browser, change: dict[str, str], says: str) -> None:
    ids = ask(browser.house, *MOSQUITOES)
    await staff(browser)
    status, page = await browser.submit(PAGE, f"{PAGE}/answer", **{**ANSWER, **change}, **chosen(ids))
    assert status == 400 and says in page
    assert (await browser.submit(PAGE, f"{PAGE}/answer", **ANSWER))[1].count("ít nhất một câu hỏi") == 1


async def test_a_question_without_a_ward_is_seen_everywhere_and_answered_for_who_has_none(browser: Browser) -> None:
    house = browser.house
    ids = ask(house, MOSQUITOES[0], ward=None)
    house.staff("tam", {"tu-ky": Role.STAFF})
    await staff(browser)
    _, page = await browser.get(PAGE)
    assert "Người hỏi chưa chọn phường, xã" in page and MOSQUITOES[0] in page
    await browser.submit(PAGE, f"{PAGE}/answer", **ANSWER, **chosen(ids))
    answerer = house.application.answerer
    assert "sáng thứ bảy" in answerer.answer(MOSQUITOES[0], None).text
    assert "sáng thứ bảy" in answerer.answer(MOSQUITOES[0], "hung-dao").text
    assert "sáng thứ bảy" not in answerer.answer(MOSQUITOES[0], "tu-ky").text
    await browser.submit(PAGE, "/staff/sign-out")
    await browser.sign_in("tam")
    assert MOSQUITOES[0] not in (await browser.get("/staff/w/tu-ky/questions"))[1]


async def test_putting_aside_tells_nobody(browser: Browser) -> None:
    ids = ask(browser.house, *MOSQUITOES)
    await staff(browser)
    _, page = await browser.submit(PAGE, f"{PAGE}/close", **chosen(ids))
    assert "Đã cất" in page and "Không có câu hỏi nào chờ" in page
    assert rows(browser.house, StaffAnswerRow) == [] and rows(browser.house, Outbox) == []
    actions = [one.action for one in rows(browser.house, AuditEntry)]
    assert actions[-1] == "question_close"


async def test_what_residents_wrote_is_shown_as_text(browser: Browser) -> None:
    ask(browser.house, "<script>alert(1)</script> bao giờ?")
    await staff(browser)
    _, page = await browser.get(PAGE)
    assert "<script>alert" not in page and "&lt;script&gt;" in page


def test_groups_are_read_from_either_database(database: Database, encoder: Encoder) -> None:
    def fill(session: Session) -> None:
        session.add(ResidentialGroup(id=1, ward_code="hung-dao", name="Tổ 1", join_code="a"))
        session.add(Chat(id=1, channel="web", address="a", state={}))
        session.flush()
        for number, text in enumerate(MOSQUITOES):
            session.add(
                UnansweredQuestion(
                    ward_code="hung-dao",
                    text=text,
                    group_id=1 if number else None,
                    tell_chat_id=1,
                    asked_at=utc_now() - timedelta(days=number),
                )
            )
        session.add(UnansweredQuestion(ward_code=None, text="không phường", asked_at=utc_now()))

    database.write_now(fill)
    found, names = database.read_now(lambda session: questions_of(session, "hung-dao"))
    (group,) = grouped(found, names, QuestionGrouper(encoder))
    assert (len(group.questions), group.waiting, group.places) == (3, 1, (("Tổ 1", 2), ("", 1)))
    found, names = database.read_now(lambda session: questions_of(session, None))
    assert [one.text for one in found] == ["không phường"]


async def test_the_whole_way_on_either_database(start_house: StartHouse, database_url: str) -> None:
    import aiohttp

    house = await start_house(database_url)
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        await resident(ChatClient(house, http), house, MOSQUITOES[0])
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        browser = await staff(Browser(house, http))
        await browser.submit(PAGE, f"{PAGE}/answer", **ANSWER, **chosen([1]))
        answers = "/staff/w/hung-dao/answers"
        changed = {**ANSWER, "text": "Hoãn sang chủ nhật vì mưa.", "wordings": "", "version": "1"}
        _, page = await browser.submit(answers, f"{answers}/1", **changed)
        assert "Gửi bản sửa cho 1 người" in page
        before = len(rows(house, Outbox))
        for _ in range(2):
            await browser.submit(answers, f"{answers}/1/tell")
        sent = rows(house, Outbox)[before:]
        assert [one.body["text"].count("Hoãn sang chủ nhật") for one in sent] == [1]
