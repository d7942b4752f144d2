"""Answers by staff: corrected, ended, withdrawn; who received the old one and asked to be told hears of it once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session, select

from bot.conversation.turn import OFFERED
from bot.delivery.outbox import NOTICE
from bot.staff.accounts import Role
from bot.staff.answer_drafts import take_due_into_use
from bot.store.staff_answers import FOLLOWED_DAYS, follow
from bot.store.tables import (
    AuditEntry,
    Chat,
    Outbox,
    StaffAnswerDraft,
    StaffAnswerFollower,
    StaffAnswerRow,
    UnansweredQuestion,
    utc_now,
)
from lessons.progress import local_day
from tests.support.house import House
from tests.support.staff_browser import Browser

PAGE = "/staff/w/hung-dao/answers"
QUESTION = "Lịch phun thuốc muỗi ở phường khi nào?"
FIRST = {"question": QUESTION, "text": "Phun sáng thứ bảy.", "wordings": "bao giờ có xe phun muỗi", "valid_until": ""}
SECOND = {**FIRST, "text": "Hoãn sang chủ nhật.", "version": "1"}


def rows(house: House, table: Any) -> list[Any]:
    return house.database.read_now(lambda session: list(session.exec(select(table))))


def answered(house: House, asked: str = QUESTION, ward: str | None = "hung-dao") -> str:
    return house.application.answerer.answer(asked, ward).text


def followed_by(house: House, chats: int, days_ago: float = 0, channel: str = "web", **chat: Any) -> None:
    """Chats that received the first answer and asked to be told."""

    def unit(session: Session) -> None:
        for number in range(chats):
            row = Chat(channel=channel, address=f"{channel}-{days_ago}-{number}", state={}, **chat)
            session.add(row)
            session.flush()
            follow(session, 1, row.id or 0, 1, utc_now() - timedelta(days=days_ago))

    house.database.write_now(unit)


@pytest.fixture
def house(house: House) -> House:
    house.staff("lan", {"hung-dao": Role.STAFF})
    return house


async def with_answer(browser: Browser) -> Browser:
    await browser.sign_in("lan")
    _, page = await browser.submit(PAGE, PAGE, **FIRST)
    assert "Đã lưu câu trả lời" in page
    return browser


async def test_an_answer_may_be_written_before_anybody_asks(browser: Browser) -> None:
    await with_answer(browser)
    assert answered(browser.house).startswith("Phun sáng thứ bảy.")
    assert answered(browser.house, "bao giờ có xe phun muỗi vậy").startswith("Phun sáng thứ bảy.")


async def test_a_correction_is_in_force_at_once_and_told_in_one_tap(browser: Browser) -> None:
    await with_answer(browser)
    followed_by(browser.house, 3)
    followed_by(browser.house, 1, days_ago=FOLLOWED_DAYS + 1)
    _, page = await browser.submit(PAGE, f"{PAGE}/1", **SECOND)
    assert answered(browser.house).startswith("Hoãn sang chủ nhật.")
    assert "Gửi bản sửa cho 3 người" in page
    assert rows(browser.house, Outbox) == []
    for _ in range(2):
        _, page = await browser.submit(PAGE, f"{PAGE}/1/tell")
        assert "Gửi bản sửa" not in page
    sent = rows(browser.house, Outbox)
    assert len(sent) == 3
    assert all("đã được sửa" in one.body["text"] and "Hoãn sang chủ nhật." in one.body["text"] for one in sent)
    assert {one.priority for one in sent} == {NOTICE}


async def test_other_wordings_alone_are_no_correction(browser: Browser) -> None:
    await with_answer(browser)
    followed_by(browser.house, 1)
    _, page = await browser.submit(
        PAGE, f"{PAGE}/1", **{**FIRST, "version": "1", "wordings": "xe phun muỗi đến lúc nào"}
    )
    assert "Gửi bản sửa" not in page
    assert rows(browser.house, StaffAnswerRow)[0].version == 1
    assert answered(browser.house, "xe phun muỗi đến lúc nào").startswith("Phun sáng thứ bảy.")


async def test_earlier_versions_are_shown_with_what_changed_and_can_be_used_again(browser: Browser) -> None:
    await with_answer(browser)
    _, page = await browser.submit(PAGE, f"{PAGE}/1", **SECOND)
    assert "Các bản trước (1)" in page and "Dùng lại bản 1" in page
    assert f"<del>{FIRST['text']}" in page and f"<ins>{SECOND['text']}" in page
    await browser.submit(PAGE, f"{PAGE}/1", **{**FIRST, "version": "2"})
    assert answered(browser.house).startswith("Phun sáng thứ bảy.")
    assert [one["version"] for one in rows(browser.house, StaffAnswerRow)[0].earlier] == [2, 1]


async def test_an_answer_is_previewed_on_every_channel_and_not_kept(browser: Browser) -> None:
    await with_answer(browser)
    status, page = await browser.submit(PAGE, f"{PAGE}/preview", **{**FIRST, "text": "Chưa ai thấy câu này."})
    assert status == 200 and page.count("Chưa ai thấy câu này.") >= 3 and "Telegram" in page
    assert len(rows(browser.house, StaffAnswerRow)) == 1
    assert (await browser.submit(PAGE, f"{PAGE}/preview", question="?", text=""))[0] == 400


async def test_two_who_edit_at_once_do_not_overwrite_each_other(browser: Browser) -> None:
    await with_answer(browser)
    await browser.submit(PAGE, f"{PAGE}/1", **SECOND)
    status, page = await browser.submit(PAGE, f"{PAGE}/1", **{**SECOND, "text": "Bản của người kia."})
    assert status == 400 and "Người khác vừa sửa" in page and "Bản của người kia." in page
    assert rows(browser.house, StaffAnswerRow)[0].text == SECOND["text"]


async def test_a_withdrawn_answer_is_gone_at_once_told_on_demand_and_can_come_back(browser: Browser) -> None:
    await with_answer(browser)
    followed_by(browser.house, 2)
    _, page = await browser.submit(PAGE, f"{PAGE}/1/withdraw")
    assert "Phun sáng thứ bảy" not in answered(browser.house)
    assert "Đã rút trong 30 ngày qua" in page and "Báo đã rút cho 2 người" in page
    await browser.submit(PAGE, f"{PAGE}/1/tell")
    assert ["đừng làm theo" in one.body["text"] for one in rows(browser.house, Outbox)] == [True, True]
    assert rows(browser.house, StaffAnswerFollower) == []
    await browser.submit(PAGE, f"{PAGE}/1", **{**FIRST, "version": "2"})
    assert answered(browser.house).startswith("Phun sáng thứ bảy.")


async def test_an_answer_past_its_day_is_listed_as_ended_and_can_be_given_more_time(browser: Browser) -> None:
    await with_answer(browser)

    def age(session: Session) -> None:
        session.get_one(StaffAnswerRow, 1).valid_until = utc_now().date() - timedelta(days=2)

    browser.house.database.write_now(age)
    browser.house.application.staff_answers.refresh()
    assert "Phun sáng thứ bảy" not in answered(browser.house)
    _, page = await browser.get(PAGE)
    assert "Đã hết hạn" in page and "Chưa có câu trả lời nào đang dùng" in page
    later = (utc_now() + timedelta(days=30)).date().isoformat()
    await browser.submit(PAGE, f"{PAGE}/1", **{**FIRST, "version": "1", "valid_until": later})
    assert answered(browser.house).startswith("Phun sáng thứ bảy.")


async def test_a_channel_that_is_sent_to_gets_it_once_and_its_numbers_mean_the_new_buttons(browser: Browser) -> None:
    await with_answer(browser)
    followed_by(browser.house, 1, channel="zalo_bot")
    await browser.submit(PAGE, f"{PAGE}/1", **SECOND)
    await browser.submit(PAGE, f"{PAGE}/1/tell")
    (sent,) = rows(browser.house, Outbox)
    assert (sent.status, sent.inbox_id) == ("waiting", None)
    state = rows(browser.house, Chat)[-1].state
    assert [button[1] for button in state[OFFERED]] == ["1tr:staff-answer-1", "1tw:staff-answer-1"]


async def test_every_change_is_written_down(browser: Browser) -> None:
    await with_answer(browser)
    await browser.submit(PAGE, f"{PAGE}/1", **SECOND)
    await browser.submit(PAGE, f"{PAGE}/1/tell")
    await browser.submit(PAGE, f"{PAGE}/1/withdraw")
    actions = [one.action for one in rows(browser.house, AuditEntry)]
    assert [one for one in actions if one.startswith("answer")] == [
        "answer",
        "answer_change",
        "answer_tell",
        "answer_withdraw",
    ]


async def test_another_wards_answer_does_not_exist(browser: Browser) -> None:
    await with_answer(browser)
    browser.house.staff("tam", {"tu-ky": Role.ADMINISTRATOR})
    await browser.submit(PAGE, "/staff/sign-out")
    await browser.sign_in("tam")
    own = "/staff/w/tu-ky/answers"
    assert QUESTION not in (await browser.get(own))[1]
    for path in (f"{own}/1", f"{own}/1/withdraw", f"{own}/1/tell"):
        assert (await browser.submit(own, path, **SECOND))[0] == 404


async def test_beyond_the_newest_an_answer_is_found_by_its_words(browser: Browser, monkeypatch: Any) -> None:
    monkeypatch.setattr("bot.staff.answers.SHOWN", 1)
    await with_answer(browser)
    await browser.submit(PAGE, PAGE, question="Lớp bơi mở khi nào?", text="Đầu tháng sáu.")
    _, page = await browser.get(PAGE)
    assert "Đầu tháng sáu." in page and "Phun sáng thứ bảy." not in page and "còn 1 câu nữa" in page
    _, page = await browser.get(f"{PAGE}?q=phun+muoi")
    assert "Phun sáng thứ bảy." in page and "Đầu tháng sáu." not in page


async def test_a_second_person_approves_before_anybody_is_answered_or_told(browser: Browser) -> None:
    house = browser.house
    house.staff("mai", {"hung-dao": Role.STAFF})
    await browser.sign_in("lan")
    questions = "/staff/w/hung-dao/questions"
    asked = "Lịch phun thuốc muỗi ở phường khi nào ạ?"

    def ask(session: Session) -> None:
        waiting = Chat(channel="web", address="who-asked", state={})
        session.add(waiting)
        session.flush()
        session.add(UnansweredQuestion(ward_code="hung-dao", text=asked, tell_chat_id=waiting.id, asked_at=utc_now()))

    house.database.write_now(ask)
    _, page = await browser.submit(questions, f"{questions}/answer", q1="1", **FIRST)
    assert "Một cán bộ khác" in page and "Đã có câu trả lời chờ duyệt" in page
    assert not answered(house).startswith("Phun sáng") and rows(house, Outbox) == []
    status, page = await browser.submit(PAGE, f"{PAGE}/drafts/1/approve")
    assert status == 400 and "không tự duyệt" in page and "Nhờ một cán bộ khác" in page
    await browser.sign_in("mai")
    assert "1 câu trả lời chờ duyệt" in (await browser.get("/staff/w/hung-dao/"))[1]
    _, page = await browser.submit(PAGE, f"{PAGE}/drafts/1/approve")
    assert "Đã duyệt" in page and answered(house).startswith("Phun sáng thứ bảy.")
    assert len(rows(house, Outbox)) == 1 and rows(house, UnansweredQuestion)[0].closed_at is not None
    assert rows(house, StaffAnswerRow)[0].author == "Lan"
    assert (await browser.submit(PAGE, f"{PAGE}/drafts/1/approve"))[0] == 400
    _, page = await browser.submit(PAGE, f"{PAGE}/1", **SECOND)
    assert f"<ins>{SECOND['text']}" in page and answered(house).startswith("Phun sáng")
    await browser.submit(PAGE, f"{PAGE}/drafts/2/drop")
    assert "Chờ duyệt" not in (await browser.get(PAGE))[1]


async def test_an_answer_is_used_from_its_day_on(browser: Browser) -> None:
    await browser.sign_in("lan")
    now = utc_now()
    day = (local_day(now) + timedelta(days=3)).isoformat()
    _, page = await browser.submit(PAGE, PAGE, **FIRST, from_day=day)
    assert "Đến ngày đã chọn" in page and "dùng từ ngày" in page
    house = browser.house
    assert await take_due_into_use(house.database, now) == 0 and rows(house, StaffAnswerRow) == []
    assert await take_due_into_use(house.database, now + timedelta(days=3)) == 1
    assert rows(house, StaffAnswerRow)[0].text == FIRST["text"]
    assert await take_due_into_use(house.database, now + timedelta(days=4)) == 0
    past = await browser.submit(PAGE, PAGE, **FIRST, from_day="2020-01-01")
    assert past[0] == 400 and "Ngày bắt đầu dùng" in past[1]


async def test_a_correction_that_was_overtaken_is_not_put_in_force(browser: Browser) -> None:
    await with_answer(browser)
    now = utc_now()
    day = (local_day(now) + timedelta(days=1)).isoformat()
    await browser.submit(PAGE, f"{PAGE}/1", **SECOND, from_day=day)
    await browser.submit(PAGE, f"{PAGE}/1/withdraw")
    await take_due_into_use(browser.house.database, now + timedelta(days=2))
    assert [one.ended for one in rows(browser.house, StaffAnswerDraft)] == ["in_force", "dropped"]
    assert not rows(browser.house, StaffAnswerRow)[0].active
