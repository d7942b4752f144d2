"""Certificates on the web: the page that verifies one, the papers, revoking on the staff site, deletion."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from PIL import Image
from pypdf import PdfReader
from sqlmodel import select

from bot.conversation.ports import CertificateView
from bot.papers import certificates
from bot.staff.accounts import Role
from bot.store.database import Database
from bot.store.forget import forget_person
from bot.store.repositories import bind
from bot.store.tables import AuditEntry, Certificate, Chat, Person
from tests.staff.test_site import Browser
from tests.support.house import House, StartHouse

CODE = "K7QMA-2RTPX"
HELD = CertificateView(CODE, "an-toan", "An toàn trên mạng", "hung-dao", "Nguyễn Thị Lan", 7, date(2026, 11, 20))


def issue(database: Database, held: CertificateView = HELD) -> int:
    def unit(session: Any) -> int:
        person = Person(ward_code=held.ward_code)
        session.add(person)
        session.flush()
        bind(session).certificates.issue(person.id, held, datetime.now(UTC))
        return int(person.id)

    return database.write_now(unit)


async def fetch(house: House, path: str) -> tuple[int, bytes, Any]:
    async with aiohttp.ClientSession() as http, http.get(house.url + path) as response:
        return response.status, await response.read(), response.headers


async def test_the_page_says_whose_paper_it_is_and_what_it_is_not(house: House) -> None:
    issue(house.database)
    for typed in (CODE, CODE.lower(), "k7qma2rtpx"):
        status, body, headers = await fetch(house, f"/chung-nhan/{typed}")
        page = body.decode()
        assert status == 200
        for part in ("Nguyễn Thị Lan", "An toàn trên mạng", "phường Hưng Đạo", "20/11/2026", CODE, "không thay cho"):
            assert part in page
        assert headers["Cache-Control"] == "no-store" and headers["X-Robots-Tag"] == "noindex"
    assert (await fetch(house, "/chung-nhan/giay.css"))[0] == 200


@pytest.mark.parametrize("code", ["AAAAA-AAAAA", "khong-phai-ma", "%3Cscript%3E", "AAAAA-AAAAA.pdf", "AAAAA-AAAAA.png"])
async def test_an_unknown_code_is_told_kindly(house: House, code: str) -> None:
    status, body, _ = await fetch(house, f"/chung-nhan/{code}")
    assert status == 404
    assert "Không có giấy nào mang mã này" in body.decode() and "<script>" not in body.decode()


async def test_who_has_only_the_paper_types_its_code(house: House) -> None:
    issue(house.database)
    status, body, _ = await fetch(house, "/chung-nhan/")
    assert status == 200 and 'name="ma"' in body.decode()
    status, body, _ = await fetch(house, "/chung-nhan/?ma=k7qma%202rtpx")
    assert status == 200 and "Nguyễn Thị Lan" in body.decode()
    status, body, _ = await fetch(house, "/chung-nhan/?ma=123")
    assert status == 400 and "gõ lại" in body.decode()


async def test_the_papers_are_drawn_with_the_public_address(start_house: StartHouse, sqlite_database_url: str) -> None:
    house = await start_house(sqlite_database_url, public_url="https://hoc.example")
    issue(house.database)
    status, pdf, headers = await fetch(house, f"/chung-nhan/{CODE}.pdf")
    said = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
    assert status == 200 and "Quét mã để kiểm tra" in said
    assert headers["Content-Type"] == "application/pdf" and "attachment" in headers["Content-Disposition"]
    status, png, headers = await fetch(house, f"/chung-nhan/{CODE}.png")
    with Image.open(io.BytesIO(png)) as picture:
        assert picture.width == 1684
    assert headers["Content-Type"] == "image/png"
    assert not list((house.settings.data_dir / "papers").glob("*")), "nothing with a name on it stays on the disk"


def test_a_file_for_a_platform_is_gone_after_some_minutes(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    issue(database)
    papers = certificates.CertificatePapers(database, None, tmp_path / "papers")
    made = papers.file(f"/chung-nhan/{CODE}.png")
    assert made and made.name == f"giay-hoan-thanh-{CODE}.png"
    for wrong in ("/chung-nhan/../../secret.pdf", f"/chung-nhan/{CODE}.exe", "/chung-nhan/AAAAA-AAAAA.pdf"):
        assert papers.file(wrong) is None
    papers.forget_files()
    assert made.exists()
    monkeypatch.setattr(certificates, "FILE_MINUTES", -1)
    papers.forget_files()
    assert not made.exists()


def test_deletion_of_the_person_takes_the_paper(database: Database) -> None:
    person = issue(database)
    papers = certificates.CertificatePapers(database, None, Path("unused"))
    assert papers.verify(CODE).data

    def unit(session: Any) -> None:
        chat = Chat(channel="web", address="a", person_id=person)
        session.add(chat)
        session.flush()
        forget_person(session, person, chat.id)

    database.write_now(unit)
    assert papers.verify(CODE) == certificates.Verified()
    assert database.read_now(lambda session: session.exec(select(Certificate)).all()) == []


def test_a_new_paper_of_a_course_takes_the_place_of_the_old(database: Database) -> None:
    person = issue(database)
    other = replace(HELD, code="BBBBB-BBBBB", name="Lan")
    database.write_now(lambda session: bind(session).certificates.issue(person, other, datetime.now(UTC)))
    held = database.read_now(lambda session: bind(session).certificates.of_person(person))
    assert held == [other]


async def test_staff_find_revoke_and_restore_a_paper_of_their_ward(house: House) -> None:
    issue(house.database)
    house.staff("lan", {"hung-dao": Role.STAFF})
    house.staff("mai", {"tu-ky": Role.STAFF})
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        browser = Browser(house, http)
        await browser.sign_in("lan")
        _, listed = await browser.get("/staff/w/hung-dao/certificates?ma=k7qma2rtpx")
        assert "Nguyễn Thị Lan" in listed and "BDHVS_PUBLIC_URL" in listed
        assert "Không có giấy nào" in (await browser.get("/staff/w/hung-dao/certificates?ma=AAAAAAAAAA"))[1]
        number = re.search(r"certificates/(\d+)/revoke", listed)
        assert number
        base = "/staff/w/hung-dao/certificates"
        assert "Đã thu hồi giấy" in (await browser.submit(base, f"{base}/{number[1]}/revoke"))[1]
        status, body, _ = await fetch(house, f"/chung-nhan/{CODE}")
        assert status == 404 and "đã bị thu hồi" in body.decode() and "Lan" not in body.decode()
        assert (await fetch(house, f"/chung-nhan/{CODE}.pdf"))[0] == 404
        assert "giá trị trở lại" in (await browser.submit(base, f"{base}/{number[1]}/restore"))[1]
        assert (await fetch(house, f"/chung-nhan/{CODE}"))[0] == 200
    actions = house.database.read_now(lambda session: [(a.action, a.detail) for a in session.exec(select(AuditEntry))])
    assert ("certificate_revoke", CODE) in actions and "Lan" not in str(actions)
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        browser = Browser(house, http)
        await browser.sign_in("mai")
        assert "Nguyễn Thị Lan" not in (await browser.get("/staff/w/tu-ky/certificates"))[1]
        own = "/staff/w/tu-ky/certificates"
        assert (await browser.submit("/staff/w/tu-ky/groups", f"{own}/{number[1]}/revoke"))[0] == 404
