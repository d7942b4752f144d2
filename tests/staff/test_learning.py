"""What staff see of learning: what waits, hard questions, a group, its people, one person; who may look."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlmodel import select

from bot.indicators.hardest import FEWEST_PEOPLE, question_figures
from bot.indicators.trend import WEEKS, changes, trend
from bot.staff.accounts import Role
from bot.store.database import Database
from bot.store.tables import Attempt, AuditEntry, Consent, Person, ResidentialGroup, Ward, utc_now
from tests.support.full_ward import ASKED, LEARNERS, WARD, fill
from tests.support.learners import attempt_of
from tests.support.staff_browser import Browser

PAGE = f"/staff/w/{WARD}"


async def enter(browser: Browser, role: Role) -> None:
    fill(browser.house)
    await browser.sign_in(role.value)


async def test_the_overview_says_what_waits_and_leads_there(browser: Browser) -> None:
    await enter(browser, Role.STAFF)
    _, page = await browser.get(f"{PAGE}/")
    for says, path in (
        (f"{len(ASKED)} câu hỏi chờ", "questions"),
        ("1 yêu cầu dữ liệu đã quá hạn", "rights"),
        ("1 thông báo chờ xác nhận", "broadcasts"),
        ("1 bản sửa nội dung chờ duyệt", "content"),
        ("1 bản cập nhật khác", "content"),
        ("1 cặp hồ sơ", "duplicates"),
    ):
        assert f'<a href="{path}">{says}' in page, says
    assert "chờ gặp cán bộ" not in page, "staff spoke last"
    assert page.index("quá hạn") < page.index("câu hỏi chờ trả lời</a></li><li"), "urgent things stand first"
    assert "người học</strong>" in page


async def test_a_reader_sees_figures_and_no_work(browser: Browser) -> None:
    await enter(browser, Role.CITY_READER)
    _, page = await browser.get(f"{PAGE}/")
    assert "Việc cần làm hôm nay" not in page and "Bảy ngày qua" in page
    _, page = await browser.get(f"{PAGE}/courses")
    assert "Câu khó nhất" in page and "sửa bài này" not in page
    for path in ("groups/1", "groups/1/people", "residents/1"):
        assert (await browser.get(f"{PAGE}/{path}"))[0] == 403


async def test_a_leader_sees_the_own_group_without_names(browser: Browser) -> None:
    await enter(browser, Role.LEADER)
    status, page = await browser.get(f"{PAGE}/groups/1")
    assert status == 200 and "người học" in page and "Đào" not in page and "/people" not in page
    assert (await browser.get(f"{PAGE}/groups/2"))[0] == 404
    assert (await browser.get(f"{PAGE}/groups/1/people"))[0] == 403


async def test_each_look_at_people_is_written_down(browser: Browser) -> None:
    await enter(browser, Role.STAFF)
    _, page = await browser.get(f"{PAGE}/groups/1/people")
    assert "Bà Đào Thị Ấn" in page
    _, page = await browser.get(f"{PAGE}/residents/1")
    assert "Giữ kết quả học" in page and "1 / " in page and "Telegram" in page
    assert "VNeID?" not in page
    looks = browser.house.database.read_now(
        lambda session: session.exec(select(AuditEntry.action, AuditEntry.detail)).all()
    )
    assert [tuple(one) for one in looks if "look" in one[0]] == [("people_look", "1"), ("person_look", "1")]


async def test_who_took_the_agreement_back_or_lives_elsewhere_is_not_shown(browser: Browser) -> None:
    await enter(browser, Role.STAFF)

    def change(session: Any) -> None:
        for consent in session.exec(select(Consent).where(Consent.person_id == 1)).all():
            consent.withdrawn_at = utc_now()
        session.get(Person, 3).ward_code = "tu-ky"

    browser.house.database.write_now(change)
    for person in (1, 3, 999):
        assert (await browser.get(f"{PAGE}/residents/{person}"))[0] == 404
    assert '/residents/1"' not in (await browser.get(f"{PAGE}/groups/1/people"))[1]


async def test_the_hardest_question_stands_first_with_what_was_chosen(browser: Browser) -> None:
    await enter(browser, Role.STAFF)
    figures = browser.house.database.read_now(lambda session: question_figures(session, WARD, utc_now()))
    assert all(one.people == LEARNERS for one in figures)
    assert [one.share for one in figures] == sorted(one.share for one in figures)
    _, page = await browser.get(f"{PAGE}/courses")
    question = browser.house.application.material.catalogue.question(figures[0].question_id)
    assert question is not None and page.index(question.text[:20]) < page.index("sửa bài này")


def ward(database: Database) -> None:
    def unit(session: Any) -> None:
        session.add(Ward(code="w", name="Phường W"))
        session.flush()
        session.add(ResidentialGroup(id=1, ward_code="w", name="Tổ 1", join_code="a"))

    database.write_now(unit)


def test_too_few_people_make_no_figure_and_only_first_tries_count(database: Database) -> None:
    ward(database)

    def unit(session: Any) -> None:
        for number in range(FEWEST_PEOPLE):
            person = Person(ward_code="w", group_id=1)
            session.add(person)
            session.flush()
            session.add(attempt_of(person, 0, correct=False))
            if number:
                session.add(attempt_of(person, 1))
            again = attempt_of(person, 0)
            again.key += "again"
            session.add(again)

    database.write_now(unit)
    (only,) = database.read_now(lambda session: question_figures(session, "w", utc_now()))
    assert (only.question_id, only.people, only.right, dict(only.wrong)) == (
        "q0",
        FEWEST_PEOPLE,
        0,
        {"a": FEWEST_PEOPLE},
    )


def test_weeks_are_counted_by_people_and_compared(database: Database) -> None:
    ward(database)
    now = utc_now()

    def unit(session: Any) -> None:
        for days in (1, 2, 9, 30, 100):
            person = Person(ward_code="w", group_id=1, created_at=now - timedelta(days=days))
            session.add(person)
            session.flush()
            for number in range(2):
                attempt: Attempt = attempt_of(person, number)
                attempt.answered_at = now - timedelta(days=days)
                session.add(attempt)

    database.write_now(unit)
    weeks = database.read_now(lambda session: trend(session, "w", now))
    assert len(weeks) == WEEKS
    assert [(one.learners, one.answers, one.joined) for one in weeks[-2:]] == [(1, 2, 1), (2, 4, 2)]
    assert sum(one.learners for one in weeks) == 4
    (change,) = database.read_now(lambda session: changes(session, "w", now)).values()
    assert (change.now, change.before) == (2, 1)
    assert database.read_now(lambda session: trend(session, "w", now, 99))[-1].learners == 0
