"""Importing on the staff site: seen before it is taken in, taken back, hostile files refused; posters to print."""

from __future__ import annotations

import io
import zipfile

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader

from bot.staff.accounts import Role
from tests.support.staff_browser import Browser
from tests.support.tables_of_people import GROUP_HEADINGS, group_rows, workbook

GROUPS = "/staff/w/hung-dao/import/groups"
ROSTER = "/staff/w/hung-dao/import/roster"


async def signed_in(browser: Browser, role: Role = Role.STAFF) -> Browser:
    browser.house.staff("lan", {"hung-dao": role})
    await browser.sign_in("lan")
    return browser


async def test_staff_see_what_a_file_does_take_it_in_and_take_it_back(browser: Browser) -> None:
    await signed_in(browser)
    content = workbook(GROUP_HEADINGS, [*group_rows(2), (3, "Thôn Đông", "làng")])
    status, page = await browser.send_file(GROUPS, GROUPS, "to.xlsx", content)
    assert status == 200 and "<strong>2</strong> dòng sẽ thêm" in page
    assert "Dòng 4, cột “Loại”: “làng” chưa đúng" in page
    assert "Tổ dân phố số 1" not in (await browser.get("/staff/w/hung-dao/groups"))[1], "nothing is in yet"
    _, page = await browser.submit(f"{GROUPS}/1", f"{GROUPS}/1/confirm")
    assert "Đã nhập xong" in page and "Đã thêm <strong>2</strong>" in page
    _, page = await browser.get("/staff/w/hung-dao/groups")
    assert "1.200 người, 800 người trưởng thành, 300 hộ" in page and "Tổ trưởng: Ông A" in page
    _, page = await browser.submit(GROUPS, f"{GROUPS}/1/undo")
    assert "Đã hoàn tác" in page
    assert "Tổ dân phố số 1" not in (await browser.get("/staff/w/hung-dao/groups"))[1]
    assert (await browser.submit(GROUPS, f"{GROUPS}/1/undo"))[0] == 404


async def test_learners_need_consent_and_are_counted_once(browser: Browser) -> None:
    browser.house.group("hung-dao", "Tổ 1", 300)
    await signed_in(browser)
    content = "Tên gọi,Tổ dân phố / thôn,Nhóm tuổi\nbà Tám,Tổ 1,72\nông Ba,Tổ 1,\n".encode()
    await browser.send_file(ROSTER, ROSTER, "nguoi.csv", content)
    _, page = await browser.submit(f"{ROSTER}/1", f"{ROSTER}/1/confirm")
    assert "xác nhận đã hỏi" in page
    _, page = await browser.submit(f"{ROSTER}/1", f"{ROSTER}/1/confirm", agreed="on")
    assert "Đã thêm <strong>2</strong>" in page
    _, page = await browser.send_file(ROSTER, ROSTER, "nguoi.csv", content)
    assert "đã có người tên này trong tổ" in page and "Không có dòng nào nhập được" in page
    _, page = await browser.get("/staff/w/hung-dao/")
    assert ">2<" in page.split("Tổ 1")[-1]


