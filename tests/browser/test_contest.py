"""A contest in Chromium from creation to certificates, and a live one on projector and phone."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.async_api import Browser, Page, expect
from sqlmodel import Session, select

from bot.staff.accounts import Role
from bot.store.contest_tables import Contest, ContestRound
from bot.store.contests import questions_of
from bot.store.tables import utc_now
from tests.browser.test_staff_site import OFFICE, keep, look, sign_in
from tests.contest.live import add_players, live_contest
from tests.support.browser import PHONE
from tests.support.house import House

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
LIST = "/staff/w/hung-dao/contests"


async def end_of_window(house: House) -> None:
    """Its days are over."""

    def unit(session: Session) -> None:
        row = session.exec(select(Contest)).one()
        row.starts_at, row.ends_at = utc_now() - timedelta(hours=2), utc_now() - timedelta(minutes=10)

    house.database.write_now(unit)


async def plays(page: Page, house: House, code: str) -> None:
    """A resident scans the code, agrees, answers every question."""
    await page.goto(f"{house.url}/?g=thi-{code}")
    for label in ("Đồng ý (từ 16 tuổi)", "Tổ 1", "Bỏ qua", "Vào thi bằng bí danh"):
        await page.get_by_role("button", name=label, exact=True).last.click()
    for number in (1, 2, 3):
        await expect(page.get_by_text(f"Câu {number}/3")).to_be_visible()
        await keep(page, f"contest-chat-{number}")
        await page.locator("#talk .bot").last.get_by_role("button").first.click()
    await expect(page.get_by_text("Bạn đã làm xong bài thi")).to_be_visible()


@pytest.mark.timeout(300)
async def test_from_creation_to_certificates(chromium: Browser, page: Page, house: House) -> None:
    house.group("hung-dao", "Tổ 1", 100)
    house.staff("lan", {"hung-dao": Role.STAFF})
    context = await chromium.new_context(locale="vi-VN", viewport={"width": OFFICE, "height": 768})
    staff = await context.new_page()
    await sign_in(staff, house, "lan")
    await staff.goto(house.url + LIST)
    await staff.get_by_label("Tên cuộc thi").fill("Hội thi Bình dân học vụ số")
    await staff.get_by_label("Thể lệ").fill("Mỗi người làm một lần, làm lúc nào cũng được.")
    await staff.get_by_label("Giải thưởng").fill("Giải nhất: bộ sách\nGiải nhì: bút")
    await staff.get_by_label("Mở lúc").fill("2026-01-01T08:00")
    await staff.get_by_label("Đóng lúc").fill("2026-02-01T08:00")
    for label, count in (("Số câu dễ", "3"), ("Số câu vừa", "0"), ("Số câu khó", "0")):
        await staff.get_by_label(label).fill(count)
    await staff.get_by_label("Tổ, thôn cần ít nhất").fill("1")
    wrong = await look(staff, "contests-form")
    await staff.get_by_role("button", name="Lưu bản nháp").click()
    await expect(staff.get_by_text("Đã lưu bản nháp")).to_be_visible()
    wrong += await look(staff, "contest-draft")
    await staff.get_by_role("button", name="Mở cuộc thi").click()
    await expect(staff.get_by_alt_text("Mã QR vào cuộc thi")).to_be_visible()

    def now(session: Session) -> str:
        row = session.exec(select(Contest)).one()
        row.starts_at, row.ends_at = utc_now() - timedelta(hours=1), utc_now() + timedelta(hours=1)
        return row.code

    code = house.database.write_now(now)
    await plays(page, house, code)
    await end_of_window(house)
    await staff.goto(f"{house.url}{LIST}/1")
    await staff.get_by_role("button", name="Chốt kết quả").click()
    await staff.get_by_role("button", name="Công bố").click()
    await expect(staff.get_by_text("đã công bố", exact=False).first).to_be_visible()
    wrong += await look(staff, "contest-result")
    async with staff.expect_download() as download:
        await staff.get_by_role("link", name="Tải Excel").click()
    assert (await download.value).suggested_filename == f"ket-qua-{code}.xlsx"
    answer = await staff.request.get(f"{house.url}{LIST}/1/certificates.pdf")
    assert answer.status == 200 and (await answer.body()).startswith(b"%PDF")
    await staff.goto(f"{house.url}/thi/{code}")
    await expect(staff.get_by_text("Mã kết quả")).to_be_visible()
    wrong += await look(staff, "contest-public")
    assert not wrong, wrong
    await context.close()


@pytest.mark.timeout(300)
async def test_live_on_the_projector_and_a_phone(chromium: Browser, page: Page, house: House) -> None:
    house.staff("lan", {"hung-dao": Role.STAFF})
    contest_id, code = live_contest(house.database, house.application.material.catalogue, 2)
    (session,) = add_players(house.database, contest_id, 1)
    context = await chromium.new_context(locale="vi-VN", viewport={"width": OFFICE, "height": 768})
    host = await context.new_page()
    await sign_in(host, house, "lan")
    await host.goto(f"{house.url}{LIST}/{contest_id}")
    await host.get_by_role("link", name="Mở màn chiếu").click()
    await expect(host.get_by_text("Đã vào thi: 1")).to_be_visible()
    wrong = await look(host, "host-lobby")
    await page.context.add_cookies([{"name": "bdhvs_session", "value": session, "url": house.url}])
    await page.goto(f"{house.url}/thi/{code}/choi")
    await expect(page.get_by_text("Chờ câu hỏi đầu tiên")).to_be_visible()
    await host.get_by_label("Tắt hiệu ứng chuyển động").check()
    await host.get_by_role("button", name="Bắt đầu").click()
    await expect(page.locator("#options button").first).to_be_enabled()
    await expect(host.get_by_text("Đã trả lời: 0/1")).to_be_visible()
    wrong += [*await look(host, "host-question"), *await look(page, "player-question")]
    await page.set_viewport_size(PHONE)  # type: ignore[arg-type]

    def answer(session: Session) -> str:
        asked = session.exec(select(ContestRound.number)).one()
        question = questions_of(session, contest_id)[asked][1]
        return question.option(question.correct[0]).text

    await page.get_by_role("button", name=house.database.read_now(answer), exact=True).click()
    await expect(page.get_by_text(re.compile("Hạng 1 · 1[0-5][0-9] điểm"))).to_be_visible()
    await expect(host.get_by_text("Bảng điểm")).to_be_visible()
    wrong += [*await look(host, "host-board"), *await look(page, "player-shown")]
    await host.get_by_role("button", name="Kết thúc cuộc thi").click()
    await expect(page.get_by_text("Cuộc thi đã kết thúc")).to_be_visible()
    assert not wrong, wrong
    await context.close()
