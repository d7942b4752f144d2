"""The second factor: set up, asked for, replaced by a recovery code, given up; each code works once."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pyotp
import pytest
from sqlmodel import select

from bot.staff import second_factor
from bot.staff.accounts import Role, lock_password
from bot.store.tables import AuditEntry, RecoveryCode, SecondFactor, StaffAccount
from tests.support.house import PASSWORD, StartHouse
from tests.support.staff_browser import Browser

FACTOR = "/staff/me/second-factor"
CODE = "/staff/sign-in/code"


async def set_up(browser: Browser) -> tuple[pyotp.TOTP, list[str]]:
    """Set the second factor up as a person does; the app, and the recovery codes."""
    _, page = await browser.submit(FACTOR, f"{FACTOR}/begin", current=PASSWORD)
    assert 'src="data:image/svg+xml;base64,' in page
    key = re.search(r'khóa: <span class="code">([A-Z2-7 ]+)<', page)
    assert key
    app = pyotp.TOTP(key[1].replace(" ", ""))
    assert len(app.secret) == 32
    # The form of the page that shows the QR code, as the browser has it before it.
    token = re.search(r'name="csrf" value="([^"]+)"', page)
    assert token
    async with browser.http.post(
        f"{browser.house.url}{FACTOR}/confirm", data={"csrf": token[1], "code": app.now()}
    ) as got:
        page = await got.text()
    codes = re.findall(r'<li class="code">([a-z0-9-]+)</li>', page)
    assert len(codes) == second_factor.RECOVERY_CODES
    return app, codes


def forget_step(browser: Browser) -> None:
    """As if half a minute had gone by."""

    def unit(session):
        session.exec(select(SecondFactor)).one().last_step = 0

    browser.house.database.write_now(unit)


async def test_sign_in_asks_for_the_code_after_the_password(browser: Browser) -> None:
    browser.house.staff("lan", {"hung-dao": Role.STAFF})
    await browser.sign_in("lan")
    app, codes = await set_up(browser)
    await browser.submit("/staff/me", "/staff/sign-out")
    _, page = await browser.sign_in("lan")
    assert "Nhập mã xác thực" in page
    for path in ("/staff/w/hung-dao/", "/staff/me", "/staff/"):
        _, page = await browser.get(path)
        assert "Đăng nhập trang cán bộ" in page, "half signed in is not signed in"
    status, page = await browser.submit(CODE, CODE, code=app.now())
    assert status == 401, "the code that confirmed the set-up was used"
    forget_step(browser)
    status, page = await browser.submit(CODE, CODE, code=app.now())
    assert "Phường Hưng Đạo" in page
    await browser.submit("/staff/me", "/staff/sign-out")
    await browser.sign_in("lan")
    assert (await browser.submit(CODE, CODE, code=codes[0].upper().replace("-", " ")))[0] == 200
    await browser.submit("/staff/me", "/staff/sign-out")
    await browser.sign_in("lan")
    assert (await browser.submit(CODE, CODE, code=codes[0]))[0] == 401, "a recovery code works once"
    stored = browser.house.database.read_now(lambda session: session.exec(select(RecoveryCode.code_hash)).all())
    assert not set(stored) & {code.replace("-", "") for code in codes}
    actions = browser.house.database.read_now(lambda session: session.exec(select(AuditEntry.action)).all())
    assert actions.count("sign_in") == 3 and actions.count("sign_in_failed") == 2 and "second_factor_on" in actions


async def test_guessing_codes_is_slowed_down(browser: Browser) -> None:
    browser.house.staff("lan", {"hung-dao": Role.STAFF})
    await browser.sign_in("lan")
    await set_up(browser)
    await browser.submit("/staff/me", "/staff/sign-out")
    await browser.sign_in("lan")
    for _ in range(5):
        assert (await browser.submit(CODE, CODE, code="000000"))[0] == 401
    forget_step(browser)
    status, page = await browser.submit(CODE, CODE, code="000000")
    assert status == 429 and "15 phút" in page


async def test_a_reset_password_does_not_pass_by_the_second_factor(browser: Browser) -> None:
    browser.house.staff("lan", {"hung-dao": Role.STAFF})
    await browser.sign_in("lan")
    await set_up(browser)

    def reset(session):
        return lock_password(session, session.exec(select(StaffAccount)).one())

    path = f"/staff/first/{browser.house.database.write_now(reset)}"
    _, page = await browser.submit(path, path, username="lan", name="", password=PASSWORD, again=PASSWORD)
    assert "Nhập mã xác thực" in page


@pytest.mark.parametrize("action", ["begin", "codes", "off"])
async def test_changing_it_asks_for_the_password(browser: Browser, action: str) -> None:
    browser.house.staff("lan", {"hung-dao": Role.STAFF})
    await browser.sign_in("lan")
    if action != "begin":
        await set_up(browser)
    status, page = await browser.submit(FACTOR, f"{FACTOR}/{action}", current="không phải")
    assert status == 400 and "chưa đúng" in page
    status, page = await browser.submit(FACTOR, f"{FACTOR}/{action}", current=PASSWORD)
    assert status == 200
    on = browser.house.database.read_now(lambda session: second_factor.is_on(session, 1))
    assert on is (action == "codes")


async def test_an_installation_may_require_it(
    start_house: StartHouse, sqlite_database_url: str, browser: Browser
) -> None:
    strict = browser.house.settings.model_copy(update={"second_factor": "administrators"})
    house = await start_house(sqlite_database_url, second_factor=strict.second_factor)
    house.staff("lan", {"hung-dao": Role.ADMINISTRATOR})
    house.staff("mai", {"hung-dao": Role.STAFF})
    browser.house = house
    _, page = await browser.sign_in("lan")
    assert "yêu cầu bật mã xác thực" in page
    _, page = await browser.get("/staff/w/hung-dao/")
    assert "yêu cầu bật mã xác thực" in page
    await set_up(browser)
    _, page = await browser.get("/staff/w/hung-dao/")
    assert "Phường Hưng Đạo" in page
    await browser.submit("/staff/me", "/staff/sign-out")
    _, page = await browser.sign_in("mai")
    assert "Phường Hưng Đạo" in page, "only administrators must"


def test_a_clock_that_is_half_a_minute_off_still_works() -> None:
    row = SecondFactor(staff_id=1, secret=pyotp.random_base32())
    noon = datetime(2026, 11, 21, 5, tzinfo=UTC)
    code = pyotp.TOTP(row.secret).at(int(noon.timestamp()) - 30)
    assert second_factor._take(row, code, noon)
    assert not second_factor._take(row, code, noon)
    assert not second_factor._take(row, pyotp.TOTP(row.secret).at(int(noon.timestamp()) + 90), noon)
