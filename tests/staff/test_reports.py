"""Reports on the staff site: edited, frozen, kept, downloaded; within four clicks of the overview."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from docx import Document
from sqlmodel import Session, select

from bot.reports import pdf as pdf_module
from bot.reports.freezing import ChangedReportError, content
from bot.reports.snapshot import digest
from bot.staff.accounts import Role
from bot.store.forget import forget_person
from bot.store.tables import Attempt, FrozenReport, Person, ResidentialGroup, utc_now
from tests.support.house import House
from tests.support.staff_browser import Browser

HOME = "/staff/w/hung-dao"
YEAR = f"{HOME}/reports/{utc_now().year}"
AREA = re.compile(r'<textarea id="b-(\w+)"[^>]*>([^<]*)</textarea>')


def learners(house: House, count: int) -> None:
    """Residents of one group who answered a lesson."""

    def unit(session: Session) -> None:
        group = session.exec(select(ResidentialGroup)).one().id
        for number in range(1, count + 1):
            session.add(Person(id=number, ward_code="hung-dao", group_id=group))
            session.flush()
            values: dict[str, Any] = {"person_id": number, "ward_code": "hung-dao", "group_id": group}
            values |= {"course_id": "dt", "lesson_id": "l", "lesson_version": "1", "question_id": "q"}
            values |= {"question_count": 1, "chosen": "a", "correct": True, "answered_at": utc_now()}
            session.add(Attempt(key=f"k{number}", **values))

    house.database.write_now(unit)


async def blocks(browser: Browser) -> dict[str, str]:
    """The words of the draft with every place filled in."""
    _, page = await browser.get(YEAR)
    return {name: text.replace("[", "").replace("]", "") for name, text in AREA.findall(page)}


async def frozen(browser: Browser) -> FrozenReport:
    """Freeze the draft; its row."""
    status, page = await browser.submit(YEAR, f"{YEAR}/freeze", **await blocks(browser))
    assert status == 200 and "Đã chốt" in page
    rows = browser.house.database.read_now(lambda session: session.exec(select(FrozenReport)).all())
    return max(rows, key=lambda row: row.id or 0)


async def word(browser: Browser, path: str) -> tuple[str, list[list[str]]]:
    """The text and the cells of a document."""
    async with browser.http.get(browser.house.url + path) as response:
        assert response.status == 200, await response.text()
        document = Document(io.BytesIO(await response.read()))
    cells = [[cell.text for row in table.rows for cell in row.cells] for table in document.tables]
    return "\n".join(one.text for one in document.paragraphs), cells


async def begun(browser: Browser, role: Role = Role.STAFF) -> None:
    browser.house.group("hung-dao", "Tổ 1", 60)
    learners(browser.house, 6)
    browser.house.staff("lan", {"hung-dao": role})
    await browser.sign_in("lan")


async def test_the_yearly_report_is_three_clicks_from_the_overview(browser: Browser) -> None:
    await begun(browser)
    _, overview = await browser.get(f"{HOME}/")
    assert f'href="{HOME}/reports"' in overview
    _, page = await browser.get(f"{HOME}/reports")
    year = utc_now().year
    assert f'href="reports/{year}"' in page and "chậm nhất ngày" in page and "Ban Thi đua - Khen thưởng" in page
    _, draft = await browser.get(YEAR)
    assert f'href="{YEAR}/file.docx"' in draft
    said, cells = await word(browser, f"{YEAR}/file.docx")
    assert "DỰ THẢO" in cells[0][0] and "BÁO CÁO" in said


async def test_words_are_kept_and_begin_the_next_report_where_they_last(browser: Browser) -> None:
    await begun(browser)
    changed = {**await blocks(browser), "signer": "Phạm Văn Mẫu", "models": "Tổ 1 học tối thứ bảy."}
    _, page = await browser.submit(YEAR, YEAR, **changed)
    assert "Đã lưu phần lời" in page and "Tổ 1 học tối thứ bảy." in page
    _, other = await browser.get(f"{YEAR}-H1")
    assert "Phạm Văn Mẫu" in other and "thứ bảy" not in other


async def test_a_report_with_places_to_fill_in_is_not_frozen_and_nothing_typed_is_lost(browser: Browser) -> None:
    await begun(browser)
    given = {**await blocks(browser), "next": "[Ghi việc làm]", "limits": "Ít người lớn tuổi."}
    status, page = await browser.submit(YEAR, f"{YEAR}/freeze", **given)
    assert status == 400 and "Chưa chốt được" in page and "Ít người lớn tuổi." in page
    assert f'action="{YEAR}"' in page and f'href="{YEAR}/file.docx"' in page, "the page stands at another address now"
    assert browser.house.database.read_now(lambda session: session.exec(select(FrozenReport)).all()) == []


async def test_what_is_frozen_does_not_change_when_people_and_groups_do(browser: Browser) -> None:
    await begun(browser)
    row = await frozen(browser)
    before = await word(browser, f"{HOME}/reports/frozen/{row.id}/file.docx")

    def unit(session: Session) -> None:
        forget_person(session, 1)
        group = session.exec(select(ResidentialGroup)).one()
        group.name, group.adults = "Tổ đổi tên", 999

    browser.house.database.write_now(unit)
    assert await word(browser, f"{HOME}/reports/frozen/{row.id}/file.docx") == before
    _, page = await browser.get(f"{HOME}/reports/frozen/{row.id}")
    assert row.sha256 in page and "Lan chốt ngày" in page and "Tổ đổi tên" not in page
    assert digest(row.body) == row.sha256 and row.sha256[:16] in before[0] and "DỰ THẢO" not in before[1][0][0]
    again = await frozen(browser)
    assert again.sha256 != row.sha256


async def test_a_body_that_was_changed_in_the_database_is_not_shown_as_frozen(browser: Browser) -> None:
    await begun(browser)
    row = await frozen(browser)
    row.body = row.body.replace("Tổ 1", "Tổ 2")
    with pytest.raises(ChangedReportError):
        content(row)


async def test_who_oversees_reads_frozen_reports_only_and_others_see_none(browser: Browser) -> None:
    await begun(browser)
    row = await frozen(browser)
    browser.house.staff("mai", {"hung-dao": Role.READ_ONLY})
    browser.house.staff("tam", {"hung-dao": Role.LEADER})
    browser.house.staff("tu", {"tu-ky": Role.ADMINISTRATOR})
    expected = {"mai": (200, 200, 403), "tam": (403, 403, 403), "tu": (404, 404, 404)}
    for name, statuses in expected.items():
        await browser.submit(f"{HOME}/my-alerts", "/staff/sign-out") if name == "mai" else await browser.submit(
            "/staff/", "/staff/sign-out"
        )
        await browser.sign_in(name)
        paths = (f"{HOME}/reports", f"{HOME}/reports/frozen/{row.id}", YEAR)
        assert tuple([(await browser.get(path))[0] for path in paths]) == statuses
    assert (await browser.get(f"/staff/w/tu-ky/reports/frozen/{row.id}"))[0] == 404


async def test_without_libreoffice_there_is_no_button_and_a_line_says_why(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf_module, "COMMANDS", ("no-such-program",))
    await begun(browser)
    _, page = await browser.get(YEAR)
    assert "file.pdf" not in page and "chưa cài LibreOffice" in page
    assert (await browser.get(f"{YEAR}/file.pdf"))[0] == 503


async def test_reports_of_the_future_and_of_odd_periods_do_not_exist(browser: Browser) -> None:
    await begun(browser)
    for path in (f"{HOME}/reports/{utc_now().year + 1}", f"{HOME}/reports/1999", f"{HOME}/reports/2026-H2"):
        assert (await browser.get(path))[0] == 404


async def test_awards_are_proposed_by_the_criteria_of_the_form(browser: Browser) -> None:
    await begun(browser)
    status, page = await browser.get(f"{YEAR}/awards?lessons=1&right_percent=x&residents=0")
    assert status == 200 and "ít nhất 1 bài" in page and "từ 80%" in page and "nhiều nhất 10 người" in page
    assert "có 6 người đủ tiêu chí" in page and "Tờ trình đề nghị khen thưởng" in page
    said, _ = await word(browser, f"{YEAR}/awards.docx?lessons=1")
    assert "ít nhất 1 bài" in said and "DANH SÁCH" in said
