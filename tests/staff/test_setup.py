"""Setting a ward up on the staff site: chosen, left, gone on with, in use; who may and who may not."""

from __future__ import annotations

import asyncio
import re
from datetime import date

import pytest
from sqlmodel import select

from bot.indicators.figures import ward_figures
from bot.staff.accounts import Role
from bot.staff.goals import goals
from bot.store import setup
from bot.store.tables import AuditEntry, ResidentialGroup, StaffAccount, Ward, WardPlan, utc_now
from tests.support.house import PASSWORD, ChatClient, text_of
from tests.support.learners import learn
from tests.support.new_ward import PLAN_TEXT
from tests.support.staff_browser import Browser

HOME = "/staff/w/hong-bang/setup"


async def begun(browser: Browser) -> Browser:
    browser.house.staff("lan", {"hung-dao": Role.ADMINISTRATOR, "tu-ky": Role.ADMINISTRATOR})
    await browser.sign_in("lan")
    status, page = await browser.submit("/staff/setup", "/staff/setup", ward="hong-bang", only="on")
    assert status == 200 and "Thiết lập phường Hồng Bàng" in page
    return browser


async def reading_is_over(browser: Browser) -> str:
    """The page of the plan when the child process has ended."""
    for _ in range(400):
        _, page = await browser.get(f"{HOME}/plan")
        if "Đang đọc" not in page:
            return page
        await asyncio.sleep(0.2)
    raise AssertionError("the plan was not read")


async def test_all_114_units_are_offered_and_the_chosen_one_is_served_alone(browser: Browser, chat: ChatClient) -> None:
    await begun(browser)
    _, page = await browser.get("/staff/setup")
    assert len(re.findall(r'<option value="[a-z]', page)) == 114
    served = browser.house.database.read_now(
        lambda session: set(session.exec(select(Ward.code).where(Ward.served)).all())
    )
    assert served == {"hong-bang"}
    replies = await chat.say(payload="start:")
    replies = await chat.tap(replies, "Dùng ẩn danh")
    assert "phường Hồng Bàng" in text_of(replies), "the only ward is not asked for"


async def test_wards_in_use_stay_served(browser: Browser) -> None:
    browser.house.group("tu-ky", "Thôn 1")
    await begun(browser)
    served = browser.house.database.read_now(lambda session: session.exec(select(Ward.code).where(Ward.served)).all())
    assert set(served) == {"hong-bang", "tu-ky"}


async def test_only_administrators_set_up_and_never_a_ward_of_others(browser: Browser) -> None:
    house = browser.house
    house.staff("mai", {"hung-dao": Role.STAFF})
    house.staff("tam", {"dai-son": Role.ADMINISTRATOR})
    await browser.sign_in("mai")
    assert (await browser.get("/staff/setup"))[0] == 403
    assert (await browser.get("/staff/w/hung-dao/setup"))[0] == 403
    await browser.submit("/staff/w/hung-dao/", "/staff/sign-out")
    await browser.sign_in("tam")
    status, page = await browser.submit("/staff/setup", "/staff/setup", ward="hung-dao")
    assert status == 400 and "đã có người quản trị khác" in page
    for wrong in ("", "ha-noi", "thanh-binh"):
        assert (await browser.submit("/staff/setup", "/staff/setup", ward=wrong))[0] == 400


async def test_a_plan_is_read_confirmed_and_answers_residents(browser: Browser, chat: ChatClient) -> None:
    await begun(browser)
    await browser.submit(f"{HOME}/groups", f"{HOME}/groups", kind="tổ dân phố", name="Tổ dân phố số", count="3")
    await browser.submit(f"{HOME}/groups", f"{HOME}/groups", kind="tổ dân phố", name="Tổ dân phố số", count="4")
    statement = select(ResidentialGroup.name).where(ResidentialGroup.ward_code == "hong-bang")
    names = sorted(browser.house.database.read_now(lambda session: session.exec(statement).all()))
    assert names == [f"Tổ dân phố số {number}" for number in (1, 2, 3, 4)], "the same number twice makes no group twice"
    _, page = await browser.send_file(f"{HOME}/plan", f"{HOME}/plan", "Kế hoạch: 2026?.txt", PLAN_TEXT.encode())
    assert "Đang đọc" in page or "đã đọc xong" in page
    page = await reading_is_over(browser)
    assert 'value="20"' in page and 'value="11"' in page and "Giai đoạn 1" in page
    assert "Trần Thị Mẫu" in page and "Phòng Văn hóa - Xã hội" in page
    given = {
        "day": "21",
        "month": "11",
        "phases": "Giai đoạn 1\n\nGiai đoạn 2",
        "targets": "60 % người học",
    }
    assert (await browser.submit(f"{HOME}/plan", f"{HOME}/plan/confirm", **{**given, "day": "32"}))[0] == 400
    status, page = await browser.submit(f"{HOME}/plan", f"{HOME}/plan/confirm", **given)
    assert status == 200 and "Đã lưu những gì bạn xác nhận" in page
    plan = browser.house.database.read_now(lambda session: session.get_one(WardPlan, "hong-bang"))
    assert plan.confirmed["deadline"] == {"day": 21, "month": 11}
    assert plan.confirmed["phases"] == ["Giai đoạn 1", "Giai đoạn 2"]
    await asyncio.to_thread(browser.house.application.answerer.reload)
    said = text_of(await chat.say("Khi nào phải gửi báo cáo hằng năm?"))
    _, page = await browser.get("/staff/w/hong-bang/")
    assert "chậm nhất ngày 20/11/" in page, "staff confirmed: before 21/11"
    _, page = await browser.get("/staff/w/hong-bang/my-alerts")
    assert "Chậm nhất 20/11/" in page and "xác nhận ngày" in page and "trước ngày 20/11" not in page
    assert "phường Hồng Bàng" in said and "20/11" in said, "asked of the only ward, answered from its plan"
    assert "Trần Thị Mẫu" in text_of(await chat.say("ai ký kế hoạch của phường Hồng Bàng"))


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("ke-hoach.docx", b"PK\x03\x04 broken", "ke-hoach.docx"),
        ("ke-hoach.exe", b"MZ\x00\x00", "ke-hoach.exe"),
        ("trong.txt", b"   \n", "trong.txt"),
    ],
)
async def test_a_document_that_cannot_be_read_is_refused_in_words(
    browser: Browser, name: str, content: bytes, says: str
) -> None:
    await begun(browser)
    await browser.send_file(f"{HOME}/plan", f"{HOME}/plan", name, content)
    page = await reading_is_over(browser)
    assert says in page and "Gửi và đọc" in page and "Traceback" not in page
    assert not (browser.house.settings.data_dir / "plans" / "hong-bang.md").exists()


