"""What an administrator does, in a real Chromium on a laptop and on a small phone; makes the handbook's pictures."""

from __future__ import annotations

import os
import re
import time
from pathlib import Path

import pyotp
import pytest
from playwright.async_api import Page, expect

from bot.staff.accounts import Role
from tests.support.house import PASSWORD, House

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

PICTURES = os.environ.get("BDHVS_PICTURES")  # a folder for the handbook's pictures
SIZES = {"": {"width": 1366, "height": 768}, "-360": {"width": 360, "height": 740}}
HOME = "/staff/w/hung-dao"
HIDE_FOLDERS = """document.querySelectorAll('.findings dd').forEach(one => {
  one.textContent = one.textContent.replace(/\\/\\S*\\//g, 'var/')
})"""


async def seen_on_both(page: Page, name: str) -> None:
    """The page fits a laptop and a phone; a picture of each where they are wanted."""
    await page.evaluate("scrollTo(0, 0)")
    for ending, size in SIZES.items():
        await page.set_viewport_size(size)  # type: ignore[arg-type]
        wide = await page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
        assert not wide, f"{name} at {size['width']}"
        if PICTURES:
            await page.screenshot(path=str(Path(PICTURES) / f"quan-tri-{name}{ending}.png"), full_page=bool(ending))
    await page.set_viewport_size(SIZES[""])  # type: ignore[arg-type]


async def sign_in(page: Page, house: House) -> None:
    await page.goto(f"{house.url}/staff/sign-in")
    await page.get_by_label("Tên đăng nhập").fill("lan")
    await page.get_by_label("Mật khẩu").fill(PASSWORD)
    await page.get_by_role("button", name="Đăng nhập").click()


async def test_an_administrator_invites_protects_and_looks_after_the_program(page: Page, house: House) -> None:
    house.staff("lan", {"hung-dao": Role.ADMINISTRATOR})
    house.group("hung-dao", "Tổ dân phố 1", 320)
    house.staff("mai", {"hung-dao": Role.STAFF})
    await page.set_viewport_size(SIZES[""])  # type: ignore[arg-type]
    await sign_in(page, house)
    await invite(page)
    app = await set_up_second_factor(page)
    await page.get_by_role("button", name="Đăng xuất").click()
    await sign_in(page, house)
    await seen_on_both(page, "nhap-ma")
    await page.get_by_label("Mã 6 số trong ứng dụng").fill(app.at(int(time.time()) + 30))
    await page.get_by_role("button", name="Đăng nhập").click()
    await page.goto(f"{house.url}{HOME}/audit")
    await expect(page.locator("#audit")).to_contain_text("Mời tài khoản")
    await seen_on_both(page, "nhat-ky")
    await page.get_by_label("Việc", exact=True).select_option(label="Đăng nhập")
    await page.get_by_role("button", name="Lọc").click()
    await expect(page.locator("#audit")).not_to_contain_text("Mời tài khoản")
    async with page.expect_download() as download:
        await page.get_by_role("link", name="Tải CSV").click()
    assert (await download.value).suggested_filename.startswith("nhat-ky-hung-dao-")
    await page.get_by_role("link", name="Hệ thống", exact=True).click()
    await page.get_by_role("button", name="Sao lưu ngay").click()
    await expect(page.get_by_role("status")).to_contain_text("Đã sao lưu")
    # Folders of the machine that made the picture are nobody's business.
    await page.evaluate(HIDE_FOLDERS)
    await seen_on_both(page, "he-thong")


async def invite(page: Page) -> None:
    await page.get_by_role("link", name="Tài khoản", exact=True).click()
    await page.get_by_label("Tên đăng nhập").fill("binh")
    await page.get_by_label("Họ tên hiển thị").fill("Trần Văn Bình")
    await page.locator("#role").select_option("leader")
    await page.locator("#group").select_option(label="Tổ dân phố 1")
    await page.get_by_role("button", name="Tạo đường dẫn mời").click()
    await expect(page.get_by_role("status")).to_contain_text("/staff/first/")
    # A picture of a link that works for a day must not be published.
    await page.evaluate(
        "document.querySelector('.callout .code').textContent = 'https://hoc.phuong.example/staff/first/…'"
    )
    await page.locator("summary").first.click()
    await seen_on_both(page, "tai-khoan")


async def set_up_second_factor(page: Page) -> pyotp.TOTP:
    await page.get_by_role("link", name="Lan", exact=True).click()
    await seen_on_both(page, "toi")
    await page.get_by_role("link", name="Bật mã xác thực").click()
    await page.get_by_label("Mật khẩu đang dùng").fill(PASSWORD)
    await page.get_by_role("button", name="Tiếp tục").click()
    key = re.search(r"khóa: ([A-Z2-7 ]+)", await page.locator("main").inner_text())
    assert key
    await seen_on_both(page, "ma-xac-thuc")
    app = pyotp.TOTP(key[1].replace(" ", ""))
    await page.get_by_label("Mã 6 số ứng dụng đang hiện").fill(app.now())
    await page.get_by_role("button", name="Xác nhận và bật").click()
    await expect(page.locator(".codes li")).to_have_count(8)
    await seen_on_both(page, "ma-du-phong")
    return app
