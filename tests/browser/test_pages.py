"""What a resident and a ward officer do, in a real Chromium on the screen of a small phone."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest
from playwright.async_api import Page, Route, expect

from bot.staff.accounts import Role, make_link
from tests.support.house import PASSWORD, House
from tests.support.learners import learn

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

# Set to a folder to keep the pictures, for the README and the handbook.
PICTURES = os.environ.get("BDHVS_PICTURES")


async def picture(page: Page, name: str) -> None:
    if PICTURES:
        await page.screenshot(path=str(Path(PICTURES) / f"{name}.png"))


def last_reply(page: Page) -> object:
    return page.locator(".bot .said").last


async def ask(page: Page, text: str) -> None:
    await expect(page.locator(".bot").first).to_be_visible()
    before = await page.locator(".bot").count()
    await page.get_by_label("Câu hỏi của bạn").fill(text)
    await page.get_by_label("Câu hỏi của bạn").press("Enter")
    await expect(page.locator(".bot").nth(before)).to_be_visible()


async def tap(page: Page, label: str) -> None:
    button = page.get_by_role("button", name=label).last
    await expect(button).to_be_visible()
    before = await page.locator(".bot").count()
    await button.click()
    await expect(page.locator(".bot").nth(before)).to_be_visible()


async def from_menu(page: Page, title: str) -> None:
    """Open a page of the staff site from its menu, which a narrow screen shows behind a link."""
    if await page.get_by_role("link", name="Mục lục").is_visible():
        await page.get_by_role("link", name="Mục lục").click()
    await page.get_by_role("navigation").get_by_role("link", name=title, exact=True).click()


async def no_sideways_scroll(page: Page) -> None:
    wide = await page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    assert not wide


async def test_a_resident_arrives_by_a_link_agrees_asks_and_learns(page: Page, house: House) -> None:
    code = house.group("hung-dao", "Tổ 5", 300)
    await page.goto(f"{house.url}/?g={code}")
    await expect(page.locator(".talk")).to_contain_text("trợ lý tự động")
    await expect(page.locator(".talk")).to_contain_text("Tổ 5")
    assert "g=" not in page.url
    await picture(page, "chat-welcome")
    await tap(page, "Đồng ý")
    await ask(page, "han gui bao cao hang nam la ngay nao")
    await expect(page.locator(".talk")).to_contain_text("05/12")
    await page.locator(".source summary").last.click()
    await expect(page.locator(".source").last).to_contain_text("Mục: VI. TỔ CHỨC THỰC HIỆN")
    await no_sideways_scroll(page)
    await picture(page, "chat")
    await ask(page, "học bài")
    await learn_first_lesson(page)
    await ask(page, "tiến độ của tôi")
    await expect(page.locator(".bot .said").last).to_contain_text("1")
    await picture(page, "chat-progress")
    await page.reload()
    await expect(page.locator(".talk")).to_contain_text("05/12")


async def learn_first_lesson(page: Page) -> None:
    """Open the first course and lesson, read every card and answer every question."""
    await page.locator(".choices").last.get_by_role("button").first.click()
    for _ in range(40):
        await asyncio.sleep(0.15)
        said = await page.locator(".bot").last.inner_text()
        if "Học tiếp bài" in said or "hoàn thành" in said.lower() or "Bài tiếp theo" in said:
            return
        choices = page.locator(".choices").last
        if await choices.get_by_role("button", name="Xong").count():
            await choices.get_by_role("button").first.click()
            await asyncio.sleep(0.15)
            await page.get_by_role("button", name="Xong").last.click()
        else:
            await choices.get_by_role("button").first.click()
    raise AssertionError(await page.locator(".bot").last.inner_text())


async def test_a_stranger_stays_anonymous_and_is_asked_which_ward(page: Page, house: House) -> None:
    await page.goto(house.url)
    await tap(page, "Dùng ẩn danh")
    await ask(page, "hạn gửi báo cáo hằng năm?")
    await tap(page, "Xã Đại Sơn")
    await expect(page.locator(".talk")).to_contain_text("01/12")
    await ask(page, "giá vé tàu điện ngầm ở Tokyo")
    await expect(page.locator(".bot .said").last).to_contain_text("Chưa có trong tài liệu")
    await picture(page, "chat-abstain")


async def test_text_is_shown_as_text(page: Page, house: House) -> None:
    await page.goto(house.url)
    await ask(page, "<img src=x onerror=alert(1)><b>đậm</b>")
    await expect(page.locator(".resident").last).to_contain_text("<b>đậm</b>")
    assert await page.locator(".resident b, .resident img, .bot b").count() == 0


async def test_a_message_written_without_a_network_is_sent_later_once(page: Page, house: House) -> None:
    await page.goto(house.url)
    await expect(page.locator(".bot").first).to_be_visible()
    await page.context.set_offline(True)
    await page.get_by_label("Câu hỏi của bạn").fill("quên passcode VNeID")
    await page.get_by_role("button", name="Gửi").click()
    await expect(page.locator("#offline")).to_be_visible()
    await page.context.set_offline(False)
    await expect(page.locator(".talk")).to_contain_text("Quên passcode")
    await expect(page.locator("#offline")).to_be_hidden()
    assert await page.locator(".resident").count() == 1


async def test_the_chat_works_by_keyboard_and_in_large_type(page: Page, house: House) -> None:
    await page.goto(house.url)
    await expect(page.locator(".choices button").first).to_be_visible()
    small = await page.evaluate("getComputedStyle(document.documentElement).fontSize")
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("button", name="Chữ to")).to_be_focused()
    await page.keyboard.press("Enter")
    large = await page.evaluate("getComputedStyle(document.documentElement).fontSize")
    assert large > small
    await page.get_by_role("button", name="Chữ rất to").click()
    assert await page.evaluate("getComputedStyle(document.documentElement).fontSize") > large
    await no_sideways_scroll(page)
    await page.reload()
    await expect(page.get_by_role("button", name="Chữ vừa")).to_be_visible()
    await picture(page, "chat-largest")
    await no_sideways_scroll(page)
    await page.get_by_role("button", name="Chữ vừa").click()
    assert await page.evaluate("getComputedStyle(document.documentElement).fontSize") == small
    for _ in range(3):
        await page.keyboard.press("Tab")
        if await page.evaluate("document.activeElement.closest('.choices') !== null"):
            break
    await page.keyboard.press("Enter")
    await expect(page.locator(".resident")).to_have_count(1)
    await page.get_by_label("Câu hỏi của bạn").focus()
    await page.keyboard.type("quên passcode VNeID")
    await page.keyboard.press("Enter")
    await expect(page.locator(".talk")).to_contain_text("Quên passcode")
    await picture(page, "chat-large")


async def test_letters_are_made_larger_before_anything_is_said(page: Page, house: House) -> None:
    held = asyncio.Event()

    async def slow(route: Route) -> None:
        await held.wait()
        await route.continue_()

    await page.route("**/api/chat/history", slow)
    await page.goto(house.url, wait_until="commit")
    await page.get_by_role("button", name="Chữ to").click()
    await expect(page.get_by_role("button", name="Chữ rất to")).to_be_visible()
    await expect(page.locator(".talk > *")).to_have_count(0)
    held.set()
    await expect(page.locator(".choices button").first).to_be_visible()


@pytest.mark.speech
async def test_a_card_is_heard_under_the_strict_policy(page: Page, house: House) -> None:
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text) if "Content Security" in message.text else None)
    await page.goto(house.url)
    await ask(page, "học bài")
    await tap(page, "Học từ đầu")
    await tap(page, "Đọc cho tôi nghe")
    for _ in range(50):
        seconds = await page.locator("audio").evaluate("sound => sound.duration")
        if seconds and seconds > 2:
            break
        await asyncio.sleep(0.1)
    assert seconds and seconds > 2, await page.locator("audio").evaluate("sound => sound.error?.message")
    assert refused == []
    await no_sideways_scroll(page)
    await picture(page, "chat-listen")


@pytest.mark.parametrize("width", [360, 1366])
async def test_staff_sign_in_see_participation_and_add_a_group(page: Page, house: House, width: int) -> None:
    await page.set_viewport_size({"width": width, "height": 768})
    token = house.database.write_now(lambda session: make_link(session, None))
    await page.goto(f"{house.url}/staff/first/{token}")
    await page.get_by_label("Tên đăng nhập").fill("lan")
    await page.get_by_label("Họ tên hiển thị").fill("Nguyễn Thị Lan")
    await page.get_by_label("Mật khẩu", exact=True).fill(PASSWORD)
    await page.get_by_label("Nhập lại mật khẩu").fill(PASSWORD)
    await page.get_by_role("button", name="Lưu và đăng nhập").click()
    await page.get_by_role("link", name="Phường Hưng Đạo").click()
    await from_menu(page, "Tổ dân phố, thôn")
    for name, adults in (("Tổ 1", "320"), ("Tổ 2", "410")):
        await page.get_by_label("Tên", exact=True).first.fill(name)
        await page.get_by_label("Số người trưởng thành").first.fill(adults)
        await page.get_by_role("button", name="Thêm").click()
        await expect(page.get_by_role("status")).to_contain_text("Đã thêm")
    await no_sideways_scroll(page)
    await picture(page, f"staff-groups-{width}")
    for number in range(24):
        learn(house, "hung-dao", f"Tổ {1 + number % 2}", lessons=1 + number % 4, right=1 + number % 7)
    await from_menu(page, "Tổng quan")
    await expect(page.locator("#participation")).to_contain_text("410")
    await no_sideways_scroll(page)
    await picture(page, f"staff-{width}")
    async with page.expect_download() as download:
        await page.get_by_role("link", name="Tải Excel").click()
    assert (await download.value).suggested_filename.startswith("tham-gia-hung-dao-")
    await page.get_by_role("button", name="Đăng xuất").click()
    await expect(page.get_by_role("status")).to_contain_text("đã đăng xuất")


async def test_a_residents_lesson_is_counted_for_the_group_and_deleted_on_request(page: Page, house: House) -> None:
    code = house.group("hung-dao", "Tổ 5", 300)
    house.staff("lan", {"hung-dao": Role.STAFF})
    await page.goto(f"{house.url}/?g={code}")
    await tap(page, "Đồng ý")
    await ask(page, "học bài")
    await learn_first_lesson(page)
    await page.goto(f"{house.url}/staff/sign-in")
    await page.get_by_label("Tên đăng nhập").fill("lan")
    await page.get_by_label("Mật khẩu").fill(PASSWORD)
    await page.get_by_role("button", name="Đăng nhập").click()
    row = page.locator("#participation tbody tr").filter(has_text="Tổ 5")
    cells = await row.locator("td").all_inner_texts()
    assert cells[:2] == ["300", "1"]
    assert cells[3:5] == ["1", "1"]
    assert int(cells[5]) >= 4
    await page.goto(house.url)
    await ask(page, "xóa dữ liệu của tôi")
    await expect(page.locator(".bot .said").last).to_contain_text("Không lấy lại được")
    await tap(page, "Xóa hết")
    await expect(page.locator(".talk")).to_contain_text("Đã xóa hết")
    await page.goto(f"{house.url}/staff/w/hung-dao/")
    after = await row.locator("td").all_inner_texts()
    assert after[1] == "0"
    assert after[4:6] == cells[4:6]


async def test_an_answer_by_staff_reaches_who_asked_to_be_told_on_a_phone(page: Page, house: House) -> None:
    code = house.group("hung-dao", "Tổ 5", 300)
    house.staff("lan", {"hung-dao": Role.STAFF})
    await page.goto(f"{house.url}/?g={code}")
    await tap(page, "Đồng ý")
    await ask(page, "bao giờ có thư viện ở ngõ này")
    if await page.get_by_role("button", name="Không phải các việc này").count():
        await tap(page, "Không phải các việc này")
    await tap(page, "Báo cho tôi khi có trả lời")
    await sign_in(page, house)
    for name in ("offices", "answers", "questions"):
        await page.goto(f"{house.url}/staff/w/hung-dao/{name}")
        await no_sideways_scroll(page)
    await page.locator("summary").first.click()
    await page.get_by_label("Câu trả lời").fill("Thư viện mở từ tháng 01/2027.")
    await no_sideways_scroll(page)
    await picture(page, "staff-questions")
    await page.get_by_role("button", name="Lưu và báo cho 1 người").click()
    await expect(page.get_by_role("status")).to_contain_text("gửi cho những người muốn được báo")
    await page.goto(house.url)
    await expect(page.locator(".bot .said").last).to_contain_text("Thư viện mở từ tháng 01/2027.")
    await tap(page, "Chưa đúng")
    await page.goto(f"{house.url}/staff/w/hung-dao/questions")
    await expect(page.locator("main")).to_contain_text("1 lượt báo câu trả lời chưa đúng")


async def sign_in(page: Page, house: House) -> None:
    await page.goto(f"{house.url}/staff/sign-in")
    await page.get_by_label("Tên đăng nhập").fill("lan")
    await page.get_by_label("Mật khẩu").fill(PASSWORD)
    await page.get_by_role("button", name="Đăng nhập").click()
    await expect(page.get_by_role("button", name="Đăng xuất")).to_be_visible()
