"""The ward's directory: entered and checked by staff, shown to residents, never invented."""

from __future__ import annotations

import pytest
from sqlmodel import select

from bot.staff.accounts import Role
from bot.store.tables import AuditEntry, Office
from tests.support.house import ChatClient, text_of
from tests.support.staff_browser import Browser

PAGE = "/staff/w/hung-dao/offices"
ONE_STOP = {
    "name": "Trung tâm Phục vụ hành chính công",
    "handles": "hộ tịch, chứng thực",
    "address": "Số 1 đường Mẫu",
    "hours": "7h30 đến 17h",
    "phone": "0225 000 000",
    "checked_on": "2026-11-02",
}


async def test_staff_enter_an_office_and_residents_are_pointed_to_it(browser: Browser, chat: ChatClient) -> None:
    browser.house.staff("lan", {"hung-dao": Role.STAFF})
    await browser.sign_in("lan")
    status, page = await browser.submit(PAGE, PAGE, **ONE_STOP)
    assert status == 200 and "Đã lưu" in page and "kiểm tra ngày 02/11/2026" in page
    replies = await chat.say(payload="start:" + browser.house.group("hung-dao", "Tổ 1"))
    replies = await chat.tap(replies, "Dùng ẩn danh")
    said = text_of(await chat.say("gặp cán bộ"))
    for words in (ONE_STOP["name"], ONE_STOP["address"], ONE_STOP["phone"], "kiểm tra ngày 02/11/2026"):
        assert words in said


async def test_it_is_changed_and_removed_and_every_step_is_written_down(browser: Browser) -> None:
    browser.house.staff("lan", {"hung-dao": Role.STAFF})
    await browser.sign_in("lan")
    await browser.submit(PAGE, PAGE, **ONE_STOP)
    _, page = await browser.submit(PAGE, f"{PAGE}/1", **{**ONE_STOP, "phone": "0225 000 009"})
    assert "0225 000 009" in page
    _, page = await browser.submit(PAGE, f"{PAGE}/1/remove")
    assert "Chưa nhập nơi nào" in page
    actions = browser.house.database.read_now(
        lambda session: [(one.action, one.ward_code) for one in session.exec(select(AuditEntry))]
    )
    assert [one for one in actions if one[0].startswith("office")] == [
        ("office_add", "hung-dao"),
        ("office_change", "hung-dao"),
        ("office_remove", "hung-dao"),
    ]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"name": " "}, "nhập tên"),
        ({"checked_on": ""}, "Ngày kiểm tra"),
        ({"checked_on": "2999-01-01"}, "Ngày kiểm tra"),
        ({"checked_on": "hôm qua"}, "Ngày kiểm tra"),
        ({"address": "", "hours": "", "phone": ""}, "ít nhất một"),
        ({"address": "x" * 201}, "dài quá"),
    ],
)
async def test_a_wrong_field_is_named_and_nothing_typed_is_lost(
    browser: Browser, change: dict[str, str], says: str
) -> None:
    browser.house.staff("lan", {"hung-dao": Role.STAFF})
    await browser.sign_in("lan")
    status, page = await browser.submit(PAGE, PAGE, **{**ONE_STOP, **change})
    assert status == 400 and says in page
    assert ONE_STOP["handles"] in page
    assert browser.house.database.read_now(lambda session: session.exec(select(Office)).all()) == []


async def test_who_may_only_read_sees_it_and_changes_nothing(browser: Browser) -> None:
    house = browser.house
    house.staff("lan", {"hung-dao": Role.STAFF, "tu-ky": Role.STAFF})
    house.staff("mai", {"hung-dao": Role.READ_ONLY})
    house.staff("tam", {"tu-ky": Role.ADMINISTRATOR})
    await browser.sign_in("lan")
    await browser.submit(PAGE, PAGE, **ONE_STOP)
    await browser.submit(PAGE, "/staff/sign-out")
    await browser.sign_in("mai")
    _, page = await browser.get(PAGE)
    assert ONE_STOP["phone"] in page and "Thêm nơi hỏi" not in page
    for path in (PAGE, f"{PAGE}/1", f"{PAGE}/1/remove"):
        assert (await browser.submit(PAGE, path, **ONE_STOP))[0] == 403
    await browser.submit(PAGE, "/staff/sign-out")
    await browser.sign_in("tam")
    other = "/staff/w/tu-ky/offices"
    for path in (f"{other}/1", f"{other}/1/remove", PAGE):
        assert (await browser.submit(other, path, **ONE_STOP))[0] == 404
