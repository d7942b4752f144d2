"""The accounts of a ward: invited, given another role, locked, helped back in; nobody reaches beyond the own wards."""

from __future__ import annotations

import re

import pytest
from sqlmodel import select

from bot.staff import second_factor
from bot.staff.accounts import Role
from bot.store.tables import AuditEntry, SecondFactor, StaffAccount, StaffMembership, utc_now
from tests.support.house import PASSWORD
from tests.support.staff_browser import Browser

PAGE = "/staff/w/hung-dao/accounts"


async def signed_in(browser: Browser) -> Browser:
    browser.house.staff("lan", {"hung-dao": Role.ADMINISTRATOR})
    browser.house.staff("mai", {"hung-dao": Role.STAFF})
    await browser.sign_in("lan")
    return browser


def roles(browser: Browser, username: str) -> dict[str, str]:
    def unit(session):
        statement = select(StaffMembership.ward_code, StaffMembership.role).join(StaffAccount)
        return dict(session.exec(statement.where(StaffAccount.username == username)).all())

    return browser.house.database.read_now(unit)


async def test_somebody_is_invited_and_sets_a_password(browser: Browser) -> None:
    await signed_in(browser)
    browser.house.group("hung-dao", "Tổ 1")
    fields = {"username": "Bình", "name": "Trần Văn Bình", "role": "volunteer", "group": "1"}
    status, page = await browser.submit(PAGE, PAGE, **fields)
    link = re.search(r"http\S+(/staff/first/[\w-]+)", page)
    assert status == 200 and link
    assert link[1] not in (await browser.get(PAGE))[1], "shown once"
    browser.http.cookie_jar.clear()
    _, page = await browser.submit(link[1], link[1], username="x", name="", password=PASSWORD, again=PASSWORD)
    assert "Tổ 1" in page and roles(browser, "bình") == {"hung-dao": "volunteer"}


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"username": "mai", "role": "staff"}, "đã có người dùng"),
        ({"username": "", "role": "staff"}, "nhập tên đăng nhập"),
        ({"username": "x", "role": "city_reader"}, "chọn quyền"),
        ({"username": "x", "role": "owner"}, "chọn quyền"),
        ({"username": "x", "role": "leader", "group": "7"}, "chọn tổ"),
    ],
)
async def test_a_wrong_invitation_is_told(browser: Browser, fields: dict[str, str], says: str) -> None:
    await signed_in(browser)
    status, page = await browser.submit(PAGE, PAGE, **fields)
    assert status == 400 and says in page
    assert roles(browser, "x") == {}


async def test_a_role_is_changed_and_taken_back(browser: Browser) -> None:
    await signed_in(browser)
    await browser.submit(PAGE, f"{PAGE}/2/role", role="read_only", group="")
    assert roles(browser, "mai") == {"hung-dao": "read_only"}
    await browser.submit(PAGE, f"{PAGE}/2/remove")
    assert roles(browser, "mai") == {}
    assert (await browser.submit(PAGE, f"{PAGE}/2/remove"))[0] == 404
    actions = browser.house.database.read_now(
        lambda session: session.exec(select(AuditEntry.action, AuditEntry.detail)).all()
    )
    assert ("account_role", "mai read_only") in actions and ("account_remove", "mai") in actions


async def test_a_locked_account_is_out_at_once_and_a_reset_one_needs_its_new_link(browser: Browser) -> None:
    await signed_in(browser)
    await browser.submit(PAGE, f"{PAGE}/2/lock")
    assert "đang khóa" in (await browser.get(PAGE))[1]
    browser.http.cookie_jar.clear()
    assert (await browser.sign_in("mai"))[0] == 401
    await browser.sign_in("lan")
    await browser.submit(PAGE, f"{PAGE}/2/unlock")
    _, page = await browser.submit(PAGE, f"{PAGE}/2/reset")
    link = re.search(r"http\S+(/staff/first/[\w-]+)", page)
    assert link and "Đường dẫn của Mai" in page
    browser.http.cookie_jar.clear()
    assert (await browser.sign_in("mai"))[0] == 401
    assert (await browser.submit(link[1], link[1], username="x", password=PASSWORD, again=PASSWORD))[0] == 200


async def test_a_lost_phone_is_helped(browser: Browser) -> None:
    await signed_in(browser)

    def on(session):
        session.add(SecondFactor(staff_id=2, secret="A" * 32, confirmed_at=utc_now()))

    browser.house.database.write_now(on)
    assert "Mã xác thực: bật" in (await browser.get(PAGE))[1]
    await browser.submit(PAGE, f"{PAGE}/2/second-factor-off")
    assert not browser.house.database.read_now(lambda session: second_factor.is_on(session, 2))


async def test_nobody_changes_the_own_account_here(browser: Browser) -> None:
    await signed_in(browser)
    for action in ("role", "remove", "reset", "lock"):
        status, page = await browser.submit(PAGE, f"{PAGE}/1/{action}", role="staff")
        assert status == 400 and "không tự đổi" in page
    assert roles(browser, "lan") == {"hung-dao": "administrator"}


async def test_an_administrator_does_not_come_by_a_role_elsewhere(browser: Browser) -> None:
    """Whose password is reset here could be entered as there."""
    house = browser.house
    await signed_in(browser)
    house.staff("elsewhere", {"hung-dao": Role.STAFF, "tu-ky": Role.ADMINISTRATOR})
    house.staff("city", {"hung-dao": Role.STAFF}, reads_city=True)
    house.staff("stranger", {"tu-ky": Role.STAFF})
    for number in (3, 4):
        for action in ("reset", "second-factor-off", "end-sessions", "lock"):
            status, page = await browser.submit(PAGE, f"{PAGE}/{number}/{action}")
            assert status == 400 and "còn quyền ở nơi khác" in page
    assert (await browser.submit(PAGE, f"{PAGE}/5/reset"))[0] == 404
    assert "stranger" not in (await browser.get(PAGE))[1]
    await browser.submit(PAGE, f"{PAGE}/3/remove")
    assert roles(browser, "elsewhere") == {"tu-ky": "administrator"}, "the role here is theirs to take back"
