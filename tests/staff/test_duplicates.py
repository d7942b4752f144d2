"""Who may be one person enrolled twice: suggested with reasons, merged by staff alone, undone."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlmodel import Session, select

from bot.staff.accounts import Role
from bot.store.database import Database
from bot.store.duplicates import bare_name, keep_apart, merge_pair, suggestions
from bot.store.tables import AuditEntry, Certificate, Chat, Outbox, Person, ResidentialGroup
from tests.support.staff_browser import Browser

NOON = datetime(2026, 11, 21, 5, 0, tzinfo=UTC)
PAGE = "/staff/w/hung-dao/duplicates"


def person(session: Session, number: int, called: str, channel: str | None = None, **values: Any) -> None:
    if session.get(ResidentialGroup, 1) is None:
        for group in (1, 2):
            session.add(ResidentialGroup(id=group, ward_code="hung-dao", name=f"Tổ {group}", join_code=f"c{group}"))
        session.flush()
    given = {"ward_code": "hung-dao", "group_id": 1, "created_at": NOON, **values}
    session.add(Person(id=number, called=called, **given))
    session.flush()
    if channel:
        session.add(Chat(channel=channel, address=f"a{number}", person_id=number, state={}))
        session.flush()


def pairs(database: Database) -> list[tuple[int, int, tuple[str, ...]]]:
    found = database.read_now(lambda session: suggestions(session, "hung-dao"))
    return [(one.first.id, one.second.id, one.reasons) for one in found]


@pytest.mark.parametrize(
    ("called", "bare"), [("Bác Lan", "lan"), ("bà  NĂM", "nam"), ("Nguyễn Thị Lan", "nguyen thi lan"), ("Cô", "")]
)
def test_names_are_compared_without_diacritics_and_forms_of_address(called: str, bare: str) -> None:
    assert bare_name(called) == bare


def test_one_name_in_one_group_on_two_channels_is_suggested_with_the_reasons(database: Database) -> None:
    def unit(session: Session) -> None:
        person(session, 1, "Bác Lan", "telegram")
        person(session, 2, "Co Lan", "zalo-bot")
        person(session, 3, "Lan", "zalo-bot", group_id=2)
        person(session, 4, "Bác Hùng", "web")

    database.write_now(unit)
    assert pairs(database) == [(1, 2, ("duplicate_name", "duplicate_two_channels"))]


def test_two_volunteers_and_a_later_phone_are_told(database: Database) -> None:
    def unit(session: Session) -> None:
        person(session, 8, "Bảy", "telegram")
        person(session, 9, "Tám", "telegram")
        person(session, 1, "Bà Năm", enrolled_by=8)
        person(session, 2, "Năm", enrolled_by=9)
        person(session, 3, "Bà Năm", "web")

    database.write_now(unit)
    assert dict(((a, b), why) for a, b, why in pairs(database)) == {
        (1, 2): ("duplicate_name", "duplicate_two_volunteers"),
        (1, 3): ("duplicate_got_a_phone", "duplicate_name"),
        (2, 3): ("duplicate_got_a_phone", "duplicate_name"),
    }


def test_what_speaks_against_it(database: Database) -> None:
    def unit(session: Session) -> None:
        person(session, 1, "Lan", "zalo-bot")
        person(session, 2, "Lan", "zalo-bot")
        person(session, 3, "Mai", "web", age_band="16-30")
        person(session, 4, "Mai", "telegram", age_band="60+")
        person(session, 5, "Hoa", "web")
        person(session, 6, "Hoa", "telegram")
        keep_apart(session, 6, 5)
        for number in range(10, 18):
            person(session, number, "Tý", None if number % 2 else "web")

    database.write_now(unit)
    assert pairs(database) == []


def test_one_full_name_on_certificates_is_suggested_across_groups(database: Database) -> None:
    def unit(session: Session) -> None:
        for number, channel in ((1, "web"), (2, "telegram")):
            person(session, number, "", channel, group_id=number)
            session.add(
                Certificate(
                    code=f"C{number}",
                    person_id=number,
                    ward_code="hung-dao",
                    course_id="c",
                    course_title="Khóa",
                    name="Nguyễn Thị Lan",
                    lessons=1,
                    finished_on=NOON.date(),
                    issued_at=NOON,
                )
            )

    database.write_now(unit)
    assert [(a, b, why[0]) for a, b, why in pairs(database)] == [(1, 2, "duplicate_certificate")]


def test_who_has_an_account_is_kept_and_told(database: Database) -> None:
    def unit(session: Session) -> int:
        person(session, 1, "Bà Năm")
        person(session, 2, "Năm", "telegram")
        return merge_pair(session, session.get_one(Person, 1), session.get_one(Person, 2), NOON).kept_id

    assert database.write_now(unit) == 2
    (told,) = database.read_now(lambda session: session.exec(select(Outbox)).all())
    assert "gộp hai hồ sơ" in told.body["text"]


def fill(session: Session) -> None:
    person(session, 1, "Bác Lan", "telegram")
    person(session, 2, "Lan", "web")


async def test_staff_merge_and_undo_on_the_page(browser: Browser) -> None:
    database = browser.house.database
    browser.house.staff("lan", {"hung-dao": Role.STAFF})
    database.write_now(fill)
    await browser.sign_in("lan")
    _, page = await browser.get(PAGE)
    assert "Cùng tên gọi, cùng tổ." in page and "Telegram" in page
    assert database.read_now(lambda session: len(session.exec(select(Person)).all())) == 2, "never merged silently"
    _, page = await browser.submit(PAGE, f"{PAGE}/merge", first="1", second="2")
    assert "Đã gộp" in page and "Tách lại" in page
    assert database.read_now(lambda session: len(session.exec(select(Person)).all())) == 1
    _, page = await browser.submit(PAGE, f"{PAGE}/1/undo")
    assert "Đã tách lại" in page and "Cùng tên gọi" in page
    assert database.read_now(lambda session: len(session.exec(select(Outbox)).all())) == 2 + 2
    _, page = await browser.submit(PAGE, f"{PAGE}/apart", first="2", second="1")
    assert "không được nêu lại" in page and "Cùng tên gọi" not in page
    actions = database.read_now(lambda session: [row.action for row in session.exec(select(AuditEntry))])
    assert [one for one in actions if one.startswith("people")] == ["people_merge", "people_unmerge", "people_apart"]


async def test_two_who_are_not_suggested_cannot_be_merged(browser: Browser) -> None:
    browser.house.staff("lan", {"hung-dao": Role.STAFF})
    browser.house.staff("mai", {"tu-ky": Role.STAFF})

    def unit(session: Session) -> None:
        person(session, 1, "Lan", "telegram")
        person(session, 2, "Hoa", "web")
        person(session, 3, "Hoa", "telegram", ward_code="tu-ky")

    browser.house.database.write_now(unit)
    await browser.sign_in("lan")
    for first, second in (("1", "2"), ("2", "3"), ("1", "1"), ("", "x")):
        status, page = await browser.submit(PAGE, f"{PAGE}/merge", first=first, second=second)
        assert status == 400 or "csrf" not in page, (first, second)
    assert browser.house.database.read_now(lambda session: len(session.exec(select(Person)).all())) == 3
