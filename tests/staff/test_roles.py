"""Who may open what: every address declares its permission, and every role meets exactly that, in two wards."""

from __future__ import annotations

import pytest
from aiohttp import web
from sqlmodel import Session

from bot.indicators.daily import make
from bot.staff.access import StaffRoute
from bot.staff.accounts import Role
from bot.staff.context import staff_texts
from bot.store.tables import Attempt, Person, ResidentialGroup, utc_now
from tests.support.house import House
from tests.support.staff_browser import Browser
from tests.support.staff_routes import canonical, filled, signed_in_as, ward_routes

REFUSED = "Tài khoản của bạn không có quyền làm việc này."
OUTSIDE = {"/staff/static/{name}"}  # the style sheet: nothing to guard
# Who may do what, in words: a route with a new permission fails until somebody has thought about it here.
GROUPS_OF_ROLES = {
    frozenset(Role): "the ward's figures",
    frozenset(Role) - {Role.VOLUNTEER}: "downloads of figures",
    frozenset(Role) - {Role.LEADER, Role.VOLUNTEER}: "what covers every group of the ward",
    frozenset(Role) - {Role.CITY_READER}: "what the ward shows its own people",
    frozenset({Role.ADMINISTRATOR, Role.STAFF, Role.LEADER}): "the people behind a figure",
    frozenset({Role.ADMINISTRATOR, Role.STAFF}): "the ward's daily work",
    frozenset({Role.ADMINISTRATOR}): "accounts, the log, the system, setting up",
}
OPEN = ("/sign-in", "/first/", "/zalo-oa/")  # the last only shows a link: Zalo sends the browser back without cookies
ANY_ROLE = {"/", "/setup", "/compare", "/sign-out"}  # their handlers look at the account itself


def test_a_route_without_a_permission_cannot_be_made() -> None:
    async def handler(_request: web.Request) -> web.StreamResponse:
        return web.Response()

    with pytest.raises(TypeError, match="permission"):
        StaffRoute("GET", "/w/{ward}/new", handler)  # type: ignore[call-arg]


async def test_every_address_of_the_site_is_guarded_and_its_permission_is_known(house: House) -> None:
    site = house.application.staff_site
    declared = {(route.method, canonical(route)) for route in site.routes()}
    application = web.Application()
    application.add_subapp("/staff/", site.application())
    served = {
        (route.method, route.resource.canonical)
        for route in application.router.routes()
        if route.resource is not None and route.resource.canonical not in OUTSIDE and route.method != "HEAD"
    }
    assert served == declared
    for route in site.routes():
        permission = route.permission
        if "{ward}" in route.path:
            assert permission.signed_in and permission.roles in GROUPS_OF_ROLES, route.path
        else:
            assert route.path.startswith((*OPEN, "/me")) or route.path in ANY_ROLE, route.path
            assert permission.signed_in or route.path.startswith(OPEN), route.path


@pytest.mark.parametrize("role", list(Role))
async def test_a_role_opens_what_it_may_and_another_ward_does_not_exist(house: House, role: Role) -> None:
    def groups(session):
        session.add(ResidentialGroup(id=1, ward_code="hung-dao", name="Tổ 1", join_code="a"))
        session.add(ResidentialGroup(id=2, ward_code="tu-ky", name="Thôn bí mật", join_code="b"))

    house.database.write_now(groups)
    async with signed_in_as(house, "lan", role, "hung-dao", 1) as lan:
        for route in ward_routes(house):
            roles = route.permission.roles
            assert roles is not None
            status, body = await lan.ask(route.method, filled(route, "hung-dao"))
            assert status < 500, route.path
            assert "Thôn bí mật" not in body, route.path
            if role in roles:
                assert REFUSED not in body, route.path
                assert status in (200, 303, 400, 404, 410), (route.path, status)
            else:
                assert status == 403 and REFUSED in body, (route.path, status)
            status, body = await lan.ask(route.method, filled(route, "tu-ky", "2"))
            if role is not Role.CITY_READER:
                assert status == 404, (route.path, status)
            elif role not in roles:
                assert status == 403, (route.path, status)
        assert (await lan.ask("GET", "/staff/w/no-such-ward/"))[0] == 404


@pytest.mark.parametrize("role", [Role.LEADER, Role.VOLUNTEER])
async def test_who_has_one_group_sees_no_other(house: House, role: Role) -> None:
    house.group("hung-dao", "Tổ 1")
    house.group("hung-dao", "Tổ 2")
    async with signed_in_as(house, "lan", role, "hung-dao", 1) as lan:
        for path in ("/", "/groups"):
            _, body = await lan.ask("GET", f"/staff/w/hung-dao{path}")
            assert "Tổ 1" in body and "Tổ 2" not in body
        assert (await lan.ask("GET", "/staff/w/hung-dao/groups/1/qr.svg"))[0] == 200
        assert (await lan.ask("GET", "/staff/w/hung-dao/groups/2/qr.svg"))[0] == 404
    async with signed_in_as(house, "mai", role, "hung-dao") as mai:
        _, body = await mai.ask("GET", "/staff/w/hung-dao/")
        assert "Tổ 1" not in body and "Tổ 2" not in body


async def test_a_city_reader_reads_the_figures_of_every_ward_and_nothing_else(browser: Browser) -> None:
    house = browser.house
    house.group("hung-dao", "Tổ 1", 100)
    house.group("tu-ky", "Thôn 1", 100)
    house.staff("city", {}, reads_city=True)
    _, page = await browser.sign_in("city")
    assert "Phường Hưng Đạo" in page and "Xã Tứ Kỳ" in page
    for ward, group in (("hung-dao", "Tổ 1"), ("tu-ky", "Thôn 1")):
        _, page = await browser.get(f"/staff/w/{ward}/")
        assert group in page
        assert "Danh bạ" not in page and "Câu hỏi chờ" not in page, "no link to what it may not open"
        assert (await browser.get(f"/staff/w/{ward}/participation.csv"))[0] == 200
        assert (await browser.get(f"/staff/w/{ward}/groups"))[0] == 403


def test_every_role_has_a_name_for_people() -> None:
    assert all(f"role_{role}" in staff_texts() for role in Role)


async def test_a_city_reader_compares_the_wards_by_published_figures(browser: Browser) -> None:
    house = browser.house
    house.staff("city", {}, reads_city=True)
    house.staff("lan", {"hung-dao": Role.STAFF})

    def learn(session: Session) -> None:
        for person in range(1, 9):  # six learn in one ward, two in another
            ward = "hung-dao" if person <= 6 else "tu-ky"
            session.add(Person(id=person, ward_code=ward))
            session.flush()
            session.add(
                Attempt(
                    key=str(person), person_id=person, ward_code=ward, course_id="dt", lesson_id="dt-lam-quen",
                    lesson_version="1", question_id="q", question_count=1, chosen="a", correct=True,
                    answered_at=utc_now(),
                )
            )  # fmt: skip
        session.flush()
        make(session, None, utc_now())

    house.database.write_now(learn)
    await browser.sign_in("city")
    _, page = await browser.get("/staff/compare?code=K2")
    rows = {
        ward: next(row for row in page.split("<tr>") if f"/staff/w/{ward}/" in row) for ward in ("hung-dao", "tu-ky")
    }
    assert "0/6" in rows["hung-dao"] and "ẩn" in rows["tu-ky"] and "0/2" not in page, rows
    await browser.sign_in("lan")
    assert (await browser.get("/staff/compare"))[0] == 404