def bomb() -> bytes:
    """A zip that says it holds a gigabyte."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("xl/workbook.xml", b"0" * (70 * 1024 * 1024))
    return out.getvalue()


def laugh(number: int) -> str:
    return f"&b{number};"


def entities() -> bytes:
    """A workbook whose sheet is a billion laughs."""
    entities = "".join(f'<!ENTITY b{n + 1} "{40 * laugh(n)}">' for n in range(8))
    laughs = f'<!DOCTYPE a [<!ENTITY b0 "ha">{entities}]><worksheet>&b8;</worksheet>'
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook(("Tên",), [("Tổ 1",)]))) as good,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as bad,
    ):
        for name in good.namelist():
            bad.writestr(name, laughs if name.endswith("sheet1.xml") else good.read(name))
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("to.exe", b"MZ", "không phải bảng tính"),
        ("to.xlsx", b"PK\x03\x04 broken", "Chưa đọc được tệp"),
        ("to.csv", "Tên\nTổ 1".encode("utf-16"), "UTF-8"),
        ("to.csv", b"", "chọn một tệp"),
        ("to.csv", "Loại\nthôn".encode(), "thiếu cột “Tên”"),
        ("to.csv", "Tên\n".encode(), "không có dòng nào"),
        ("to.csv", ("Tên\n" + "a\n" * 20_002).encode(), "hơn 20000 dòng"),
    ],
)
async def test_a_file_that_is_no_table_is_refused_in_words(
    browser: Browser, name: str, content: bytes, says: str
) -> None:
    await signed_in(browser)
    status, page = await browser.send_file(GROUPS, GROUPS, name, content)
    assert status == 400 and says in page


async def test_bombs_are_refused(browser: Browser) -> None:
    await signed_in(browser)
    for content in (bomb(), entities()):
        status, page = await browser.send_file(GROUPS, GROUPS, "to.xlsx", content)
        assert status == 400 and "Chưa đọc được tệp" in page
    assert (await browser.send_file(GROUPS, GROUPS, "to.csv", b"x" * (6 * 1024 * 1024)))[0] == 413


async def test_other_wards_and_readers_are_kept_out(browser: Browser) -> None:
    house = browser.house
    house.staff("mai", {"hung-dao": Role.READ_ONLY})
    house.staff("tam", {"tu-ky": Role.STAFF})
    await signed_in(browser)
    await browser.send_file(GROUPS, GROUPS, "to.xlsx", workbook(GROUP_HEADINGS, group_rows(1)))
    await browser.submit(GROUPS, "/staff/sign-out")
    await browser.sign_in("mai")
    assert (await browser.get(GROUPS))[0] == 403
    await browser.submit("/staff/w/hung-dao/", "/staff/sign-out")
    await browser.sign_in("tam")
    assert (await browser.get(GROUPS))[0] == 404
    other = GROUPS.replace("hung-dao", "tu-ky")
    assert (await browser.get(f"{other}/1"))[0] == 404
    assert (await browser.submit(other, f"{other}/1/confirm"))[0] == 404


@pytest.mark.parametrize("kind", ["groups", "roster"])
async def test_the_template_can_be_filled_in_and_sent_back(browser: Browser, kind: str) -> None:
    await signed_in(browser)
    for name in ("Tổ dân phố số 1",):
        browser.house.group("hung-dao", name)
    base = f"/staff/w/hung-dao/import/{kind}"
    async with browser.http.get(f"{browser.house.url}{base}/template.xlsx") as response:
        content = await response.read()
    assert load_workbook(io.BytesIO(content)).sheetnames[1] == "Hướng dẫn"
    status, page = await browser.send_file(base, base, "mau.xlsx", content)
    assert status == 200 and "Cần sửa" not in page
    async with browser.http.get(f"{browser.house.url}{base}/template.csv") as response:
        status, page = await browser.send_file(base, base, "mau.csv", await response.read())
    assert status == 200 and "Cần sửa" not in page


async def test_a_poster_a_page_with_link_and_code_in_letters(browser: Browser) -> None:
    await signed_in(browser, Role.READ_ONLY)
    codes = [browser.house.group("hung-dao", name) for name in ("Tổ 10", "Tổ 2", "Khu dân cư Đường Trường Chinh " * 3)]
    async with browser.http.get(f"{browser.house.url}/staff/w/hung-dao/posters.pdf") as response:
        assert response.content_type == "application/pdf"
        pages = [page.extract_text() for page in PdfReader(io.BytesIO(await response.read())).pages]
    assert len(pages) == 3
    assert "Tổ 2 · phường Hưng Đạo" in pages[1] and "Tổ 10" in pages[2]
    letters = "".join(pages[1].split())
    assert codes[1] in letters and "127.0.0.1" in letters and "OTP" in letters
    async with browser.http.get(f"{browser.house.url}/staff/w/tu-ky/posters.pdf") as response:
        assert response.status == 404