async def test_what_was_cut_off_has_to_be_sent_again(browser: Browser) -> None:
    await begun(browser)

    def unit(session):
        session.add(WardPlan(ward_code="hong-bang", file_name="a.pdf", uploaded_by="Lan"))

    browser.house.database.write_now(unit)
    await browser.house.application.staff_site._uploads.interrupted()
    _, page = await browser.get(f"{HOME}/plan")
    assert "Máy chủ đã tắt khi đang đọc" in page


async def test_targets_stand_beside_what_is_reached(browser: Browser) -> None:
    await begun(browser)
    browser.house.group("hong-bang", "Tổ 1", 10)
    status, page = await browser.submit(f"{HOME}/targets", f"{HOME}/targets", percent="160")
    assert status == 400 and "trên 0 đến 100" in page
    await browser.submit(f"{HOME}/targets", f"{HOME}/targets", percent="62,5", due_on="2026-12-31", of_plan="80% hồ sơ")
    learn(browser.house, "hong-bang", "Tổ 1", lessons=1, right=1)
    _, page = await browser.get("/staff/w/hong-bang/")
    assert "62,5 % người trưởng thành" in page and "31/12/2026" in page and "Đang đạt 10,0 %" in page
    assert "80% hồ sơ" in page and "Thiết lập chưa xong" in page
    await browser.submit(HOME, f"{HOME}/finish")
    assert "Thiết lập chưa xong" not in (await browser.get("/staff/w/hong-bang/"))[1]


async def test_accounts_get_a_link_once_and_a_leader_sees_the_own_group_only(browser: Browser) -> None:
    await begun(browser)
    await browser.submit(f"{HOME}/groups", f"{HOME}/groups", kind="thôn", name="Thôn", count="2")
    add = f"{HOME}/accounts"
    assert "cần chọn tổ" in (await browser.submit(add, add, username="truong", role="leader"))[1]
    group = browser.house.database.read_now(
        lambda session: session.exec(select(ResidentialGroup.id).where(ResidentialGroup.name == "Thôn 2")).one()
    )
    _, page = await browser.submit(add, add, username="Trưởng", name="Ông Ba", role="leader", group=str(group))
    link = re.search(r"http[^<\s]+(/staff/first/[\w-]+)", page)
    assert link and "Ông Ba" in page
    assert link[1] not in (await browser.get(add))[1], "the link is shown once"
    assert "đã có người dùng" in (await browser.submit(add, add, username="trưởng", role="staff"))[1]
    await browser.submit(add, "/staff/sign-out")
    _, page = await browser.submit(link[1], link[1], username="trưởng", password=PASSWORD, again=PASSWORD)
    _, page = await browser.get("/staff/w/hong-bang/")
    assert "Thôn 2" in page and "Thôn 1" not in page
    assert (await browser.get(HOME))[0] == 403


async def test_a_step_left_for_later_stays_so_and_everything_is_written_down(browser: Browser) -> None:
    await begun(browser)
    _, page = await browser.submit(f"{HOME}/groups", f"{HOME}/pass/groups")
    assert "Bước 2 trên 7" in page
    _, page = await browser.get(HOME)
    assert "Để sau" in page and f'class="button" href="{HOME}/plan"' in page
    assert (await browser.submit(HOME, f"{HOME}/pass/khac"))[0] == 404
    actions = browser.house.database.read_now(lambda session: session.exec(select(AuditEntry.action)).all())
    assert "setup_begin" in actions


async def test_every_step_opens_in_a_ward_that_was_there_before(browser: Browser) -> None:
    browser.house.staff("lan", {"hung-dao": Role.ADMINISTRATOR})
    await browser.sign_in("lan")
    for step in setup.STEPS:
        status, page = await browser.get(f"/staff/w/hung-dao/setup/{step}")
        assert status == 200 and f"Bước {setup.STEPS.index(step) + 1} trên 7" in page


def test_without_adults_the_share_is_unknown(database) -> None:
    figures = database.read_now(lambda session: ward_figures(session, "hung-dao", utc_now()))
    found = database.read_now(lambda session: goals(session, "hung-dao", figures, date(2026, 1, 1)))
    assert (found.share, found.counted, found.due, found.unfinished) == (None, None, None, False)


async def test_the_first_account_is_led_to_the_wizard(browser: Browser) -> None:
    browser.house.staff("lan", {"hung-dao": Role.ADMINISTRATOR, "tu-ky": Role.ADMINISTRATOR})
    _, page = await browser.sign_in("lan")
    assert 'href="/staff/setup"' in page
    assert browser.house.database.read_now(lambda session: len(session.exec(select(StaffAccount)).all())) == 1
