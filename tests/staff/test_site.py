"""The staff site: who gets in, what they see, and that two wards see nothing of each other."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
from openpyxl import load_workbook
from sqlmodel import select

from bot.staff.accounts import Role, make_link
from bot.store.tables import AuditEntry, SignInLink, UnansweredQuestion, utc_now
from tests.support.house import PASSWORD, StartHouse
from tests.support.learners import learn
from tests.support.staff_browser import FORM, Browser


async def test_the_first_link_makes_an_administrator_once(browser: Browser) -> None:
    token = browser.house.database.write_now(lambda session: make_link(session, None))
    status, page = await browser.submit(
        f"/staff/first/{token}", f"/staff/first/{token}", username="Lan", name="Nguyễn Thị Lan", password=PASSWORD,
        again=PASSWORD,
    )  # fmt: skip
    assert status == 200
    assert "Nguyễn Thị Lan" in page
    assert "Phường Hưng Đạo" in page
    status, page = await browser.get(f"/staff/first/{token}")
    assert status == 410
    assert "đã dùng rồi" in page


async def test_an_old_link_is_refused(browser: Browser) -> None:
    token = browser.house.database.write_now(lambda session: make_link(session, None))

    def age(session: Any) -> None:
        session.exec(select(SignInLink)).one().expires_at = utc_now() - timedelta(seconds=1)

    browser.house.database.write_now(age)
    assert (await browser.get(f"/staff/first/{token}"))[0] == 410


@pytest.mark.parametrize(
    ("password", "again", "says"),
    [("ngắn", "ngắn", "ít nhất 10"), (PASSWORD, "khác", "chưa giống"), ("lanlanlanlan", "lanlanlanlan", "dễ đoán")],
)
async def test_a_poor_password_is_refused_and_the_link_still_works(
    browser: Browser, password: str, again: str, says: str
) -> None:
    token = browser.house.database.write_now(lambda session: make_link(session, None))
    path = f"/staff/first/{token}"
    status, page = await browser.submit(path, path, username="lan", name="", password=password, again=again)
    assert status == 400
    assert says in page
    assert (await browser.get(path))[0] == 200


async def test_sign_in_says_the_same_for_a_wrong_name_and_a_wrong_password(browser: Browser) -> None:
    browser.house.staff("nguoi-quen", {"hung-dao": Role.STAFF})
    wrong = await browser.sign_in("nguoi-quen", "không phải mật khẩu")
    nobody = await browser.sign_in("không-ai", PASSWORD)
    assert wrong[0] == nobody[0] == 401
    assert "chưa đúng" in wrong[1]
    assert re.sub(FORM, "", wrong[1]).replace("nguoi-quen", "") == re.sub(FORM, "", nobody[1]).replace("không-ai", "")


async def test_guessing_is_slowed_down(browser: Browser) -> None:
    browser.house.staff("lan", {"hung-dao": Role.STAFF})
    for _ in range(5):
        assert (await browser.sign_in("Lan", "sai"))[0] == 401
    status, page = await browser.sign_in("lan")
    assert status == 429
    assert "15 phút" in page


async def test_every_page_but_the_sign_in_asks_to_sign_in(browser: Browser) -> None:
    for route in browser.house.application.staff_site.routes():
        path = route.path.replace("{ward}", "hung-dao").replace("{token}", "x")
        path = re.sub(r"\{\w+:(\w+)\|[^}]+\}", r"\1", path)  # one of several words
        path = re.sub(r"\{\w+(:[^}]+)?\}", "1", path)
        async with browser.http.request(route.method, f"{browser.house.url}/staff{path}", allow_redirects=False) as got:
            if route.permission.signed_in:
                assert got.status == 303, path
                assert got.headers["Location"] == "/staff/sign-in"
            else:
                assert got.status in (200, 403, 410) or got.headers["Location"] == "/staff/sign-in", path


async def test_a_form_without_its_token_is_refused(browser: Browser) -> None:
    browser.house.staff("lan", {"hung-dao": Role.STAFF})
    await browser.sign_in("lan")
    fields = {"name": "Tổ 1", "kind": "tổ dân phố", "adults": ""}
    async with browser.http.post(f"{browser.house.url}/staff/w/hung-dao/groups", data=fields) as response:
        assert response.status == 403
    headers = {"Origin": "https://evil.example"}
    async with browser.http.post(f"{browser.house.url}/staff/sign-out", headers=headers) as response:
        assert response.status == 403


async def test_two_wards_see_nothing_of_each_other(browser: Browser) -> None:
    house = browser.house
    house.staff("lan", {"hung-dao": Role.ADMINISTRATOR})
    house.group("hung-dao", "Tổ của Hưng Đạo", 100)
    house.group("tu-ky", "Thôn của Tứ Kỳ", 100)
    learn(house, "tu-ky", "Thôn của Tứ Kỳ", 1, 1)

    def ask(session: Any) -> None:
        session.add(UnansweredQuestion(ward_code="tu-ky", text="câu hỏi của Tứ Kỳ", asked_at=utc_now()))

    house.database.write_now(ask)
    await browser.sign_in("lan")
    for page in ("/", "/groups", "/questions", "/answers", "/offices", "/participation.csv"):
        status, body = await browser.get(f"/staff/w/hung-dao{page}")
        assert status == 200
        assert "Tứ Kỳ" not in body
        assert (await browser.get(f"/staff/w/tu-ky{page}"))[0] == 404
        assert (await browser.get(f"/staff/w/no-such-ward{page}"))[0] == 404
    status, _ = await browser.submit(
        "/staff/w/hung-dao/groups", "/staff/w/hung-dao/groups/2", name="Chiếm", kind="thôn", adults=""
    )
    assert status == 404
    status, _ = await browser.submit(
        "/staff/w/hung-dao/groups", "/staff/w/hung-dao/questions/answer", q1="1", question="?", text="trả lời hộ"
    )
    assert status == 404


async def test_a_leader_sees_own_group_and_a_reader_changes_nothing(browser: Browser) -> None:
    house = browser.house
    house.group("hung-dao", "Tổ 1")
    house.group("hung-dao", "Tổ 2")
    house.staff("leader", {"hung-dao": Role.LEADER})
    house.staff("reader", {"hung-dao": Role.READ_ONLY})

    def narrow(session: Any) -> None:
        from bot.store.tables import StaffMembership

        session.exec(select(StaffMembership).where(StaffMembership.role == "leader")).one().group_id = 1

    house.database.write_now(narrow)
    await browser.sign_in("leader")
    _, page = await browser.get("/staff/w/hung-dao/")
    assert "Tổ 1" in page
    assert "Tổ 2" not in page
    await browser.submit("/staff/w/hung-dao/", "/staff/sign-out")
    await browser.sign_in("reader")
    fields = {"name": "Tổ 3", "kind": "tổ dân phố", "adults": ""}
    status, _ = await browser.submit("/staff/w/hung-dao/groups", "/staff/w/hung-dao/groups", **fields)
    assert status == 403


async def test_downloads_equal_the_page(browser: Browser) -> None:
    house = browser.house
    house.staff("lan", {"hung-dao": Role.STAFF})
    for name, adults in (("Tổ 10", 250), ("Tổ 2", 1200), ("=HYPERLINK(1)", None)):
        house.group("hung-dao", name, adults)
    for _ in range(3):
        learn(house, "hung-dao", "Tổ 2", 2, 3)
    learn(house, "hung-dao", "Tổ 10", 1, 2)
    await browser.sign_in("lan")
    _, page = await browser.get("/staff/w/hung-dao/")
    table = re.sub("</?a[^>]*>", "", page.split('id="participation"')[1])
    rows = [re.findall(r"<t[hd][^>]*>([^<]*)</t[hd]>", row) for row in re.findall(r"<tr>(.*?)</tr>", table, re.S)]
    async with browser.http.get(house.url + "/staff/w/hung-dao/participation.csv") as response:
        raw = await response.read()
    assert raw.startswith(b"\xef\xbb\xbf")
    parsed = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"))))
    assert [[cell.removeprefix("'") for cell in row] for row in parsed] == rows
    assert [row[0] for row in parsed[1:]] == ["'=HYPERLINK(1)", "Tổ 2", "Tổ 10", "Cộng"]
    assert parsed[2] == ["Tổ 2", "1.200", "3", "0,3", "3", "6", "12", "9", "75,0"]
    async with browser.http.get(house.url + "/staff/w/hung-dao/participation.xlsx") as response:
        sheet = load_workbook(io.BytesIO(await response.read())).active
    assert sheet is not None
    values = [[cell for cell in row] for row in sheet.iter_rows(min_row=5, values_only=True)]
    assert values[1] == ["Tổ 2", 1200, 3, 0.3, 3, 6, 12, 9, 75]
    assert values[0][0] == "'=HYPERLINK(1)"
    exports = house.database.read_now(
        lambda session: session.exec(select(AuditEntry).where(AuditEntry.action == "export")).all()
    )
    assert [one.detail for one in exports] == ["csv", "xlsx"]


async def test_plain_http_is_refused_off_loopback(start_house: StartHouse, sqlite_database_url: str) -> None:
    house = await start_house(sqlite_database_url)
    async with aiohttp.ClientSession() as http:
        async with http.get(f"{house.url}/staff/sign-in", headers={"Host": "hoc.phuong.example"}) as response:
            assert response.status == 403
            assert "HTTPS" in await response.text()
        forged = {"Host": "hoc.phuong.example", "X-Forwarded-Proto": "https"}
        async with http.get(f"{house.url}/staff/sign-in", headers=forged) as response:
            assert response.status == 403


async def test_a_trusted_proxy_may_say_that_it_speaks_https(start_house: StartHouse, sqlite_database_url: str) -> None:
    house = await start_house(sqlite_database_url, trusted_proxy=True)
    headers = {"Host": "hoc.phuong.example", "X-Forwarded-Proto": "https"}
    async with aiohttp.ClientSession() as http, http.get(f"{house.url}/staff/sign-in", headers=headers) as response:
        assert response.status == 200
        cookie = response.headers["Set-Cookie"]
        assert cookie.startswith("__Host-bdhvs_form=") and "Path=/;" in cookie + ";"
        assert all(one in cookie for one in ("Secure", "HttpOnly", "SameSite=Strict"))
