"""Every page of the staff site in Chromium: accessible to every role, within a screen, by keyboard, in few clicks.

Set BDHVS_PICTURES to a folder to keep a picture of every page at both widths, for the handbook and to look at.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, expect

from bot.staff.accounts import Role
from bot.staff.menu import menu_of
from bot.store.setup import STEPS
from bot.store.tables import utc_now
from lessons.progress import local_day
from tests.support.full_ward import ASKED, WARD, fill
from tests.support.house import PASSWORD, House
from tests.support.keyboard import Clicks, Keyboard

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

# Set to look at every page with the eyes of every role, which takes minutes.
EVERY_ROLE = os.environ.get("BDHVS_EVERY_ROLE")
PICTURES = os.environ.get("BDHVS_PICTURES")
OFFICE, PHONE = 1366, 360  # pixels wide
PAGE_LIMIT = 300_000  # bytes of a page with all it loads
# Pages that no menu leads to.
LESSON, FACT = "content/lessons/dt-lam-quen", "content/facts/vneid-passcode-length"
FURTHER = {
    Role.STAFF: (
        *("undelivered", "import/groups", "import/roster", "content?kind=facts", FACT, f"{FACT}/edit", "groups/1"),
        *("groups/1/people", "residents/1", f"reports/{local_day(utc_now()).year}", "indicator-settings"),
        *("content/new", "contests/1", "groups?edit=1", "../../me", LESSON),
    ),
    Role.CITY_READER: ("../../compare",),
    Role.ADMINISTRATOR: tuple(f"setup/{step}" for step in STEPS),
}


async def sign_in(page: Page, house: House, username: str) -> None:
    await page.goto(f"{house.url}/staff/sign-in")
    await page.get_by_label("Tên đăng nhập").fill(username)
    await page.get_by_label("Mật khẩu").fill(PASSWORD)
    await page.get_by_role("button", name="Đăng nhập").click()
    await page.wait_for_url(re.compile(r"/staff/(w/.*)?$"))


def paths_of(role: Role) -> list[str]:
    return [*(entry.path for _, entries in menu_of(role) for entry in entries), *FURTHER.get(role, ())]


async def look(page: Page, name: str, phone: bool = True) -> list[str]:
    """What is wrong with the page that is open: by axe, and what scrolls sideways on a phone."""
    found = (await Axe().run(page, options={"resultTypes": ["violations"]})).response["violations"]
    wrong = [f"{name}: {one['id']} {[node['target'] for node in one['nodes']]}" for one in found]
    if not phone:
        return wrong
    await page.set_viewport_size({"width": PHONE, "height": 740})
    if await page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
        wrong.append(f"{name}: scrolls sideways")
    await keep(page, f"{name}-{PHONE}")
    await page.set_viewport_size({"width": OFFICE, "height": 768})
    await keep(page, f"{name}-{OFFICE}")
    return wrong


async def keep(page: Page, name: str) -> None:
    if PICTURES:
        await page.screenshot(path=str(Path(PICTURES) / f"{name}.png"), full_page=True)


@pytest.mark.timeout(600)
async def test_every_page_is_accessible_to_every_role_and_fits_a_phone(chromium: Browser, house: House) -> None:
    fill(house)
    wrong: list[str] = []
    seen: set[str] = set()  # a page has the same parts for every role: each is looked at where it shows most
    # and only asked for by the others
    for role in Role:
        context = await chromium.new_context(locale="vi-VN", viewport={"width": OFFICE, "height": 768})
        page = await context.new_page()
        await sign_in(page, house, role.value)
        for path in paths_of(role):
            address = f"{house.url}/staff/w/{WARD}/{path}"
            if path in seen and path and not EVERY_ROLE:
                assert (await page.request.get(address)).status == 200, (role, path)
                continue
            response = await page.goto(address)
            assert response is not None and response.status == 200, (role, path)
            sizes = await page.evaluate(
                "performance.getEntries().reduce((sum, one) => sum + (one.encodedBodySize || 0), 0)"
            )
            assert sizes < PAGE_LIMIT, (path, sizes)
            name = re.sub(r"[^a-z0-9]", "-", path) or "overview"
            wrong += await look(page, f"{role.value}-{name}", not path or path not in seen)
            seen.add(path)
        if Role.STAFF is role:
            await page.get_by_role("button", name="Xem trên từng kênh").click()
            wrong += await look(page, "content-preview")
        await context.close()
    assert not wrong, "\n".join(wrong)


async def done(page: Page, says: str) -> None:
    await expect(page.get_by_role("status")).to_contain_text(says)


async def test_the_commonest_tasks_take_few_clicks(chromium: Browser, house: House) -> None:
    fill(house)
    page = await (await chromium.new_context(locale="vi-VN", viewport={"width": OFFICE, "height": 768})).new_page()
    await sign_in(page, house, "staff")
    overview = page.url

    answer = Clicks(page)
    await answer.click("link", "câu hỏi chờ trả lời")
    await answer.fold_out("Trả lời")
    await page.get_by_label("Câu trả lời (tối đa").first.fill("Giấy khai sinh của cháu. Nguồn: Luật Cư trú.")
    await answer.click("button", "Lưu")
    await done(page, "Đã lưu")
    assert answer.count <= 4

    await page.goto(overview)
    report = Clicks(page)
    await report.click("link", "Báo cáo")
    await report.click("link", "Báo cáo năm")
    async with page.expect_download() as download:
        await report.click("link", "Tải Word")
    assert (await download.value).suggested_filename.endswith(".docx")
    assert report.count <= 4

    await page.goto(overview)
    push = Clicks(page)
    await push.click("link", "Thông báo")
    await page.get_by_label("Bài học", exact=True).select_option(label="Gọi điện, nhắn tin và lưu danh bạ")
    await push.click("button", "Xem lời mời")
    await expect(page.locator("main")).to_contain_text("mời bạn học bài: Gọi điện")
    await push.click("button", "Xác nhận gửi")
    await done(page, "Đã xác nhận")
    assert push.count + 2 <= 6, "choosing from the list counts as two"


async def test_the_commonest_tasks_are_done_by_keyboard(chromium: Browser, house: House) -> None:
    fill(house)
    page = await (await chromium.new_context(locale="vi-VN", viewport={"width": OFFICE, "height": 768})).new_page()
    keys = Keyboard(page)
    await page.goto(f"{house.url}/staff/sign-in")
    await keys.write("Tên đăng nhập", "staff")
    await keys.write("Mật khẩu", PASSWORD)
    await keys.press("Đăng nhập")
    await keys.press(f"{len(ASKED)} câu hỏi chờ trả lời")
    await keys.unfold("Trả lời")
    await keys.write("Câu trả lời (tối đa", "Mở từ 19 giờ thứ bảy.")
    await keys.press("Lưu")
    await done(page, "Đã lưu")
    await keys.press("Gặp cán bộ")
    await keys.write("Trả lời (tối đa", "Bác mang theo thẻ căn cước nhé.")
    await keys.press("Gửi")
    await done(page, "Đã gửi")
    await keys.press("Kết thúc")
    await done(page, "Đã kết thúc")
    await keys.press("Thông báo")
    await keys.write("Nội dung", "Tối mai học ở nhà văn hóa.")
    await keys.press("Xem trước")
    await done(page, "bản nháp")
    await keys.press("Xác nhận gửi")
    await done(page, "Đã xác nhận")
    await keys.press("Tổ dân phố, thôn")
    await keys.write("Tên", "Tổ 11")
    await keys.press("Thêm")
    await done(page, "Đã thêm")
    await keys.press("Câu đã trả lời")
    await keys.unfold("Sửa hoặc rút lại")
    await keys.write("Câu trả lời (tối đa", "Tối chủ nhật, tại nhà văn hóa.")
    await keys.press("Lưu")
    await done(page, "Đã")
    await keys.press("Yêu cầu dữ liệu")
    await keys.press("Đã xong")
    await done(page, "thực hiện xong")
    await keys.press("Sửa nội dung")
    await keys.press("vneid-passcode-length")
    await keys.press("Giữ bản đã sửa")
    await keys.press("Tôi đã đọc, duyệt")
    await done(page, "Đã duyệt")
    await keys.press("Khóa học và câu hỏi")
    await keys.press("Tổng quan")
    await keys.press("Đăng xuất")
    await done(page, "đã đăng xuất")
