"""The audit log: who did what in the ward, looked through, downloaded, and never changed."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime

import pytest
from sqlalchemy import delete, text, update
from sqlalchemy.exc import DatabaseError
from sqlmodel import select

from bot.staff import audit_log
from bot.staff.accounts import Role
from bot.store.database import Database
from bot.store.tables import AuditEntry, utc_now
from tests.support.staff_browser import Browser

PAGE = "/staff/w/hung-dao/audit"


def entry(ward: str | None, staff: int | None, action: str, detail: str = "", at: datetime | None = None) -> AuditEntry:
    return AuditEntry(at=at or utc_now(), ward_code=ward, staff_id=staff, action=action, detail=detail)


async def signed_in(browser: Browser, rows: list[AuditEntry]) -> Browser:
    browser.house.staff("lan", {"hung-dao": Role.ADMINISTRATOR})
    browser.house.staff("mai", {"hung-dao": Role.STAFF})
    browser.house.staff("stranger", {"tu-ky": Role.STAFF})
    browser.house.database.write_now(lambda session: session.add_all(rows))
    await browser.sign_in("lan")
    return browser


async def test_it_holds_what_was_done_in_the_ward_and_its_staffs_sign_ins(browser: Browser) -> None:
    rows = [
        entry("hung-dao", 2, "group_add", "Tổ 5"),
        entry("tu-ky", 3, "group_add", "Thôn kín"),
        entry(None, 3, "sign_in"),
    ]
    await signed_in(browser, rows)
    _, page = await browser.get(PAGE)
    assert "Thêm tổ" in page and "Tổ 5" in page and "Mai" in page
    assert "Đăng nhập" in page, "the administrator's own sign-in"
    assert "Thôn kín" not in page and "Stranger" not in page
    browser.http.cookie_jar.clear()
    await browser.sign_in("mai", "không đúng mật khẩu")
    await browser.sign_in("lan")
    assert "Đăng nhập sai" in (await browser.get(PAGE))[1]


async def test_it_is_filtered_by_person_deed_and_day_and_paged(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_log, "ON_A_PAGE", 3)
    # 17:30 in UTC is half past midnight of the next day in Vietnam.
    rows = [
        entry("hung-dao", 2, "group_add", f"Tổ {n}", datetime(2026, 10, n, 17, 30, tzinfo=UTC)) for n in range(1, 6)
    ]
    await signed_in(browser, [*rows, entry("hung-dao", 1, "targets", "mục tiêu")])
    _, page = await browser.get(f"{PAGE}?staff=2")
    assert "Tổ 5" in page and "Tổ 3" in page and "Tổ 2" not in page and "mục tiêu" not in page
    assert "trang 1 trên 2" in page
    _, page = await browser.get(f"{PAGE}?staff=2&page=2")
    assert "Tổ 2" in page and "Tổ 3" not in page
    _, page = await browser.get(f"{PAGE}?since=2026-10-03&until=2026-10-03")
    assert "Tổ 2" in page and "03/10/2026 00:30" in page and "Tổ 3" not in page
    _, page = await browser.get(f"{PAGE}?action=targets")
    assert "mục tiêu" in page and "Tổ 5" not in page
    for odd in (
        "staff=x&page=0",
        "since=hôm qua",
        "until=9999-12-31&since=0001-01-01",
        "page=99999999999",
        "action=%00",
    ):
        assert (await browser.get(f"{PAGE}?{odd}"))[0] == 200


async def test_the_download_is_what_the_filter_shows_and_is_itself_written_down(browser: Browser) -> None:
    await signed_in(browser, [entry("hung-dao", 2, "group_add", "=1+1"), entry("hung-dao", 1, "targets")])
    _, body = await browser.get(f"{PAGE}.csv?action=group_add")
    rows = list(csv.reader(io.StringIO(body.removeprefix("\ufeff"))))
    assert rows[0] == list(audit_log.COLUMNS) and len(rows) == 2
    assert rows[1][1:] == ["Mai", "Thêm tổ", "'=1+1"]
    assert "Tải xuống" in (await browser.get(PAGE))[1]


def test_it_is_never_changed_or_deleted_from(database: Database) -> None:
    database.write_now(lambda session: session.add(entry("hung-dao", None, "export", "xlsx")))
    for statement in (
        delete(AuditEntry),
        update(AuditEntry).values(action="nothing"),
        update(AuditEntry).values(detail="something else"),
        update(AuditEntry).values(detail="", staff_id=None, at=utc_now()),
    ):
        with pytest.raises(DatabaseError, match="audit log"):
            database.write_now(lambda session, one=statement: session.execute(one))
    database.write_now(lambda session: session.execute(update(AuditEntry).values(detail="")))
    kept = database.read_now(lambda session: session.exec(select(AuditEntry)).one())
    assert (kept.action, kept.detail) == ("export", "")
    with pytest.raises(DatabaseError, match="audit log"), database.engine.begin() as connection:
        connection.execute(text("DELETE FROM audit_entry"))


async def test_every_deed_is_named_in_vietnamese(browser: Browser) -> None:
    """Whoever adds a deed adds its words; the source is looked through for the calls."""
    import re
    from pathlib import Path

    from bot.staff.context import staff_texts

    found: set[str] = set()
    for file in (Path(audit_log.__file__).parent).rglob("*.py"):
        found |= set(re.findall(r'audit\(\s*session, request, "(\w+)"', file.read_text(encoding="utf-8")))
    assert len(found) > 30
    assert not [deed for deed in found if f"audit_{deed}" not in staff_texts()]
