"""Requests about personal data on the staff site: the clocks of Decree 356/2025, article 5."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlmodel import select

from bot.staff.accounts import Role
from bot.store.rights import CLOCKS, answer_due, extend, new_request
from bot.store.tables import AuditEntry, RightsRequest
from tests.support.staff_browser import Browser

PAGE = "/staff/w/hung-dao/rights"
ASKED = {"kind": "delete", "received_on": "2026-11-02", "reference": "12/YC"}


@pytest.mark.parametrize(
    ("kind", "days", "put_off"),
    [("access", 10, 20), ("correct", 10, 20), ("withdraw", 15, 30), ("delete", 20, 40), ("protect", 15, 30)],
)
def test_each_kind_has_its_days_and_may_be_put_off_once(kind: str, days: int, put_off: int) -> None:
    received = datetime(2026, 11, 2, 5, tzinfo=UTC)
    row = new_request("hung-dao", kind, "office", received)
    assert row.due_on == date(2026, 11, 2) + timedelta(days=days)
    assert extend(row) and row.due_on == date(2026, 11, 2) + timedelta(days=put_off)
    assert not extend(row)


def test_a_request_of_late_evening_counts_by_the_day_in_vietnam() -> None:
    row = new_request("hung-dao", "access", "office", datetime(2026, 11, 2, 18, tzinfo=UTC))
    assert row.due_on == date(2026, 11, 13)


@pytest.mark.parametrize(
    ("received", "due"),
    [(2, 4), (5, 9), (6, 10), (7, 10), (8, 10)],
    ids=["Monday", "Thursday", "Friday", "Saturday", "Sunday"],
)
def test_the_first_answer_is_due_within_two_working_days(received: int, due: int) -> None:
    assert answer_due(date(2026, 11, received)) == date(2026, 11, due)


async def test_a_request_is_noted_answered_put_off_and_done(browser: Browser) -> None:
    browser.house.staff("lan", {"hung-dao": Role.STAFF})
    await browser.sign_in("lan")
    _, page = await browser.submit(PAGE, PAGE, **ASKED)
    assert "Xóa – hồ sơ 12/YC" in page
    assert "trước hết ngày 04/11/2026" in page and "trước hết ngày 22/11/2026" in page
    _, page = await browser.submit(PAGE, f"{PAGE}/1/answered")
    assert "Đã phản hồi ngày" in page and "muộn, hạn 04/11/2026" in page
    _, page = await browser.submit(PAGE, f"{PAGE}/1/extend")
    assert "trước hết ngày 12/12/2026" in page and "Gia hạn 20 ngày" not in page
    status, page = await browser.submit(PAGE, f"{PAGE}/1/extend")
    assert status == 400 and "không gia hạn được nữa" in page
    _, page = await browser.submit(PAGE, f"{PAGE}/1/done")
    assert "Đã xong ngày" in page
    rows = browser.house.database.read_now(lambda session: session.exec(select(RightsRequest)).all())
    assert len(rows) == 1 and rows[0].done_at is not None
    noted = browser.house.database.read_now(
        lambda session: [row.action for row in session.exec(select(AuditEntry).order_by(AuditEntry.id))]  # type: ignore[arg-type]
    )
    assert [one for one in noted if one.startswith("rights")][:2] == ["rights_note", "rights_answered"]


@pytest.mark.parametrize(
    ("field", "value"),
    [("kind", "everything"), ("received_on", "2099-01-01"), ("received_on", "hôm qua"), ("reference", "x" * 41)],
)
async def test_a_wrong_field_is_told_and_nothing_is_noted(browser: Browser, field: str, value: str) -> None:
    browser.house.staff("lan", {"hung-dao": Role.STAFF})
    await browser.sign_in("lan")
    status, page = await browser.submit(PAGE, PAGE, **{**ASKED, field: value})
    assert status == 400 and 'role="alert"' in page
    assert browser.house.database.read_now(lambda session: session.exec(select(RightsRequest)).all()) == []


async def test_another_wards_request_cannot_be_touched(browser: Browser) -> None:
    browser.house.staff("lan", {"hung-dao": Role.STAFF})
    row = new_request("tu-ky", "access", "office", datetime(2026, 11, 2, tzinfo=UTC))
    browser.house.database.write_now(lambda session: session.add(row))
    await browser.sign_in("lan")
    status, _ = await browser.submit(PAGE, f"{PAGE}/1/done")
    assert status == 404
    assert set(CLOCKS) == {"access", "correct", "withdraw", "delete", "protect"}
